"""What the open documents mean and what is wrong: once per version, in threads.

What a document means is known before the rules have looked through it, and is all that
most questions of an author are about.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from itertools import count
from time import thread_time
from typing import Any, TypeVar

from fastformula import Parsed, parse
from fastformula.analysis import Analysis, Environment
from fastformula.diagnostic import Diagnostic, Severity
from fastformula.linter import RULES, Configuration
from fastformula.linter.mending import mend

from fastformula_server.carrying import carry
from fastformula_server.documents import Document, DocumentStore
from fastformula_server.garbage import collect_seldom
from fastformula_server.judging import Judgement, find_wrong, judge, understand
from fastformula_server.parses import Parses, pause
from fastformula_server.worker import Worker
from fastformula_server.workspace import Surroundings

_SECONDS_PER_CODE_POINT = 4e-6
"""What it costs before it has been measured here (2 GHz server core)."""

_NEED_WHOLE = frozenset(rule.name for rule in RULES if rule.needs_whole)


@dataclass(frozen=True, slots=True, eq=False)
class Analysed:
    """What one version means in its surroundings."""

    document: Document
    surroundings: Surroundings
    parsed: Parsed
    understood: Judgement
    seconds: float
    """What it took."""

    @property
    def analysis(self) -> Analysis | None:
        """None where it failed."""
        return self.understood.analysis


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
        self._linter = Worker("linter")
        self._known: dict[str, Analysed] = {}
        self._last: dict[str, Judged] = {}
        self._analysing: _Tasks[Analysed] = {}
        self._pending: _Tasks[Judged] = {}
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
        return await _share(self._pending, document, self._judge)

    async def meaning(self, document: Document) -> Analysed | None:
        """What it means; None when the document has changed before it was begun."""
        return await _share(self._analysing, document, self._analyse)

    async def mend(self, judged: Judged, code: str | None = None) -> str:
        """The text with all safe fixes made; with a `code`, all of that alone."""
        environment, configuration, *_ = judged.surroundings

        def find(text: str) -> tuple[Diagnostic, ...]:
            return judge(parse(text), environment, configuration).diagnostics

        text = judged.document.text
        mended = await self._linter.run(lambda: mend(text, find, code))
        return mended.text

    def last(self, uri: str) -> Judged | None:
        """The latest judgement of a document, be it of an earlier version."""
        return self._last.get(uri)

    def known(self, uri: str) -> Analysed | None:
        """What a document last meant, be it in an earlier version."""
        return self._known.get(uri)

    def outdate(self) -> None:
        """Look at the surroundings anew for whoever asks from now on."""
        self._pending.clear()
        self._analysing.clear()

    def forget(self, uri: str) -> None:
        """Drop what is known of a closed document."""
        for held in (self._known, self._last, self._analysing, self._pending):
            held.pop(uri, None)

    async def _analyse(self, document: Document) -> Analysed | None:
        parsed = await self._parses.of(document)
        if parsed is None:
            return None
        found = await self._worker.run(
            lambda: self._analyse_in_thread(document, parsed)
        )
        if found is not None and self._documents.is_current(document):
            self._known[document.uri] = found
        return found

    def _analyse_in_thread(self, document: Document, parsed: Parsed) -> Analysed | None:
        if not self._documents.is_current(document):
            return None
        surroundings = self._look(document.uri)
        known = self._known.get(document.uri)
        is_same = known is not None and known.document is document
        if known is not None and is_same and known.surroundings == surroundings:
            return known
        begun = thread_time()
        understood = understand(parsed, surroundings.environment)
        seconds = thread_time() - begun
        return Analysed(document, surroundings, parsed, understood, seconds)

    async def _judge(self, document: Document) -> Judged | None:
        analysed = await self.meaning(document)
        if analysed is None:
            return None
        found = await self._linter.run(lambda: self._judge_in_thread(analysed))
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
        self, analysed: Analysed
    ) -> tuple[Judged, tuple[str, ...]] | None:
        document, surroundings = analysed.document, analysed.surroundings
        if not self._documents.is_current(document):
            return None
        last = self._last.get(document.uri)
        is_same_place = last is not None and last.surroundings == surroundings
        if last is not None and is_same_place and last.document is document:
            return last, ()
        begun = thread_time()
        parsed = analysed.parsed
        analysis, diagnostics, failures = (
            analysed.understood
            if analysed.analysis is None
            else find_wrong(analysed.analysis, surroundings.configuration)
        )
        if len(document.text) > 1000:
            seconds = analysed.seconds + thread_time() - begun
            self._rate += (seconds / len(document.text) - self._rate) / 4
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


Value = TypeVar("Value")
_Tasks = dict[str, tuple[Document, "asyncio.Task[Value | None]"]]


async def _share(
    tasks: _Tasks[Value],
    document: Document,
    make: Callable[[Document], Coroutine[Any, Any, Value | None]],
) -> Value | None:
    """What `make` makes of a document, which is at work only once at a time."""
    known, task = tasks.get(document.uri, (None, None))
    if known is not document or task is None or task.done():
        task = asyncio.create_task(make(document))
        tasks[document.uri] = document, task
    # Others wait for it too: who is cancelled must not cancel it for them.
    return await asyncio.shield(task)
