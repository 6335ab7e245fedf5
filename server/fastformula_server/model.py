"""The model that answers, in a process of its own, and how it is doing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from itertools import count
from time import monotonic
from typing import Any, NamedTuple, cast

from fastformula_completion.repair import Progress, ignore
from fastformula_models import BackendError, BackendSettings, Cancelled

from fastformula_server.briefing import Briefing
from fastformula_server.child import Child
from fastformula_server.engine import serve
from fastformula_server.messages import (
    Answered,
    Asked,
    Commissioned,
    Found,
    Hole,
    Refused,
    Said,
    Status,
    Told,
    Unwanted,
    unusable,
)

RESTARTS = 3
"""How often the process is started again within STEADY seconds."""

STEADY = 600.0

FIRST_PAUSE = 0.5
"""Seconds before it is started again; each further pause is twice as long."""

OFF = Status("off", "Completion by a model is off.")
LOADING = Status("loading", "The completion model is being loaded.")


class _Waiting(NamedTuple):
    answer: asyncio.Future[Any]
    hear: Callable[[Progress], None]


class Model:
    """The backend of the settings. All of it belongs to the event loop."""

    def __init__(self, report: Callable[[Status], None], briefing: Briefing) -> None:
        """`report` is called with each new status; `briefing` has what is to be known.

        A process that ends unexpectedly is started again, but not for ever.
        """
        self.name = ""
        """The name of the backend that answers at present; "" while there is none."""
        self._report = report
        self._briefing = briefing
        self._wanted = BackendSettings("off")
        self._idle_seconds = 0.0
        self._child: Child | None = None
        self._status = OFF
        self._waiting: dict[int, _Waiting] = {}
        self._numbers = count(1)
        self._ends: list[float] = []
        self._is_asleep = False
        self._timer: asyncio.TimerHandle | None = None

    def use(self, wanted: BackendSettings, idle_seconds: float) -> None:
        """Load the backend in the background, unless it is the present one.

        After `idle_seconds` without a question its memory is given back, unless they
        are 0.
        """
        self._idle_seconds = idle_seconds
        if wanted == self._wanted:
            return
        self._wanted = wanted
        self._ends.clear()
        self._stop()
        self._refuse_all(Cancelled())
        if wanted.kind == "off":
            self._become(OFF)
        else:
            self._start()

    async def complete(self, hole: Hole) -> Found | None:
        """What can be offered; None while no model is switched on.

        Raises BackendError where there is no answer, and Cancelled where the settings
        have changed meanwhile.
        """
        return cast(Found | None, await self._ask(hole, ignore))

    async def write(
        self, commissioned: Commissioned, hear: Callable[[Progress], None]
    ) -> Any:
        """What the work makes of the model's answer; else as `complete`.

        `hear` is told how far it has come.
        """
        return await self._ask(commissioned, hear)

    def close(self) -> None:
        """End the process, and wait for its end."""
        child = self._child
        self._stop()
        if child is not None:
            child.join()

    async def _ask(
        self, question: Hole | Commissioned, hear: Callable[[Progress], None]
    ) -> Any:
        if self._wanted.kind == "off":
            return None
        if self._is_asleep:
            self._start()
        if self._child is None:
            raise BackendError(self._status.message)
        child, number = self._child, next(self._numbers)
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        for news in self._briefing.news(question.uri):
            child.send(news)
        child.send(Asked(number, question))
        self._waiting[number] = _Waiting(answer, hear)
        try:
            return await answer
        except asyncio.CancelledError:
            child.send(Unwanted(number))
            raise
        finally:
            self._waiting.pop(number, None)
            self._rest()

    def _start(self) -> None:
        self._is_asleep = False
        self._briefing.forget()
        self._become(LOADING)
        level = logging.getLogger().getEffectiveLevel()
        self._child = Child(serve, (self._wanted, level), self._hear, self._ended)
        self._rest()

    def _stop(self) -> None:
        """Let go of the process, and of starting one."""
        self._is_asleep = False
        self.name = ""
        if self._timer is not None:
            self._timer.cancel()
        if self._child is not None:
            self._child.close()
            self._child = None

    def _rest(self) -> None:
        """Wait for the next question, but not for ever."""
        if self._child is None or self._waiting or not self._idle_seconds:
            return
        self._later(self._idle_seconds, self._sleep)

    def _sleep(self) -> None:
        if not self._waiting:
            self._stop()
            self._is_asleep = True

    def _later(self, seconds: float, act: Callable[[], None]) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, act)

    def _hear(self, message: Any) -> None:
        match message:
            case Told(status, name):
                self.name = name
                self._become(status)
            case Said(number, progress) if number in self._waiting:
                self._waiting[number].hear(progress)
            case Answered(number, answer):
                self._settle(number, answer)
            case Refused(number, reason):
                self._settle(number, BackendError(reason) if reason else Cancelled())

    def _ended(self, why: str) -> None:
        """The process has ended by itself: killed, short of memory, or crashed."""
        self._stop()
        now = monotonic()
        self._ends = [each for each in self._ends if now - each < STEADY] + [now]
        times = len(self._ends)
        if times > RESTARTS:
            what = f"its process has failed {times} times, the last time {why}"
            advice = "Change a setting of it, or restart the server, to try again."
        else:
            what = f"its process has failed: {why}"
            advice = "It is started again."
            self._later(FIRST_PAUSE * 2 ** (times - 1), self._start)
        status = unusable(f"{what}. {advice}")
        self._become(status)
        self._refuse_all(BackendError(status.message))

    def _refuse_all(self, error: Exception) -> None:
        for number in list(self._waiting):
            self._settle(number, error)

    def _settle(self, number: int, answer: object) -> None:
        """Give whoever still waits an answer, or raise one that is an error."""
        waiting = self._waiting.pop(number, None)
        if waiting is None or waiting.answer.done():
            return
        if isinstance(answer, Exception):
            waiting.answer.set_exception(answer)
        else:
            waiting.answer.set_result(answer)

    def _become(self, status: Status) -> None:
        loads_still = status.kind == self._status.kind == "loading"
        if status != self._status and not loads_still:
            self._status = status
            self._report(status)
