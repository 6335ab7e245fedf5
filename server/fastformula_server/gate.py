"""Having the model wait while there is more urgent work.

Python runs one thread at a time, so a model that writes takes half of what a keystroke
needs to be answered. It waits between two tokens instead.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from fastformula_models import Backend, Request
from fastformula_models.backend import complete_many, follow

_PATIENCE = 0.5
"""After so many seconds the model goes on: it, too, is waited for."""


class Gate:
    """Closed while something urgent is done; all but `wait` is for one thread."""

    def __init__(self) -> None:
        self._inside = 0
        self._open = threading.Event()
        self._open.set()

    @contextmanager
    def closed(self) -> Iterator[None]:
        """Have others wait for what is done within."""
        self._inside += 1
        self._open.clear()
        try:
            yield
        finally:
            self._inside -= 1
            if not self._inside:
                self._open.set()

    def wait(self) -> None:
        """Wait, from any thread, until nothing urgent is done."""
        self._open.wait(_PATIENCE)


class Patient:
    """A backend that waits at a gate before each token."""

    def __init__(self, backend: Backend, gate: Gate) -> None:
        self.name = backend.name
        self._backend = backend
        self._gate = gate

    def complete(self, request: Request) -> str:
        """Return what the backend does; see `Backend`."""
        return self._backend.complete(self._patient(request))

    def complete_many(self, requests: Sequence[Request]) -> list[str]:
        """Return what the backend does; see `BatchBackend`."""
        return complete_many(self._backend, list(map(self._patient, requests)))

    def follow(self, request: Request) -> str:
        """Return what the backend does; see `InstructedBackend`."""
        return follow(self._backend, self._patient(request))

    def close(self) -> None:
        """Leave the backend open: it is another's."""

    def _patient(self, request: Request) -> Request:
        def stop(text: str) -> bool:
            self._gate.wait()
            return request.stop(text)

        self._gate.wait()
        return replace(request, stop=stop)
