"""Ghost text as one types: when to ask the model, and when to stop asking.

One request per document at a time; it ends as soon as the next one, a keystroke or the
client makes it useless. What is known from before is offered at once, and while the
author looks at an offer the model is asked how it would go on.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import NamedTuple

from fastformula.text import Edit, Span
from fastformula_completion import Item
from fastformula_completion.cache import Cache
from fastformula_completion.pipeline import Sampling
from fastformula_models import BackendError, BackendSettings, Cancelled

from fastformula_server.counting import Counting
from fastformula_server.documents import Document, DocumentStore
from fastformula_server.messages import Found, Hole
from fastformula_server.model import Model
from fastformula_server.rhythm import Rhythm, pause
from fastformula_server.selection import lead_in, put_in
from fastformula_server.settings import Settings

CANDIDATES = 3
"""How many different texts are offered to who asks by hand."""

LOOKING = 0.2
"""Who types on within so many seconds has not looked at the offer."""


class Answer(NamedTuple):
    """What is offered; `name` is by what it is counted, 0 where nothing is."""

    items: tuple[Item, ...] = ()
    name: int = 0


NOTHING = Answer()


class _Cursor(NamedTuple):
    uri: str
    text: str
    offset: int


@dataclass(slots=True, eq=False)
class _Request:
    task: asyncio.Task[object]
    superseded: bool = False

    def supersede(self) -> None:
        self.superseded = True
        self.task.cancel()


class _Ahead(NamedTuple):
    """A request for the text as it will be if what was offered is accepted."""

    cursor: _Cursor
    task: asyncio.Task[bool]
    """Whether it is known what to offer, be it nothing."""


class InlineCompletions:
    """The requests that wait for the model, and what it has said."""

    def __init__(
        self, documents: DocumentStore, model: Model, counting: Counting
    ) -> None:
        self.documents = documents
        self.model = model
        self._counting = counting
        self._settings = Settings(enabled=False)
        self._running: dict[str, _Request] = {}
        self._ahead: _Ahead | None = None
        self._caches: dict[str, Cache] = {}
        self._rhythms: dict[str, Rhythm] = {}
        self._answering = 0.0
        """The mean time in which the model answers, in seconds."""

    def use(self, settings: Settings, project: Path) -> None:
        """Put `settings` in force; a model is loaded in the background.

        The model may have adapters that lie in `project`.
        """
        self._settings = settings
        self.outdate()
        wanted = settings.backend_settings(project)
        if not settings.enabled:
            wanted = BackendSettings("off")
        # Of the others none holds memory that anybody would miss.
        idle_minutes = settings.idle_minutes if settings.backend == "local" else 0
        self.model.use(wanted, 60.0 * idle_minutes)

    def outdate(self) -> None:
        """Forget what was offered, as more than texts has changed."""
        self._caches.clear()
        self._stop_ahead()

    async def offer(
        self, document: Document, offset: int, selected: Edit | None, *, manual: bool
    ) -> Answer:
        """What to offer at `offset`, or behind the item `selected` in a list.

        Whoever asks again for the same document ends the request before.
        """
        self._supersede(document.uri)
        if not self._settings.enabled or self._settings.backend == "off":
            return NOTHING
        task = asyncio.current_task()
        assert task is not None
        request = _Request(task)
        self._running[document.uri] = request
        text = document.text
        if selected is not None:
            text, offset = put_in(text, selected)
        cursor = _Cursor(document.uri, text, offset)
        try:
            items = await self._find(cursor, manual=manual)
        except asyncio.CancelledError:
            if not request.superseded:
                raise
            task.uncancel()
            return NOTHING
        finally:
            if self._running.get(document.uri) is request:
                del self._running[document.uri]
        if not items or not self.documents.is_current(document):
            return NOTHING
        self._look_ahead(cursor, items[0])
        if selected is not None:
            items = lead_in(items, selected)
        name = 0
        if items and self._settings.count_accepted:
            name = self._counting.offered(
                document, items, self.model.name, manual=manual
            )
        return Answer(items, name)

    def changed(self, before: Document, document: Document) -> None:
        """The author typed: what was asked for the text before is of no use."""
        rhythm = self._rhythms.get(document.uri, Rhythm())
        self._rhythms[document.uri] = rhythm.beat(monotonic())
        self._supersede(document.uri)
        self._counting.changed(before, document)

    def forget(self, uri: str) -> None:
        """The document was closed."""
        self._rhythms.pop(uri, None)
        self._caches.pop(uri, None)
        self._supersede(uri)
        self._counting.forget(uri)

    def close(self) -> None:
        """End all requests, and give the model a moment to stop."""
        for uri in list(self._running):
            self._supersede(uri)
        self._stop_ahead()
        self.model.close()
        self._counting.close()

    async def _find(self, cursor: _Cursor, *, manual: bool) -> tuple[Item, ...]:
        wanted = CANDIDATES if manual else 1
        if known := self._known(cursor, wanted):
            return known
        if self._ahead is not None and self._ahead.cursor == cursor and not manual:
            task = self._ahead.task
            await asyncio.wait([task])
            known = self._known(cursor, wanted)
            if known or (not task.cancelled() and task.result()):
                return known
        self._stop_ahead()
        if not manual:
            rhythm = self._rhythms.get(cursor.uri, Rhythm())
            fixed = self._settings.debounce_milliseconds
            await asyncio.sleep(
                pause(cursor.text, cursor.offset, rhythm, self._answering)
                if fixed < 0
                else fixed / 1000
            )
        try:
            found = await self._ask(cursor, manual=manual)
        except (BackendError, Cancelled):
            # The status says what is wrong.
            return ()
        if found is None:
            return ()
        self._answering += (found.milliseconds / 1000 - self._answering) / 4
        return found.items

    def _known(self, cursor: _Cursor, wanted: int) -> tuple[Item, ...]:
        """What was offered before and still holds, without asking anybody."""
        cache = self._caches.get(cursor.uri)
        middles = cache.find(cursor.text, cursor.offset, wanted) if cache else ()
        span = Span(cursor.offset, cursor.offset)
        return tuple(Item(middle, span) for middle in middles)

    async def _ask(self, cursor: _Cursor, *, manual: bool) -> Found | None:
        """What the model says; None while there is none."""
        wanted = CANDIDATES if manual else 1
        sampling = Sampling(
            *self._settings.chosen_sampling(),
            self._settings.max_tokens,
            self._settings.chosen_adapter(),
        )
        found = await self.model.complete(
            Hole(*cursor, manual, candidates=wanted, sampling=sampling)
        )
        is_open = self.documents.get(cursor.uri) is not None
        if found is not None and found.items and is_open:
            middles = tuple(item.text for item in found.items)
            cache = self._caches.setdefault(cursor.uri, Cache())
            cache.store(cursor.text, cursor.offset, middles, wanted)
        return found

    def _look_ahead(self, cursor: _Cursor, item: Item) -> None:
        """Ask how the text would go on if `item` were accepted."""
        start, end = item.span
        text = f"{cursor.text[:start]}{item.text}{cursor.text[end:]}"
        accepted = _Cursor(cursor.uri, text, start + len(item.text))
        if self._ahead is not None and self._ahead.cursor == accepted:
            return
        self._stop_ahead()
        self._ahead = _Ahead(accepted, asyncio.create_task(self._ask_ahead(accepted)))

    async def _ask_ahead(self, cursor: _Cursor) -> bool:
        await asyncio.sleep(LOOKING)
        if self._known(cursor, 1):
            return True
        try:
            return await self._ask(cursor, manual=False) is not None
        except (BackendError, Cancelled):
            # Nobody has asked; who does is told what is wrong.
            return False

    def _stop_ahead(self) -> None:
        if self._ahead is not None:
            self._ahead.task.cancel()
            self._ahead = None

    def _supersede(self, uri: str) -> None:
        request = self._running.pop(uri, None)
        if request is not None:
            request.supersede()
