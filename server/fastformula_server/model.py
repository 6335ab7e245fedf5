"""The model that answers, in a thread of its own, and how it is doing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Literal, NamedTuple, TypeVar

from fastformula_completion.constrain import prepare
from fastformula_models import Backend, BackendError, BackendSettings, open_backend
from fastformula_models.health import FallbackBackend, Health

from fastformula_server.gate import Gate, Patient
from fastformula_server.worker import Worker

logger = logging.getLogger(__name__)

_SHUTDOWN_PATIENCE = 2.0

Answer = TypeVar("Answer")


class Status(NamedTuple):
    """What an editor shows of the model; `message` is a sentence."""

    kind: Literal["off", "loading", "ready", "slow", "failing"]
    message: str


OFF = Status("off", "Completion by a model is off.")
LOADING = Status("loading", "The completion model is being loaded.")


class Model:
    """The backend of the settings; while it is loading or away, the embedded one."""

    def __init__(self, report: Callable[[Status], None]) -> None:
        """`report` is called with each new status, on the event loop.

        While the gate is closed, the model does not go on with what it says.
        """
        self.gate = Gate()
        self._report = report
        self._worker = Worker("model")
        self._wanted = BackendSettings("off")
        self._backend: Backend | None = None
        self._opening: asyncio.Task[None] | None = None
        self._status = OFF

    @property
    def name(self) -> str:
        """The name of the backend that answers at present; "" while there is none."""
        return self._backend.name if self._backend else ""

    def use(self, wanted: BackendSettings) -> None:
        """Load the backend in the background, unless it is the present one."""
        if wanted != self._wanted:
            self._wanted = wanted
            self._become(OFF if wanted.kind == "off" else LOADING)
            # Whoever asks from now on asks the new one.
            opened = self._worker.submit(partial(self._replace, wanted, self._teller()))
            self._opening = asyncio.create_task(self._open(wanted, opened))

    async def run(self, ask: Callable[[Backend], Answer]) -> Answer | None:
        """What `ask` finds out of the backend, or raises; None while there is none.

        Answers come in the order of the questions, without those nobody waits for.
        """
        return await self._worker.run(
            lambda: (
                None
                if self._backend is None
                else ask(Patient(self._backend, self.gate))
            )
        )

    def fail(self, reason: str) -> None:
        """Say that the backend could not answer; each reason once."""
        self._become(Status("failing", f"No completion: {reason}"))

    def recover(self) -> None:
        """Take back that it could not, now that it has answered."""
        if isinstance(self._backend, FallbackBackend):
            self._hear(self._wanted, self._backend.health)
        else:
            self._become(self._ready())

    def close(self) -> None:
        """Give what is being asked a moment to stop."""
        self._worker.close(_SHUTDOWN_PATIENCE)

    def _teller(self) -> Callable[[Health], None]:
        """How another thread tells of the backend that is wanted now."""
        loop, wanted = asyncio.get_running_loop(), self._wanted
        return lambda health: _tell(loop, partial(self._hear, wanted, health))

    async def _open(
        self, wanted: BackendSettings, opened: asyncio.Future[None]
    ) -> None:
        try:
            await opened
        except Exception as error:
            if not isinstance(error, BackendError):
                logger.exception("the backend %s could not be opened", wanted.kind)
            if wanted is self._wanted:
                self._become(_failing(str(error)))
        else:
            if wanted is self._wanted and wanted.kind in ("embedded", "fake"):
                self._become(self._ready())

    def _replace(self, wanted: BackendSettings, tell: Callable[[Health], None]) -> None:
        if self._backend is not None:
            self._backend.close()
            self._backend = None
        if wanted.kind != "off":
            prepare()
        if wanted.kind in ("local", "remote"):
            meanwhile = open_backend(BackendSettings("embedded"))
            self._backend = FallbackBackend(
                lambda: open_backend(wanted), meanwhile, tell
            )
        elif wanted.kind != "off":
            self._backend = open_backend(wanted)

    def _hear(self, wanted: BackendSettings, health: Health) -> None:
        # What has been replaced may still have something to say.
        if wanted is not self._wanted:
            return
        if health.state == "ready":
            self._become(self._ready())
        elif health.state == "failing":
            meanwhile = " The embedded model answers in its place."
            self._become(_failing(f"{health.reason}{meanwhile}"))
        else:
            self._become(Status(health.state, health.reason))

    def _ready(self) -> Status:
        return Status("ready", f"The completion model is ready: {self.name}.")

    def _become(self, status: Status) -> None:
        loads_still = status.kind == self._status.kind == "loading"
        if status != self._status and not loads_still:
            self._status = status
            self._report(status)


def _tell(loop: asyncio.AbstractEventLoop, hear: Callable[[], None]) -> None:
    # Nobody listens once the loop has ended.
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(hear)


def _failing(reason: str) -> Status:
    return Status("failing", f"The completion model cannot be used: {reason}")
