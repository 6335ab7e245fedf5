"""What an editor has to do with cases: which there are, and what became of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from fastformula.diagnostic import Diagnostic
from fastformula.editor.hover import LastValues

from fastformula_server.documents import Document, DocumentStore
from fastformula_server.testing.case import Case
from fastformula_server.testing.finding import (
    CaseFile,
    CaseFiles,
    beside,
    distinct,
    find_case_files,
)
from fastformula_server.testing.run import Run
from fastformula_server.testing.texts import Texts, file_key
from fastformula_server.testing.turns import Turn, Typing
from fastformula_server.testing.values import Values
from fastformula_server.testing.verdicts import Verdict, Verdicts
from fastformula_server.worker import Result, Worker
from fastformula_server.workspace import to_path

if TYPE_CHECKING:
    from fastformula_server.testing.values import Held


class Tests:
    """The case files that are open, and what is known of cases."""

    def __init__(self, formulas: DocumentStore) -> None:
        self.documents = DocumentStore()
        """The case files that are open."""
        self.waiting: dict[str, asyncio.Task[None]] = {}
        """What is to be shown once nobody types, by what it is about."""
        self.typing = Typing()
        self._formulas = formulas
        self._verdicts = Verdicts()
        self._values = Values()
        self._files = CaseFiles()
        self._reader = Worker("cases")
        self._player = Worker("tests")

    @property
    def number(self) -> int:
        """Another one whenever there is another verdict."""
        return self._verdicts.number

    def texts(self) -> Texts:
        """The texts of this moment."""
        shown = (*self._formulas.all(), *self.documents.all())
        return Texts(shown, self._formulas.encoding)

    def start(self, *, coverage: bool = False) -> Run:
        """A run with the texts of this moment."""
        texts = self.texts()
        return Run(self._player, self._files, texts, self.turn(), coverage=coverage)

    def turn(self) -> Turn:
        """The turn of a run that is to begin."""
        return Turn(self.typing)

    async def play(self, job: Callable[[], Result]) -> Result:
        """What `job` brings, in its turn among the cases."""
        return await self._player.run(job)

    def heed(self, verdict: Verdict) -> None:
        """Keep a verdict until there is another one on its case."""
        self._verdicts.add(verdict)
        case = verdict.case
        self._values.forget(case.title)
        self._values.keep(
            f"In the failing case {case.name!r}",
            case.title,
            verdict.result.values,
            verdict.texts,
        )

    def keep(self, values: Held, texts: Texts) -> None:
        """Keep what names held in a run."""
        self._values.keep("In the last run", "", values, texts)

    def values(self, document: Document) -> LastValues | None:
        """What the names of an open formula held, if it is as it was then."""
        return self._values.of(document)

    def verdicts(self, cases: Iterable[Case]) -> list[Verdict]:
        """What became of those that are as they were, with formulas as they were."""
        texts = self.texts()
        return [
            verdict
            for case in cases
            if (verdict := self._verdicts.on(case)) and verdict.holds(case, texts)
        ]

    def problems(self, document: Document) -> tuple[Diagnostic, ...]:
        """What of failures is to be seen in an open formula or case file."""
        return self._verdicts.problems(document)

    async def file(self, path: Path) -> CaseFile:
        """What stands in a case file."""
        (file,) = await self._read([path], self.texts())
        if not file.error:
            self._verdicts.keep(path, (case.name for case in file.cases))
        return file

    async def files(self, folders: Iterable[Path]) -> list[CaseFile]:
        """The case files in `folders`, beside open formulas and those that are open."""
        folders, texts = tuple(folders), self.texts()
        shown, formulas = _paths(self.documents), _paths(self._formulas)

        def find() -> list[Path]:
            found = [each for folder in folders for each in find_case_files(folder)]
            found += (each for formula in formulas for each in beside(formula))
            return distinct([*found, *shown])

        paths, turn = await self._reader.run(find), self.turn()

        def read() -> Iterator[CaseFile]:
            for path in paths:
                turn.heed()
                yield self._files.read(path, texts)

        try:
            return await self._reader.run(lambda: list(read()))
        finally:
            turn.end()

    async def files_of(self, formula: Path) -> list[CaseFile]:
        """The case files of a formula: those beside it, and others that are known."""
        texts, shown = self.texts(), _paths(self.documents)

        def find() -> list[Path]:
            return distinct([*beside(formula), *self._files.about(formula), *shown])

        files = await self._read(await self._reader.run(find), texts)
        key = file_key(formula)
        return [
            each
            for each in files
            if each.formula is not None and file_key(each.formula) == key
        ]

    async def _read(self, paths: Iterable[Path], texts: Texts) -> list[CaseFile]:
        return await self._reader.run(
            lambda: [self._files.read(path, texts) for path in paths]
        )


def _paths(documents: DocumentStore) -> list[Path]:
    return [path for each in documents.all() if (path := to_path(each.uri))]
