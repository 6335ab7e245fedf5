"""Following what was offered through the versions of its document, to count what stays.

Off unless the author wishes it. What is written down are numbers and times.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from fastformula.text import Span
from fastformula_completion import Item

from fastformula_server.documents import Document, DocumentStore
from fastformula_server.retention import Offer, accept, advance, continues, surviving
from fastformula_server.stats import KEPT_AFTER, Row
from fastformula_server.worker import Worker

if TYPE_CHECKING:
    from fastformula_server.tally import Tally

SEEN_AFTER = 0.75
"""So many seconds an offer must stand there to count as shown, as Cody has it."""

Later = Callable[[float, Callable[[], None]], object]
"""Has something done after some seconds."""

_SHUTDOWN_PATIENCE = 1.0


def later(seconds: float, action: Callable[[], None]) -> None:
    """Have `action` done on the event loop."""
    asyncio.get_running_loop().call_later(seconds, action)


@dataclass(slots=True, eq=False)
class _Followed:
    name: int
    uri: str
    backend: str
    manual: bool
    offer: Offer
    is_shown: bool = False
    places: tuple[Span, ...] = ()
    """Where what was accepted still stands."""
    size: int = 0
    """Of what was accepted, in characters."""
    number: int = 0
    """In the file; of the thread that writes there."""


class Counting:
    """Which offers stand in which documents, and what becomes of them."""

    def __init__(
        self,
        documents: DocumentStore,
        path: Path,
        report: Callable[[str, bool], None],
        later: Later,
        now: Callable[[], float] = time.time,
    ) -> None:
        """`path` is where to write, and `report` takes a sentence for the log.

        `now` is in seconds since 1970.
        """
        self._documents = documents
        self._path = path
        self._report = report
        self._later = later
        self._now = now
        self._worker = Worker("counting")
        self._names = count(1)
        self._current: dict[str, _Followed] = {}
        self._left: dict[str, _Followed] = {}
        """The last offer of each document that its text has left behind."""
        self._watched: dict[str, list[_Followed]] = {}
        """Of each document the offers that were accepted, until the last look."""
        self._has_failed = False

    def offered(
        self, document: Document, items: tuple[Item, ...], backend: str, *, manual: bool
    ) -> int:
        """Follow an offer, unless it is what is left of the one before; its name."""
        offer = Offer(document.text, items)
        known = self._current.get(document.uri)
        if known is not None and continues(offer, known.offer):
            return known.name
        self._leave(document.uri)
        followed = _Followed(next(self._names), document.uri, backend, manual, offer)
        self._current[document.uri] = followed

        def see() -> None:
            if self._current.get(document.uri) is followed:
                self._show(followed)

        self._later(SEEN_AFTER, see)
        return followed.name

    def changed(self, before: Document, document: Document) -> None:
        """See what the version behind `before` makes of the offers."""
        uri = document.uri
        followed = self._current.get(uri)
        ahead = advance(followed.offer, document.text) if followed else None
        if ahead is None:
            self._leave(uri)
        for each in self._watched.get(uri, ()):
            each.places = surviving(each.places, before.text, document.text)
        if followed is not None and ahead is not None:
            followed.offer = ahead
            if ahead.reached == len(ahead.items[0].text):
                self._leave(uri)

    def accepted(self, name: int, number: int) -> None:
        """Take the editor's word for it that item `number` of an offer was accepted."""
        known = (*self._current.values(), *self._left.values())
        followed = next((each for each in known if each.name == name), None)
        document = self._documents.get(followed.uri) if followed else None
        if followed is None or document is None or followed.offer.is_accepted:
            return
        offer = accept(followed.offer, number, document.text)
        if offer is not None:
            followed.offer = offer
            self._settle(followed)

    def forget(self, uri: str) -> None:
        """The document was closed; what becomes of its text is not seen any more."""
        self._leave(uri)
        self._left.pop(uri, None)
        self._watched.pop(uri, None)

    def close(self) -> None:
        """Write what is still to be written."""
        self._worker.close(_SHUTDOWN_PATIENCE)

    def _leave(self, uri: str) -> None:
        followed = self._current.pop(uri, None)
        if followed is not None:
            self._left[uri] = followed
            if followed.offer.taken:
                self._settle(followed)

    def _show(self, followed: _Followed) -> None:
        if followed.is_shown:
            return
        followed.is_shown = True
        size = len(followed.offer.items[0].text)
        row = Row(int(self._now()), followed.backend, followed.manual, size)

        def write(tally: Tally) -> None:
            followed.number = tally.add(row)

        self._write(write)

    def _settle(self, followed: _Followed) -> None:
        """Write down what was accepted, and see later what is left of it."""
        self._show(followed)
        offer = followed.offer

        def write(tally: Tally) -> None:
            tally.take(followed.number, offer.taken, accepted=offer.is_accepted)

        self._write(write)
        followed.places, followed.size = (offer.place,), offer.reached
        watched = self._watched.setdefault(followed.uri, [])
        if followed not in watched:
            watched.append(followed)
            for seconds in KEPT_AFTER:
                self._later(seconds, partial(self._look, followed, seconds))

    def _look(self, followed: _Followed, seconds: int) -> None:
        watched = self._watched.get(followed.uri, [])
        if followed not in watched:
            return
        left = sum(place.end - place.start for place in followed.places)
        share = left / followed.size
        self._write(lambda tally: tally.keep(followed.number, seconds, share))
        if seconds == KEPT_AFTER[-1]:
            watched.remove(followed)

    def _write(self, job: Callable[[Tally], None]) -> None:
        loop = asyncio.get_running_loop()

        def attempt() -> None:
            # Most never count, and need no database.
            from fastformula_server.tally import Tally, TallyError

            try:
                job(Tally(self._path))
            except TallyError as error:
                sentence = f"What is accepted cannot be counted: {error}"
                # Nobody is there to read it once the loop has ended.
                with suppress(RuntimeError):
                    loop.call_soon_threadsafe(self._complain, sentence)

        self._worker.start(attempt)

    def _complain(self, sentence: str) -> None:
        # The next would fail likewise: it is worth one line.
        if not self._has_failed:
            self._has_failed = True
            self._report(sentence, True)
