"""Short turns before long ones, whoever comes first."""

from __future__ import annotations

import threading
import time

from fastformula_models.turns import Turns


def wait_until_wanted(turns: Turns) -> None:
    """Until somebody waits for a short turn."""
    deadline = time.monotonic() + 30
    while not turns._short and time.monotonic() < deadline:
        time.sleep(0.001)


def test_a_long_turn_is_interrupted_for_a_short_one() -> None:
    turns, order = Turns(), list[str]()

    def short() -> None:
        with turns.short():
            order.append("short")

    with turns.long():
        order.append("long")
        turns.give_way()
        thread = threading.Thread(target=short)
        thread.start()
        wait_until_wanted(turns)
        order.append("still long")
        turns.give_way()
        order.append("long again")
    thread.join(30)
    assert order == ["long", "still long", "short", "long again"]


def test_a_long_turn_begins_when_nobody_wants_a_short_one() -> None:
    turns, order = Turns(), list[str]()

    def take(name: str) -> None:
        with turns.short() if name == "short" else turns.long():
            order.append(name)

    threads = [
        threading.Thread(target=take, args=(name,)) for name in ("long", "short")
    ]
    with turns.short():
        threads[0].start()
        threads[1].start()
        deadline = time.monotonic() + 30
        while turns._short < 2 and time.monotonic() < deadline:
            time.sleep(0.001)
    for thread in threads:
        thread.join(30)
    assert order == ["short", "long"]


def test_a_turn_that_fails_is_over() -> None:
    turns = Turns()
    for turn in (turns.short, turns.long):
        try:
            with turn():
                raise ValueError
        except ValueError:
            pass
    with turns.short():
        pass
