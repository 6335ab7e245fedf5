"""The other formulas of a folder, read in the background and kept up to date."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from fastformula.analysis import Analysis, FormulaSignature, Library

from fastformula_server.facts import Facts, gather
from fastformula_server.facts_file import FactsFile
from fastformula_server.files import find_files
from fastformula_server.indexing import examine, look_at, read_formulas
from fastformula_server.library import FormulaLibrary
from fastformula_server.project import ALONE
from fastformula_server.worker import Result, Worker

Step = Callable[[int, int], None]
"""Told how many of how many formulas are read; in any thread."""

Show = Callable[[str, Callable[[], object]], AbstractContextManager[Step]]
"""Shows that something with a title is going on, and calls back who wants no more."""

_TITLE = "Reading the formulas"


@dataclass(slots=True, eq=False)
class _Folder:
    stored: dict[Path, FormulaSignature] = field(default_factory=dict)
    open: dict[Path, FormulaSignature] = field(default_factory=dict)
    asking: set[Path] = field(default_factory=set)
    """The open ones that depend on others."""
    reading: asyncio.Task[None] | None = None
    """The last time that all of it is read."""
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
        self, changed: Callable[[], None], show: Show, facts_file: FactsFile
    ) -> None:
        self._changed = changed
        self._show = show
        self._file = facts_file
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

    def begin(self, root: Path) -> None:
        """Read the formulas below `root` in the background, if nobody has yet."""
        if root not in self._folders:
            self._begin(root)

    def meet(self, root: Path, path: Path, analysis: Analysis) -> None:
        """Take note of an open formula; if it needs the others, read them."""
        folder = self._folders.get(root)
        asks = bool(analysis.formula_calls or analysis.storage)
        if folder is None and not asks:
            return
        signature = gather(analysis).signature_at(path)
        if folder is None:
            folder = self._begin(root)
        folder.open[path] = signature
        if asks:
            folder.asking.add(path)
        else:
            folder.asking.discard(path)
        # As long as no open formula depends on others, none is the wiser for it.
        if folder.asking and folder.signatures.get(path) != signature:
            self._start(self._rebuild(folder))

    def read_again(self, paths: Iterable[Path]) -> None:
        """Look at formulas that were written, removed or closed."""
        several = tuple(paths)
        for root, folder in self._folders.items():
            here = [path for path in several if path.is_relative_to(root)]
            if here:
                self._start(self._read_some(folder, here))

    def read_all_again(self, paths: Iterable[Path]) -> None:
        """Look at the formulas around files of projects that were written or removed.

        Those that the change is nothing to are known already.
        """
        places = {path.parent for path in paths}
        for root, folder in self._folders.items():
            if any(_is_near(root, place) for place in places):
                folder.reading = self._start(self._read_all(root, folder))

    def close(self, path: Path) -> None:
        """Go by the file again, now that the editor does not show it."""
        for folder in self._folders.values():
            folder.open.pop(path, None)
            folder.asking.discard(path)
        self.read_again([path])

    async def whole(self, root: Path) -> Library:
        """The formulas below `root`, once they have been read.

        If their reader was stopped, they are read from the start.
        """
        folder = self._folders.get(root) or self._begin(root)
        if not folder.is_read and folder.reading and folder.reading.done():
            folder.reading = self._start(self._read_all(root, folder))
        assert folder.reading is not None
        # Others wait for it too: who is cancelled must not cancel it for them.
        await asyncio.shield(folder.reading)
        await self._rebuild(folder)
        return folder.library

    async def signatures(self, root: Path) -> tuple[FormulaSignature, ...] | None:
        """All formulas below `root`; None where their reader was stopped."""
        await self.whole(root)
        folder = self._folders[root]
        return tuple(folder.signatures.values()) if folder.is_read else None

    async def facts(
        self, texts: Mapping[Path, str | None]
    ) -> dict[Path, tuple[str, Facts]]:
        """Text and facts of formulas by their files; None stands for what is there."""

        def read() -> dict[Path, tuple[str, Facts]]:
            looked = (look_at(path, text) for path, text in texts.items())
            sources = [each for each in looked if each]
            known = self._file.find(each.key for each in sources)
            found = ((each, known.get(each.key) or examine(each)) for each in sources)
            return {each.path: (each.text, facts) for each, facts in found if facts}

        return await self._worker.run(read)

    async def work(self, job: Callable[[], Result]) -> Result:
        """What `job` finds that reads files, in the thread for that."""
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
        stopped = asyncio.Event()
        with self._show(_TITLE, stopped.set) as step:
            paths = await self._worker.run(partial(_find, root))
            found = await read_formulas(
                paths,
                self._file,
                self._worker,
                lambda done: step(done, len(paths)),
                stopped,
            )
        if not stopped.is_set():
            folder.stored = found
            folder.is_read = True
            await self._rebuild(folder)

    async def _read_some(self, folder: _Folder, paths: list[Path]) -> None:
        if folder.reading is not None:
            await asyncio.shield(folder.reading)
        found = await read_formulas(
            paths, self._file, self._worker, lambda _done: None, asyncio.Event()
        )
        for path in paths:
            folder.stored.pop(path, None)
        folder.stored.update(found)
        await self._rebuild(folder)

    async def _rebuild(self, folder: _Folder) -> None:
        signatures = {**folder.stored, **folder.open}
        # From a part of the formulas one would conclude that the others lack.
        if folder.is_read and signatures != folder.signatures:
            folder.signatures = signatures
            make = partial(FormulaLibrary, signatures.values())
            folder.library = await self._worker.run(make)
            if folder.asking:
                self._changed()


def _is_near(root: Path, place: Path) -> bool:
    return place.is_relative_to(root) or root.is_relative_to(place)


def _find(root: Path) -> tuple[Path, ...]:
    # Who opens a folder that cannot be listed is told so.
    return tuple(find_files(root, lambda _error: None))
