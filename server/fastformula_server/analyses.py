"""What is wrong in the open documents: judged once per version, in a thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from time import thread_time

from fastformula import Parsed, parse
from fastformula.analysis import Analysis, Environment
from fastformula.diagnostic import Diagnostic, Severity
from fastformula.linter import RULES, Configuration
from fastformula.linter.mending import mend

from fastformula_server.carrying import carry
from fastformula_server.documents import Document, DocumentStore
from fastformula_server.garbage import collect_seldom
from fastformula_server.judging import judge
from fastformula_server.parses import Parses, pause
from fastformula_server.worker import Worker
from fastformula_server.workspace import Surroundings

_SECONDS_PER_CODE_POINT = 4e-6
"""What it costs before it has been measured here (2 GHz server core)."""

_NEED_WHOLE = frozenset(rule.name for rule in RULES if rule.needs_whole)


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """One version, judged in its surroundings."""

    document: Document
    surroundings: Surroundings
    number: int
    """Another one whenever the document's surroundings have changed."""
    parsed: Parsed
    analysis: Analysis | None
    diagnostics: tuple[Diagnostic, ...]


class Analyses:
    """The judgement of each open document, made when it is asked for."""

    def __init__(
        self,
        documents: DocumentStore,
        parses: Parses,
        look: Callable[[str], Surroundings],
        report: Callable[[str, bool], None],
    ) -> None:
        """`look` finds the surroundings of a URI, `report` takes what failed."""
        self._documents = documents
        self._parses = parses
        self._look = look
        self._report = report
        self._worker = Worker("analysis")
        self._last: dict[str, Judged] = {}
        self._pending: dict[str, tuple[Document, asyncio.Task[Judged | None]]] = {}
        self._rate = _SECONDS_PER_CODE_POINT
        self._numbers = count(1)
        self._warming: asyncio.Task[None] | None = None
        self._reported: set[str] = set()

    def warm_up(self) -> asyncio.Task[None]:
        """Load the language's tables in the background, before they are needed."""

        def load() -> None:
            judge(parse(""), Environment(), Configuration())
            collect_seldom()

        self._warming = asyncio.create_task(self._worker.run(load))
        return self._warming

    async def settle(self, document: Document) -> None:
        """Wait until typing pauses: the longer a judgement takes, the longer."""
        await pause(len(document.text) * self._rate)

    async def of(self, document: Document) -> Judged | None:
        """The judgement; None when the document has changed before it was begun."""
        known, task = self._pending.get(document.uri, (None, None))
        if known is not document or task is None or task.done():
            task = asyncio.create_task(self._judge(document))
            self._pending[document.uri] = document, task
        # Others wait for it too: who is cancelled must not cancel it for them.
        return await asyncio.shield(task)

    async def mend(self, judged: Judged, code: str | None = None) -> str:
        """The text with all safe fixes made; with a `code`, all of that alone."""
        environment, configuration, *_ = judged.surroundings

        def find(text: str) -> tuple[Diagnostic, ...]:
            return judge(parse(text), environment, configuration).diagnostics

        text = judged.document.text
        mended = await self._worker.run(lambda: mend(text, find, code))
        return mended.text

    def last(self, uri: str) -> Judged | None:
        """The latest judgement of a document, be it of an earlier version."""
        return self._last.get(uri)

    def outdate(self) -> None:
        """Look at the surroundings anew for whoever asks from now on."""
        self._pending.clear()

    def forget(self, uri: str) -> None:
        """Drop what is known of a closed document."""
        self._last.pop(uri, None)
        self._pending.pop(uri, None)

    async def _judge(self, document: Document) -> Judged | None:
        parsed = await self._parses.of(document)
        if parsed is None:
            return None
        found = await self._worker.run(lambda: self._judge_in_thread(document, parsed))
        if found is None:
            return None
        judged, failures = found
        # The same failure comes back with each keystroke.
        for sentence in failures:
            if sentence not in self._reported:
                self._reported.add(sentence)
                self._report(sentence, True)
        if self._documents.is_current(document):
            self._last[document.uri] = judged
        return judged

    def _judge_in_thread(
        self, document: Document, parsed: Parsed
    ) -> tuple[Judged, tuple[str, ...]] | None:
        if not self._documents.is_current(document):
            return None
        surroundings = self._look(document.uri)
        last = self._last.get(document.uri)
        is_same_place = last is not None and last.surroundings == surroundings
        if last is not None and is_same_place and last.document is document:
            return last, ()
        begun = thread_time()
        analysis, diagnostics, failures = judge(
            parsed, surroundings.environment, surroundings.configuration
        )
        if len(document.text) > 1000:
            measured = (thread_time() - begun) / len(document.text)
            self._rate += (measured - self._rate) / 4
        is_broken = any(each.severity is Severity.ERROR for each in parsed.errors)
        if last is not None and is_same_place and is_broken:
            # Rules that need a whole formula cannot judge this one: what they said of
            # the last that was whole still holds, as far as anybody knows.
            resting = [each for each in last.diagnostics if each.code in _NEED_WHOLE]
            kept = carry(resting, last.document, document)
            diagnostics = tuple(
                sorted((*diagnostics, *kept), key=lambda each: each.span)
            )
        number = last.number if last and is_same_place else next(self._numbers)
        judged = Judged(document, surroundings, number, parsed, analysis, diagnostics)
        return judged, failures
