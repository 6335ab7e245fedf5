"""What a completion may know of a document besides its text."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from fastformula.analysis import Analysis, Environment
from fastformula.linter import Configuration

from fastformula_server.analyses import Analyses
from fastformula_server.documents import Document, DocumentStore
from fastformula_server.files import find_files, read_file
from fastformula_server.worker import Worker
from fastformula_server.workspace import Surroundings, to_path

MOST_FILES = 40
"""Formulas of the folder that are read to find statements like those of the author."""


class Known(NamedTuple):
    """Of one version of a document."""

    environment: Environment
    configuration: Configuration
    analysis: Analysis | None
    """Where this version has been analysed already."""
    others: tuple[str, ...]
    """Other formulas, the likeliest to be alike first."""


class Knowledge:
    """What is known of the open documents and the formulas around them."""

    def __init__(
        self,
        documents: DocumentStore,
        analyses: Analyses,
        look: Callable[[str], Surroundings],
    ) -> None:
        """`look` finds the surroundings of a URI; it may read files."""
        self._documents = documents
        self._analyses = analyses
        self._look = look
        self._worker = Worker("folder")
        self._texts: dict[Path, dict[Path, str]] = {}
        self._reading: set[asyncio.Task[None]] = set()

    async def of(self, document: Document) -> Known:
        """What is known at once; the folder's formulas are read for the next time."""
        judged = self._analyses.last(document.uri)
        if judged is None:
            surroundings = await self._worker.run(lambda: self._look(document.uri))
        else:
            surroundings = judged.surroundings
        is_same = judged is not None and judged.document is document
        analysis = judged.analysis if judged is not None and is_same else None
        others = self._others(document, surroundings.root)
        return Known(
            surroundings.environment,
            surroundings.configuration,
            analysis,
            tuple(others),
        )

    def outdate(self) -> None:
        """Formulas were written or removed: read them again for the next time."""
        self._texts.clear()

    def _others(self, document: Document, root: Path | None) -> Iterable[str]:
        open_ones = [each for each in self._documents.all() if each.uri != document.uri]
        yield from (each.text for each in open_ones)
        here = to_path(document.uri)
        if root is None or here is None:
            return
        known = self._texts.get(root)
        if known is None:
            self._texts[root] = {}
            task = asyncio.create_task(self._read(root, here))
            self._reading.add(task)
            task.add_done_callback(self._reading.discard)
            return
        seen = {here, *(to_path(each.uri) for each in open_ones)}
        yield from (text for path, text in known.items() if path not in seen)

    async def _read(self, root: Path, near: Path) -> None:
        self._texts[root] = await self._worker.run(lambda: _read_formulas(root, near))


def _read_formulas(root: Path, near: Path) -> dict[Path, str]:
    """Formulas below `root`, those beside `near` first, then the latest written."""
    times = {}
    for path in find_files(root, lambda _error: None):
        try:
            times[path] = path.stat().st_mtime
        except OSError:  # it has gone in the meantime
            continue
    ordered = sorted(times, key=lambda path: (path.parent != near.parent, -times[path]))
    texts = {}
    for path in ordered[:MOST_FILES]:
        try:
            texts[path] = read_file(path).text
        except Exception:
            # Who opens it is told what is wrong.
            continue
    return texts
