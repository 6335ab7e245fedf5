"""The other formulas of a folder, read in the background and kept up to date."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from fastformula import parse
from fastformula.analysis import Analysis, FormulaSignature, Library, analyze, summarise

from fastformula_server.files import find_files, read_file
from fastformula_server.library import FormulaLibrary, formula_name, header_name
from fastformula_server.project import ALONE, load_project
from fastformula_server.worker import Result, Worker

Step = Callable[[int, int], None]
"""Told how many of how many formulas are read; in the reading thread."""


@dataclass(slots=True, eq=False)
class _Folder:
    stored: dict[Path, FormulaSignature] = field(default_factory=dict)
    open: dict[Path, FormulaSignature] = field(default_factory=dict)
    reading: asyncio.Task[None] | None = None
    """The first time that all of it is read."""
    is_read: bool = False
    signatures: dict[Path, FormulaSignature] = field(default_factory=dict)
    """Those of `library`: the open ones before the stored."""
    library: Library = ALONE


class Neighbours:
    """One library for each folder of formulas that have to do with each other.

    Whoever asks before a library is there is told of no neighbours, and `changed` is
    called when there is more to know.
    """

    def __init__(
        self,
        changed: Callable[[], None],
        progress: Callable[[str], AbstractContextManager[Step]],
    ) -> None:
        self._changed = changed
        self._progress = progress
        self._worker = Worker("neighbours")
        self._folders: dict[Path, _Folder] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def library(self, root: Path | None) -> Library:
        """The formulas below `root`, as far as they are known."""
        folder = self._folders.get(root) if root else None
        return folder.library if folder else ALONE

    def libraries(self) -> Iterator[tuple[Path, Library]]:
        """The libraries that are whole, by their folders."""
        for root, folder in self._folders.items():
            if folder.is_read:
                yield root, folder.library

    def meet(self, root: Path, path: Path, analysis: Analysis) -> None:
        """Take note of an open formula; if it needs the others, read them."""
        folder = self._folders.get(root)
        if folder is None and not (analysis.formula_calls or analysis.storage):
            return
        signature = _describe(analysis, path)
        if folder is None:
            folder = self._begin(root)
        if folder.open.get(path) != signature:
            folder.open[path] = signature
            self._start(self._rebuild(folder))

    def read_again(self, paths: Iterable[Path]) -> None:
        """Look at formulas that were written, removed or closed."""
        known = [
            (folder, path)
            for path in paths
            for root, folder in self._folders.items()
            if path.is_relative_to(root)
        ]
        if known:
            self._start(self._read_some(known))

    def close(self, path: Path) -> None:
        """Go by the file again, now that the editor does not show it."""
        for folder in self._folders.values():
            folder.open.pop(path, None)
        self.read_again([path])

    async def whole(self, root: Path) -> Library:
        """The formulas below `root`, once they have been read."""
        folder = self._folders.get(root) or self._begin(root)
        assert folder.reading is not None
        # Others wait for it too: who is cancelled must not cancel it for them.
        await asyncio.shield(folder.reading)
        return folder.library

    async def work(self, job: Callable[[], Result]) -> Result:
        """What `job` finds that reads formulas, in the thread for that."""
        return await self._worker.run(job)

    def _begin(self, root: Path) -> _Folder:
        folder = self._folders[root] = _Folder()
        folder.reading = self._start(self._read_all(root, folder))
        return folder

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _read_all(self, root: Path, folder: _Folder) -> None:
        with self._progress("Reading the other formulas") as step:
            found = await self._worker.run(lambda: _read_folder(root, step))
        folder.stored.update(found)
        folder.is_read = True
        await self._rebuild(folder)

    async def _read_some(self, known: list[tuple[_Folder, Path]]) -> None:
        for folder, path in known:
            signature = await self._worker.run(partial(_read, path))
            folder.stored.pop(path, None)
            if signature is not None:
                folder.stored[path] = signature
        for folder in {folder for folder, _ in known}:
            await self._rebuild(folder)

    async def _rebuild(self, folder: _Folder) -> None:
        signatures = {**folder.stored, **folder.open}
        # From a part of the formulas one would conclude that the others lack.
        if folder.is_read and signatures != folder.signatures:
            folder.signatures = signatures
            make = partial(FormulaLibrary, signatures.values())
            folder.library = await self._worker.run(make)
            self._changed()


def _read_folder(root: Path, step: Step) -> dict[Path, FormulaSignature]:
    found = {}
    paths = list(find_files(root, lambda _error: None))
    for number, path in enumerate(paths, start=1):
        signature = _read(path)
        if signature is not None:
            found[path] = signature
        step(number, len(paths))
    return found


def _read(path: Path) -> FormulaSignature | None:
    """What others need to know of a formula; None where there is none to read."""
    project = load_project(path.parent)
    try:
        if project.excludes(path):
            return None
        analysis = analyze(parse(read_file(path).text), project.environment(path))
    except Exception:
        # Who opens it is told what is wrong.
        return None
    return _describe(analysis, path)


def _describe(analysis: Analysis, path: Path) -> FormulaSignature:
    name = header_name(analysis.parsed.text) or formula_name(path)
    return summarise(analysis, name, str(path))
