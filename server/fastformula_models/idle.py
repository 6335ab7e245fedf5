"""A model whose memory is given back while nobody asks, and loaded anew when one does.

A base of seven billion weights holds the graphics card that other programs want too.
"""

import threading
from collections.abc import Callable, Sequence

from fastformula_models.backend import (
    Backend,
    Cancelled,
    Request,
    complete_many,
    follow,
)


class IdleBackend:
    """Closes a backend after some seconds without a request."""

    def __init__(self, open_backend: Callable[[], Backend], seconds: float) -> None:
        """Open the backend at once, so that what is wrong with it is known.

        Raises the BackendError that opening it raises.
        """
        self._open = open_backend
        self._seconds = seconds
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        self._backend: Backend | None = open_backend()
        self.name = self._backend.name
        with self._lock:
            self._wait()

    def complete(self, request: Request) -> str:
        """Return the backend's middle; it may have to be opened first."""
        return self._ask(request, lambda backend: backend.complete(request))

    def follow(self, request: Request) -> str:
        """Return what the backend says to an instruction."""
        return self._ask(request, lambda backend: follow(backend, request))

    def complete_many(self, requests: Sequence[Request]) -> list[str]:
        """Return the middles of several holes; see LocalBackend."""
        with self._lock:
            try:
                return complete_many(self._awake(), requests)
            finally:
                self._wait()

    def close(self) -> None:
        """Close the backend for good."""
        with self._lock:
            self._sleep()

    def _ask(self, request: Request, answer: Callable[[Backend], str]) -> str:
        with self._lock:
            backend = self._awake()
            try:
                if request.cancelled.is_set():
                    raise Cancelled
                return answer(backend)
            finally:
                self._wait()

    def _awake(self) -> Backend:
        if self._timer is not None:
            self._timer.cancel()
        if self._backend is None:
            self._backend = self._open()
        return self._backend

    def _wait(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = threading.Timer(self._seconds, self._fall_asleep)
        self._timer.daemon = True
        self._timer.start()

    def _fall_asleep(self) -> None:
        timer = threading.current_thread()
        with self._lock:
            # Another request may have come while this waited for the lock.
            if timer is self._timer:
                self._sleep()

    def _sleep(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._backend is not None:
            self._backend.close()
            self._backend = None
