"""How a model's health is judged, and who answers while it is ill."""

import threading
from collections.abc import Callable

import pytest
from fastformula_models import BackendError, Cancelled, Request
from fastformula_models.backend import TimedOut
from fastformula_models.fake import FakeBackend
from fastformula_models.health import (
    AGAIN_AFTER_SECONDS,
    FallbackBackend,
    Health,
    Outcome,
    judge,
)

FINE, SLOW = Outcome(0.2), Outcome(6.0)
LATE = Outcome(10.0, "It said nothing.", timed_out=True)
BROKEN = Outcome(0.1, "Nothing listens there.")


@pytest.mark.parametrize(
    ("outcomes", "state", "reason"),
    [
        ([], "ready", ""),
        ([SLOW, SLOW], "ready", ""),
        ([SLOW, SLOW, SLOW], "slow", "6.0 seconds"),
        ([FINE, SLOW, SLOW, SLOW, SLOW, SLOW, SLOW], "slow", "5.2 seconds"),
        ([FINE, FINE, FINE, SLOW], "ready", ""),
        ([SLOW] * 10 + [FINE] * 10, "ready", ""),
        ([BROKEN], "ready", ""),
        ([FINE, BROKEN, BROKEN], "failing", "Nothing listens there."),
        ([FINE, BROKEN, FINE, BROKEN], "ready", ""),
        ([LATE, FINE, LATE], "failing", "2 of the last 3"),
        ([LATE, FINE, LATE, FINE], "ready", ""),
    ],
)
def test_the_last_outcomes_say_how_a_model_is(
    outcomes: list[Outcome], state: str, reason: str
) -> None:
    health = judge(outcomes)
    assert health.state == state
    assert reason in health.reason


class Primary:
    """A backend that does what a test tells it to."""

    name = "primary"

    def __init__(self) -> None:
        self.error: Exception | None = None
        self.asked = 0
        self.closed = False

    def complete(self, request: Request) -> str:
        del request
        self.asked += 1
        if self.error:
            raise self.error
        return "primary"

    def close(self) -> None:
        self.closed = True


class Scene:
    """A fallback backend, its clock, and what it has reported."""

    def __init__(self, open_primary: Callable[[], Primary]) -> None:
        self.now = 0.0
        self.seen: list[Health] = []
        self.changed = threading.Condition()
        self.embedded = FakeBackend(("embedded",))
        self.backend = FallbackBackend(
            open_primary, self.embedded, self.report, lambda: self.now
        )

    def report(self, health: Health) -> None:
        with self.changed:
            self.seen.append(health)
            self.changed.notify_all()

    def wait_for(self, *states: str) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: self.states() == states, 10)

    def states(self) -> tuple[str, ...]:
        return tuple(health.state for health in self.seen)

    def ask(self) -> str:
        return self.backend.complete(Request("a", "b"))


def test_the_other_answers_while_the_model_is_loading() -> None:
    go = threading.Event()
    primary = Primary()

    def load() -> Primary:
        go.wait(10)
        return primary

    scene = Scene(load)
    assert scene.ask() == "embedded"
    assert scene.backend.name == "fake"
    assert scene.backend.health.state == "loading"
    go.set()
    scene.wait_for("loading", "ready")
    assert scene.ask() == "primary"
    assert scene.backend.name == "primary"
    scene.backend.close()
    assert primary.closed


def test_a_model_that_fails_is_left_alone_for_a_while_and_taken_back() -> None:
    primary = Primary()
    scene = Scene(lambda: primary)
    scene.wait_for("loading", "ready")
    primary.error = BackendError("Nothing listens there.")
    assert [scene.ask() for _ in range(3)] == ["embedded"] * 3
    assert primary.asked == 2
    assert scene.seen[-1] == Health("failing", "Nothing listens there.")
    scene.now += AGAIN_AFTER_SECONDS
    assert [scene.ask() for _ in range(3)] == ["embedded"] * 3
    assert primary.asked == 3
    scene.now += AGAIN_AFTER_SECONDS
    primary.error = None
    assert [scene.ask() for _ in range(2)] == ["primary"] * 2
    assert scene.states() == ("loading", "ready", "failing", "ready")


def test_a_model_that_cannot_be_loaded_is_loaded_again_later() -> None:
    primary = Primary()
    errors = [BackendError("There is no device cuda.")]

    def load() -> Primary:
        if errors:
            raise errors.pop()
        return primary

    scene = Scene(load)
    scene.wait_for("loading", "failing")
    assert scene.seen[-1].reason == "There is no device cuda."
    assert scene.ask() == "embedded"
    scene.now += AGAIN_AFTER_SECONDS
    assert scene.ask() in ("embedded", "primary")
    scene.wait_for("loading", "failing", "loading", "ready")
    assert scene.ask() == "primary"


def test_answers_that_do_not_come_in_time_are_failures() -> None:
    primary = Primary()
    scene = Scene(lambda: primary)
    scene.wait_for("loading", "ready")
    for error in (TimedOut("It said nothing."), None, TimedOut("It said nothing.")):
        primary.error = error
        scene.ask()
    assert scene.seen[-1] == Health(
        "failing", "2 of the last 3 requests had no answer in time."
    )


def test_a_cancelled_request_says_nothing_of_the_model() -> None:
    primary = Primary()
    scene = Scene(lambda: primary)
    scene.wait_for("loading", "ready")
    primary.error = Cancelled()
    for _ in range(5):
        with pytest.raises(Cancelled):
            scene.ask()
    assert scene.states() == ("loading", "ready")
    assert not scene.embedded.requests


def test_a_model_that_is_loaded_too_late_is_closed() -> None:
    go, loaded = threading.Event(), threading.Event()
    primary = Primary()

    def load() -> Primary:
        go.wait(10)
        loaded.set()
        return primary

    scene = Scene(load)
    scene.backend.close()
    go.set()
    assert loaded.wait(10)
    for thread in threading.enumerate():
        if thread.name == "fastformula-model-loading":
            thread.join(10)
    assert primary.closed
