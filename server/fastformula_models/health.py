"""How a model is doing, judged by its last answers, and who answers in its place.

The bounds are those of Tabby's agent: a mean of more than five seconds, or more than
half of the requests without an answer in time.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from fastformula_models.backend import (
    Backend,
    BackendError,
    Request,
    TimedOut,
    follow,
)

SLOW_SECONDS = 5.0
"""The mean of the answers from which on a model is slow."""

REMEMBERED = 10
"""So many outcomes are judged."""

FEWEST = 3
"""From fewer, nothing is said of a mean or a share."""

IN_A_ROW = 2
"""So many failures without an answer between them are no accident."""

AGAIN_AFTER_SECONDS = 30.0
"""When a model that fails is tried again."""


@dataclass(frozen=True, slots=True)
class Health:
    """What to show in a status: a word, and a sentence where it is not "ready"."""

    state: Literal["ready", "loading", "slow", "failing"]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one request went; `failure` is the sentence of what went wrong."""

    seconds: float
    failure: str = ""
    timed_out: bool = False


READY = Health("ready")


def judge(outcomes: Sequence[Outcome]) -> Health:
    """The health that the last outcomes show, the newest at the end."""
    recent = outcomes[-REMEMBERED:]
    tail = recent[-IN_A_ROW:]
    if len(tail) == IN_A_ROW and all(outcome.failure for outcome in tail):
        return Health("failing", tail[-1].failure)
    late = sum(outcome.timed_out for outcome in recent)
    if len(recent) >= FEWEST and late > len(recent) / 2:
        return Health(
            "failing",
            f"{late} of the last {len(recent)} requests had no answer in time.",
        )
    answered = [outcome.seconds for outcome in recent if not outcome.failure]
    if len(answered) >= FEWEST:
        mean = sum(answered) / len(answered)
        if mean > SLOW_SECONDS:
            return Health("slow", f"An answer takes {mean:.1f} seconds on average.")
    return READY


class FallbackBackend:
    """Asks a model that may be loading, or away, and another one meanwhile."""

    def __init__(
        self,
        open_primary: Callable[[], Backend],
        fallback: Backend,
        report: Callable[[Health], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Open the model in a thread of its own; no error of it is raised here.

        `report` is called with each change of health, from the thread that met it.
        """
        self.name = fallback.name
        """The name of the backend that answers at present."""
        self.health = Health("loading", "The model is being loaded.")
        self._open_primary = open_primary
        self._fallback = fallback
        self._report = report
        self._clock = clock
        self._lock = threading.RLock()
        self._primary: Backend | None = None
        self._outcomes: deque[Outcome] = deque(maxlen=REMEMBERED)
        self._again = 0.0
        self._closed = False
        report(self.health)
        self._load()

    def complete(self, request: Request) -> str:
        """Return the model's middle, or the other's while it cannot answer.

        Raises what the other raises, and Cancelled.
        """
        primary = self._available()
        if primary is None:
            return self._fallback.complete(request)
        started = self._clock()
        try:
            answer = primary.complete(request)
        except BackendError as error:
            self._note(
                Outcome(
                    self._clock() - started, str(error), isinstance(error, TimedOut)
                )
            )
            return self._fallback.complete(request)
        self._note(Outcome(self._clock() - started))
        return answer

    def follow(self, request: Request) -> str:
        """Return what the model says to an instruction; the other is not asked.

        How long that takes says nothing of completions. Raises BackendError while the
        model cannot answer.
        """
        primary = self._available()
        if primary is None:
            raise BackendError(self.health.reason)
        return follow(primary, request)

    def close(self) -> None:
        """Close both."""
        with self._lock:
            self._closed = True
            primary, self._primary = self._primary, None
        if primary is not None:
            primary.close()
        self._fallback.close()

    def _available(self) -> Backend | None:
        """The model, unless it is loading, or failing and not to be tried yet."""
        with self._lock:
            if self.health.state != "failing":
                return self._primary
            if self._clock() < self._again:
                return None
            self._again = self._clock() + AGAIN_AFTER_SECONDS
            if self._primary is None:
                self._become(Health("loading", "The model is tried again."))
                self._load()
            return self._primary

    def _load(self) -> None:
        threading.Thread(
            target=self._open, name="fastformula-model-loading", daemon=True
        ).start()

    def _open(self) -> None:
        try:
            primary = self._open_primary()
        except Exception as error:
            with self._lock:
                self._again = self._clock() + AGAIN_AFTER_SECONDS
                self._become(Health("failing", str(error)))
            return
        with self._lock:
            if not self._closed:
                self._primary = primary
                self._become(READY)
                return
        primary.close()

    def _note(self, outcome: Outcome) -> None:
        with self._lock:
            if self.health.state == "failing" and not outcome.failure:
                # It is back: what was before says nothing of it.
                self._outcomes.clear()
            self._outcomes.append(outcome)
            health = judge(tuple(self._outcomes))
            if health.state == "failing" and self.health.state != "failing":
                self._again = self._clock() + AGAIN_AFTER_SECONDS
            self._become(health)

    def _become(self, health: Health) -> None:
        primary = self._primary
        answers = primary is not None and health.state in ("ready", "slow")
        self.name = primary.name if primary and answers else self._fallback.name
        changed = health.state != self.health.state
        self.health = health
        if changed:
            self._report(health)
