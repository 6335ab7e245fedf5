"""Reading many formulas for what others need to know of them, each only once.

Where many have to be read, a process of its own does it: the server's threads take
turns, and whoever types would wait for each of them.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import fastformula
from fastformula import parse
from fastformula.analysis import FormulaSignature, analyze

from fastformula_server.child import Child, give_way
from fastformula_server.facts import Facts, dump, gather, load
from fastformula_server.facts_file import FactsFile
from fastformula_server.files import FileError, read_file
from fastformula_server.project import Project, load_project
from fastformula_server.worker import Worker

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

IN_THIS_PROCESS = 50
"""Up to so many formulas, starting another process costs more than it saves."""

_BATCH = 25


class Source(NamedTuple):
    """A formula to be known."""

    path: Path
    text: str
    project: Project
    key: bytes
    """The same for all that have the same facts."""


class Row(NamedTuple):
    """What a process has found out; it goes through a pipe."""

    path: Path
    key: bytes = b""
    said: str = ""
    """The facts as JSON; empty for what cannot be read."""


def look_at(path: Path, text: str | None = None) -> Source | None:
    """The formula in a file, or `text` in its place; None where there is none."""
    project = load_project(path.parent)
    if project.excludes(path):
        return None
    if text is None:
        try:
            text = read_file(path).text
        except FileError:
            # Who opens it is told what is wrong.
            return None
    parts = (_stamp_of_code(), project.meaning(path), text)
    data = "\0".join(parts).encode("utf-8", "surrogatepass")
    return Source(path, text, project, hashlib.sha256(data).digest())


def examine(source: Source) -> Facts | None:
    """The facts of a formula; None where we fail, which who opens it is told."""
    try:
        environment = source.project.environment(source.path)
        return gather(analyze(parse(source.text), environment))
    except Exception:
        return None


async def read_formulas(
    paths: Sequence[Path],
    file: FactsFile,
    worker: Worker,
    step: Callable[[int], None],
    stopped: asyncio.Event,
) -> dict[Path, FormulaSignature]:
    """What others need to know of those among `paths` that are formulas.

    `step` is told how many are done, in any thread. Once it is `stopped`, what was
    found so far is remembered, and some of it given back.
    """
    found: dict[Path, FormulaSignature] = {}
    done: set[Path] = set()

    def take(several: Iterable[tuple[Path, Facts | None]]) -> None:
        for path, facts in several:
            done.add(path)
            if facts is not None:
                found[path] = facts.signature_at(path)
        step(len(done))

    def recall() -> None:
        for some in _batches(paths):
            looked = {path: look_at(path) for path in some}
            known = file.find(each.key for each in looked.values() if each)
            take(
                (path, known.get(source.key) if source else None)
                for path, source in looked.items()
                if source is None or source.key in known
            )
            if stopped.is_set():
                return

    def hear(rows: list[Row]) -> None:
        worker.start(partial(learn, rows))

    def learn(rows: Iterable[Row]) -> None:
        facts = {row: load(row.said) for row in rows if row.said}
        file.keep({row.key: each for row, each in facts.items()})
        take((row.path, facts.get(row)) for row in rows)

    def read() -> None:
        for some in _batches([path for path in paths if path not in done]):
            if stopped.is_set():
                return
            learn([_read(path) for path in some])

    await worker.run(recall)
    missing = tuple(path for path in paths if path not in done)
    if len(missing) > IN_THIS_PROCESS and not stopped.is_set():
        await _read_apart(missing, hear, stopped)
    # The other process may have ended too soon, or never begun.
    await worker.run(read)
    return found


async def _read_apart(
    paths: tuple[Path, ...],
    hear: Callable[[list[Row]], None],
    stopped: asyncio.Event,
) -> None:
    """Have another process read formulas; it may end before all are read."""
    ended = asyncio.Event()
    child = Child(work, (paths,), hear, lambda _why: ended.set())
    waits = [asyncio.create_task(each.wait()) for each in (ended, stopped)]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in waits:
            each.cancel()
        child.close()


def work(connection: Connection, paths: tuple[Path, ...]) -> None:
    """Read formulas in a process of its own, and put what they say into the pipe."""
    # Whoever has started this process answers to Ctrl-C.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    give_way()
    try:
        for some in _batches(paths):
            # Who says anything wants no more.
            if connection.poll():
                return
            connection.send([_read(path) for path in some])
    except OSError:  # the server has gone
        return


def _read(path: Path) -> Row:
    source = look_at(path)
    found = examine(source) if source else None
    return Row(path, source.key, dump(found)) if source and found else Row(path)


def _batches(paths: Sequence[Path]) -> Iterator[Sequence[Path]]:
    return (paths[start : start + _BATCH] for start in range(0, len(paths), _BATCH))


@lru_cache(1)
def _stamp_of_code() -> str:
    """Another one whenever the language, or what is kept of a formula, has changed."""
    packages = (Path(each).parent for each in (fastformula.__file__, __file__))
    files = [
        Path(folder, name)
        for package in packages
        for folder, _, names in os.walk(package)
        for name in names
        if not name.endswith(".pyc")
    ]
    return repr(sorted((path.name, path.stat().st_mtime_ns) for path in files))
