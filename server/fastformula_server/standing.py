"""The backend of the settings, in the model's process, and how it is doing."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from fastformula_completion.constrain import prepare
from fastformula_models import Backend, BackendError, BackendSettings, open_backend
from fastformula_models.health import READY, FallbackBackend, Health

from fastformula_server.garbage import collect_seldom
from fastformula_server.messages import Status, Told, unusable

logger = logging.getLogger(__name__)


class Standing:
    """The backend that is wanted; while it is loading or away, the embedded one."""

    def __init__(self, wanted: BackendSettings, tell: Callable[[Told], None]) -> None:
        """`tell` is called with each new status, from any thread."""
        self._wanted = wanted
        self._tell = tell
        self._backend: Backend | None = None
        self._opened = threading.Event()
        self._lock = threading.Lock()
        self._reason = ""
        self._last: Told | None = None

    def open(self) -> None:
        """Load the backend; that it cannot be loaded is a status."""
        try:
            self._load()
        except Exception as error:
            if not isinstance(error, BackendError):
                logger.exception("the backend %s could not be opened", self._wanted)
            self._reason = str(error)
            self._become(unusable(self._reason))
        self._opened.set()

    def backend(self) -> Backend:
        """Wait until a backend answers; raises BackendError where none ever will."""
        self._opened.wait()
        if self._backend is None:
            raise BackendError(self._reason)
        return self._backend

    def fail(self, reason: str) -> None:
        """Say that the backend could not answer; each reason once."""
        self._become(Status("failing", f"No completion: {reason}"))

    def _load(self) -> None:
        prepare()
        if self._wanted.kind in ("local", "remote"):
            meanwhile = open_backend(BackendSettings("embedded"))
            self._backend = FallbackBackend(
                lambda: open_backend(self._wanted), meanwhile, self._hear
            )
        else:
            self._backend = open_backend(self._wanted)
        collect_seldom()
        self.recover()

    def _hear(self, _health: Health) -> None:
        # The first report comes before there is a backend to look at.
        if self._backend is not None:
            self.recover()

    def recover(self) -> None:
        """Tell what holds now, as after an answer.

        Reports of several threads may overtake each other, so none is taken at its
        word.
        """
        with self._lock:
            backend = self._backend
            health = backend.health if isinstance(backend, FallbackBackend) else READY
            if health.state == "ready":
                message = f"The completion model is ready: {self._name()}."
                self._tell_new(Status("ready", message))
            elif health.state == "failing":
                meanwhile = " The embedded model answers in its place."
                self._tell_new(unusable(f"{health.reason}{meanwhile}"))
            else:
                self._tell_new(Status(health.state, health.reason))

    def _become(self, status: Status) -> None:
        with self._lock:
            self._tell_new(status)

    def _tell_new(self, status: Status) -> None:
        told = Told(status, self._name())
        if told != self._last:
            self._last = told
            self._tell(told)

    def _name(self) -> str:
        return self._backend.name if self._backend else ""
