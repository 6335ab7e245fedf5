"""Runs in other threads: they wait while somebody types, and end when told to."""

import pytest
from fastformula_server.testing import turns


class Clock:
    def __init__(self) -> None:
        self.now = 100.0
        self.at_sleep: list[turns.Turn] = []

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        for turn in self.at_sleep:
            turn.end()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(turns, "monotonic", lambda: clock.now)
    monkeypatch.setattr(turns, "sleep", clock.sleep)
    return clock


def test_a_run_goes_on_at_once_where_nobody_types(clock: Clock) -> None:
    turns.Turn(turns.Typing()).heed()
    assert clock.now == 100.0


def test_a_run_waits_until_typing_pauses(clock: Clock) -> None:
    typing = turns.Typing()
    typing.note()
    turns.Turn(typing).heed()
    assert 100.1 <= clock.now < 100.2


def test_a_run_that_nobody_waits_for_ends_even_while_somebody_types(
    clock: Clock,
) -> None:
    typing = turns.Typing()
    turn = turns.Turn(typing)
    clock.at_sleep.append(turn)
    typing.note()
    with pytest.raises(turns.Stopped):
        turn.heed()
    assert clock.now < 100.1
