"""What the open documents say: one parse per version, long ones off the loop.

A version is parsed from the one before it, so that typing costs little.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from time import thread_time

from fastformula import Parsed, parse
from fastformula.syntax.reparsing import reparse, reparse_near

from fastformula_server.documents import Document, DocumentStore
from fastformula_server.worker import Result, Worker

AT_ONCE = 0.025
"""A parse that should take no longer (seconds) is made on the loop."""

SECONDS_PER_CODE_POINT = 2e-6
"""What parsing costs before it has been measured here (2 GHz server core)."""

_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.05, 0.5


async def pause(expected: float) -> None:
    """Wait until typing pauses, before work of `expected` seconds that it outdates."""
    await asyncio.sleep(max(_SHORTEST_PAUSE, min(expected, _LONGEST_PAUSE)))


@dataclass(slots=True)
class _Entry:
    document: Document
    before: Parsed | None = None
    """The parse of an earlier version, if there is one."""
    is_far: bool = False
    """Whether more has to be read than what is near the edit."""
    parsed: Parsed | None = None
    pending: asyncio.Task[Parsed | None] | None = None


class Parses:
    """The parse of each open document, made when it is first asked for."""

    def __init__(self, documents: DocumentStore) -> None:
        self.documents = documents
        self._worker = Worker("parser")
        self._entries: dict[str, _Entry] = {}
        self._rate = SECONDS_PER_CODE_POINT

    def expected(self, document: Document) -> float:
        """How long its parse should take, in seconds."""
        return len(document.text) * self._rate

    async def settle(self, document: Document) -> None:
        """Wait until typing pauses: the longer a parse takes, the longer."""
        await pause(self.expected(document))

    def at_once(self, document: Document) -> Parsed | None:
        """The parse, if it is there or quickly made; else None."""
        entry = self._entry(document)
        if entry.parsed is None and entry.before is not None and not entry.is_far:
            entry.parsed = reparse_near(entry.before, document.text)
            entry.is_far = entry.parsed is None
        if entry.parsed is None and self.expected(document) <= AT_ONCE:
            entry.parsed = self._parse(entry)
        if entry.parsed is not None:
            entry.before = None
        return entry.parsed

    async def of(self, document: Document) -> Parsed | None:
        """The parse; None when the document has changed before it was begun."""
        parsed = self.at_once(document)
        if parsed is not None:
            return parsed
        entry = self._entry(document)
        if entry.pending is None:
            entry.pending = asyncio.create_task(
                self._worker.run(lambda: self._parse_if_current(entry))
            )
        # Others wait for it too: who is cancelled must not cancel it for them.
        entry.parsed = await asyncio.shield(entry.pending)
        if entry.parsed is not None:
            entry.before = None
        return entry.parsed

    async def work(self, document: Document, job: Callable[[], Result]) -> Result:
        """What `job` finds in a parse, which may take as long as parsing did."""
        if self.expected(document) <= AT_ONCE:
            return job()
        return await self._worker.run(job)

    def forget(self, uri: str) -> None:
        """Drop what is known of a closed document."""
        self._entries.pop(uri, None)

    def _entry(self, document: Document) -> _Entry:
        entry = self._entries.get(document.uri)
        if entry is None or entry.document is not document:
            before = None if entry is None else entry.parsed or entry.before
            entry = _Entry(document, before)
            if self.documents.is_current(document):
                self._entries[document.uri] = entry
        return entry

    def _parse_if_current(self, entry: _Entry) -> Parsed | None:
        return self._parse(entry) if self.documents.is_current(entry.document) else None

    def _parse(self, entry: _Entry) -> Parsed:
        text, before = entry.document.text, entry.before
        # What else the machine does makes no formula longer.
        begun = thread_time()
        parsed = parse(text) if before is None else reparse(before, text)
        if len(text) > 1000:
            measured = (thread_time() - begun) / len(text)
            self._rate += (measured - self._rate) / 4
        return parsed
