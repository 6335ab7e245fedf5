"""Ghost text as one types: when to ask the model, and when to stop asking.

One request per document at a time. The model runs in a thread of its own, so that
nothing else waits for it; a request ends as soon as the next one, a keystroke or the
client makes it useless.
"""

from __future__ import annotations

import asyncio
import logging
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from fastformula_completion import Completion, complete
from fastformula_models import (
    Backend,
    BackendError,
    BackendSettings,
    Cancelled,
    open_backend,
)

from fastformula_server.documents import Document, DocumentStore
from fastformula_server.settings import Settings
from fastformula_server.worker import Worker

logger = logging.getLogger(__name__)

SHORTEST, LONGEST = 0.025, 0.4
"""Bounds of the pause that adapts to the typing, in seconds. Editors add theirs."""

_THINKING = 1.0
"""A longer time between two keystrokes says nothing about how fast one types."""

_OPENING = re.compile(r"(?:^|[=(,]|\b(?:THEN|ELSE|LOOP))[ \t]*\Z", re.I | re.M)
"""Behind these an author looks for what comes next."""

_SHUTDOWN_PATIENCE = 2.0


@dataclass(slots=True, eq=False)
class _Request:
    task: asyncio.Task[object]
    cancelled: threading.Event
    superseded: bool = False

    def supersede(self) -> None:
        self.superseded = True
        self.cancelled.set()
        self.task.cancel()


@dataclass(slots=True)
class _Rhythm:
    """How fast one types in a document."""

    last: float = 0.0
    interval: float = 0.15

    def beat(self) -> None:
        now = monotonic()
        if now - self.last < _THINKING:
            self.interval += (now - self.last - self.interval) / 4
        self.last = now


class InlineCompletions:
    """The model, and the requests that wait for it."""

    def __init__(
        self, documents: DocumentStore, report: Callable[[str, bool], None]
    ) -> None:
        """`report` takes a sentence for the log, and whether it is a failure."""
        self.documents = documents
        self._report = report
        self._worker = Worker("model")
        self._settings = Settings(enabled=False)
        self._opened: BackendSettings | None = None
        self._opening: asyncio.Task[None] | None = None
        self._backend: Backend | None = None
        self._running: dict[str, _Request] = {}
        self._rhythms: dict[str, _Rhythm] = {}
        self._model_seconds = 0.0
        self._failure = ""

    def use(self, settings: Settings) -> None:
        """Put `settings` in force; a model is loaded in the background."""
        self._settings = settings
        wanted = settings.backend_settings()
        if settings.enabled and wanted != self._opened:
            self._opened = wanted
            self._opening = asyncio.create_task(self._open(wanted))

    async def offer(
        self, document: Document, text: str, offset: int, *, manual: bool
    ) -> Completion | None:
        """The completion of `text` at `offset`; None if there is no use for one.

        `text` is that of `document`, or the same with an item of the editor's list
        put in. Whoever asks again for the same document ends the request before.
        """
        if not self._settings.enabled or self._settings.backend == "off":
            return None
        task = asyncio.current_task()
        assert task is not None
        request = _Request(task, threading.Event())
        self._supersede(document.uri)
        self._running[document.uri] = request
        try:
            if not manual:
                await asyncio.sleep(self._pause(document.uri, text, offset))
            completion = await self._worker.run(
                lambda: self._ask(text, offset, manual, request.cancelled)
            )
        except asyncio.CancelledError:
            request.cancelled.set()
            if not request.superseded:
                raise
            task.uncancel()
            return None
        except Cancelled:
            return None
        except Exception as error:
            if not isinstance(error, BackendError):
                logger.exception("the completion of %s failed", document.uri)
            self._fail(f"No completion: {error}")
            return None
        finally:
            if self._running.get(document.uri) is request:
                del self._running[document.uri]
        if completion is None or not self.documents.is_current(document):
            return None
        self._failure = ""
        self._model_seconds += (
            completion.milliseconds / 1000 - self._model_seconds
        ) / 4
        return completion

    def changed(self, uri: str) -> None:
        """The author typed: what was asked for the text before is of no use."""
        self._rhythms.setdefault(uri, _Rhythm()).beat()
        self._supersede(uri)

    def forget(self, uri: str) -> None:
        """The document was closed."""
        self._rhythms.pop(uri, None)
        self._supersede(uri)

    def close(self) -> None:
        """End all requests, and give the model a moment to stop."""
        for uri in list(self._running):
            self._supersede(uri)
        self._worker.close(_SHUTDOWN_PATIENCE)

    def _supersede(self, uri: str) -> None:
        request = self._running.pop(uri, None)
        if request is not None:
            request.supersede()

    def _pause(self, uri: str, text: str, offset: int) -> float:
        """How long to wait for another keystroke, in seconds."""
        fixed = self._settings.debounce_milliseconds
        if fixed >= 0:
            return fixed / 1000
        if _OPENING.search(text, max(0, offset - 100), offset):
            return SHORTEST
        interval = self._rhythms.get(uri, _Rhythm()).interval
        return max(SHORTEST, min(1.5 * interval - self._model_seconds, LONGEST))

    async def _open(self, wanted: BackendSettings) -> None:
        try:
            name = await self._worker.run(lambda: self._replace_backend(wanted))
        except Exception as error:
            if not isinstance(error, BackendError):
                logger.exception("the backend %s could not be opened", wanted.kind)
            self._fail(f"The completion model cannot be used: {error}")
        else:
            self._failure = ""
            self._report(f"The completion model is ready: {name}.", False)

    def _replace_backend(self, wanted: BackendSettings) -> str:
        if self._backend is not None:
            self._backend.close()
            self._backend = None
        self._backend = open_backend(wanted)
        return self._backend.name

    def _ask(
        self, text: str, offset: int, manual: bool, cancelled: threading.Event
    ) -> Completion | None:
        if self._backend is None or cancelled.is_set():
            return None
        return complete(text, offset, self._backend, manual=manual, cancelled=cancelled)

    def _fail(self, sentence: str) -> None:
        # Every keystroke would meet the same failure: it is worth one line.
        if sentence != self._failure:
            self._failure = sentence
            self._report(sentence, True)
