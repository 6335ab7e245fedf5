"""Cases that are played off the loop, one by one, as long as somebody waits."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from fastformula_server.testing.case import Case, CaseError
from fastformula_server.testing.finding import CaseFiles, distinct
from fastformula_server.testing.texts import Texts, file_key
from fastformula_server.testing.turns import Turn
from fastformula_server.testing.verdicts import Verdict
from fastformula_server.worker import Worker

if TYPE_CHECKING:
    from fastformula_server.testing.coverage import Covered, Tally
    from fastformula_server.testing.playing import Result, Watch


class Wanted(NamedTuple):
    """Some cases of a file."""

    path: Path
    names: frozenset[str] | None = None
    """None for all of them."""


class Run:
    """Cases that are being played with the texts of one moment."""

    def __init__(
        self,
        worker: Worker,
        files: CaseFiles,
        texts: Texts,
        turn: Turn,
        *,
        coverage: bool,
    ) -> None:
        self.texts = texts
        self._files = files
        self._turn = turn
        self.total = 0
        """How many cases there are; known once the first one is through."""
        self._worker = worker
        self._coverage = coverage
        self._tally: Tally | None = None
        self._cases: list[Case] = []

    async def verdicts(self, wanted: Iterable[Wanted]) -> AsyncGenerator[Verdict, None]:
        """What becomes of each case; ends soon when it is left."""
        results = self._play(wanted)
        try:
            while True:
                result = await self._worker.run(lambda: next(results, None))
                if result is None:
                    return
                yield Verdict(result, self.texts)
        finally:
            self._turn.end()

    async def covered(self) -> list[Covered]:
        """What was reached of the formulas, if it was to be counted."""
        return await self._worker.run(lambda: list(self._covered()))

    def _play(self, wanted: Iterable[Wanted]) -> Iterator[Result]:
        from fastformula_server.testing.coverage import Tally

        for path, names in wanted:
            self._cases += (
                case
                for case in self._files.read(path, self.texts).cases
                if names is None or case.name in names
            )
        self.total = len(self._cases)
        watch = None
        if self._coverage:
            self._tally = Tally()
            watch = self._tally.add
        yield from play_each(self._cases, self.texts, watch, self._turn.heed)

    def _covered(self) -> Iterator[Covered]:
        from fastformula_server.testing.playing import analyse

        if self._tally is None:
            return
        # A name counts as an item where any case gives it as one.
        items: dict[str, frozenset[str]] = {}
        for case in self._cases:
            key = file_key(case.formula)
            items[key] = items.get(key, frozenset()) | case.meets.items.keys()
        formulas = [case.formula for case in self._cases]
        for path in distinct([*formulas, *self._tally.paths()]):
            names = items.get(file_key(path), frozenset())
            try:
                analysis = analyse(path, names, self.texts.read)
            except CaseError:
                continue
            yield self._tally.covered(path, analysis)


def play_each(
    cases: Iterable[Case],
    texts: Texts,
    watch: Watch | None,
    heed: Callable[[], None],
) -> Iterator[Result]:
    """As `play`, but a case that cannot be played is one that fails."""
    # The interpreter is not loaded before somebody tests.
    from fastformula.interpreter import Semantics

    from fastformula_server.testing.comparing import Difference
    from fastformula_server.testing.playing import Result, play

    waiting = iter(cases)
    for first in waiting:
        begun = [first]

        def hand_on(first: Case = first, begun: list[Case] = begun) -> Iterator[Case]:
            yield first
            for case in waiting:
                heed()
                begun.append(case)
                yield case

        try:
            yield from play(hand_on(), Semantics(), watch, texts.read, heed)
        except CaseError as error:
            case = begun[-1]
            reason = str(error).removeprefix(f"{case.title}: ")
            yield Result(case, 0.0, (Difference(reason),))
