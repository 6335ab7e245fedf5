"""How long the server waits for another keystroke."""

from __future__ import annotations

import pytest
from fastformula_server.rhythm import LONGEST, SHORTEST, Rhythm, pause


def typed_every(seconds: float) -> Rhythm:
    rhythm = Rhythm()
    for number in range(40):
        rhythm = rhythm.beat(number * seconds)
    return rhythm


@pytest.mark.parametrize("seconds", [0.08, 0.2, 0.5])
def test_the_interval_becomes_that_of_the_keystrokes(seconds: float) -> None:
    assert typed_every(seconds).interval == pytest.approx(seconds, rel=0.05)


def test_thinking_is_not_typing() -> None:
    rhythm = typed_every(0.2)
    rested = rhythm.beat(rhythm.last + 60)
    assert rested.interval == rhythm.interval
    assert rested.last == rhythm.last + 60


@pytest.mark.parametrize(
    "marked",
    [
        "pay = |",
        "pay = greatest(|",
        "|",
        "x = 1\n  |",
        "IF a > 1 THEN |",
        "f(1,|",
        "ELSE|",
    ],
)
def test_where_something_begins_the_answer_comes_at_once(marked: str) -> None:
    text, offset = marked.replace("|", ""), marked.index("|")
    assert pause(text, offset, typed_every(0.3), 0.0) == SHORTEST


def test_the_more_welcome_an_answer_the_shorter_the_pause() -> None:
    rhythm = typed_every(0.1)

    def wait(marked: str) -> float:
        return pause(marked.replace("|", ""), marked.index("|"), rhythm, 0.0)

    waits = [
        wait("pay = hour| * 2\nRETURN pay"),
        wait("pay = hour|\nRETURN pay"),
        wait("pay = hours |\nRETURN pay"),
        wait("pay = hours |"),
    ]
    assert waits == sorted(waits, reverse=True)
    assert len(set(waits)) == len(waits)


def test_who_types_slowly_waits_longer_and_a_slow_model_shortens_that() -> None:
    text, offset = "pay = hours \nRETURN pay", 12
    quick, slow = (pause(text, offset, typed_every(s), 0.0) for s in (0.1, 0.2))
    assert SHORTEST < quick < slow <= LONGEST
    assert pause(text, offset, typed_every(0.1), 0.05) == pytest.approx(quick - 0.05)
    assert pause(text, offset, typed_every(0.1), 5.0) == SHORTEST
    assert pause(text, offset, typed_every(0.9), 0.0) == LONGEST
