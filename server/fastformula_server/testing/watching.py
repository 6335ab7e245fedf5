"""Case files that are played again once something changes that they depend on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeAlias

from fastformula.interpreter import Semantics

from fastformula_server.catalogue.places import find_project, find_project_file
from fastformula_server.files import (
    FileError,
    TextFile,
    absolute,
    find_files,
    read_file,
)
from fastformula_server.testing.case import Case, CaseError
from fastformula_server.testing.case_file import read_case_file
from fastformula_server.testing.coverage import Tally
from fastformula_server.testing.playing import Result, play

INTERVAL = 0.3
"""Seconds from one look at the files to the next."""

Stamp: TypeAlias = tuple[int, int] | None
"""When a file was changed last, and its size; None where there is none."""

Surroundings: TypeAlias = tuple[Path | None, Stamp, tuple[Path, ...]]
"""The project's file, its stamp, and the formulas that may be called from a folder."""


@dataclass(frozen=True, slots=True)
class Played:
    """A case file as it was played, and what that depended on."""

    results: tuple[Result, ...]
    failure: str
    """Why the rest could not be played; empty where all was."""
    tally: Tally | None
    """What was reached, where somebody asked for that."""
    files: Mapping[Path, Stamp]
    """All that was read."""
    folders: Mapping[Path, Surroundings]
    """Those of the formulas."""


def play_file(
    path: Path,
    is_wanted: Callable[[Case], bool],
    show: Callable[[Result], None],
    *,
    at_once: bool,
    counts: bool,
) -> Played:
    """Play the cases of a file that are wanted; each is shown when it is through.

    `at_once` ends it at the first that fails; `counts` has what is reached counted.
    """
    tally = Tally() if counts else None
    files: dict[Path, Stamp] = {}
    folders: dict[Path, Surroundings] = {}
    results: list[Result] = []
    failure = ""

    def read(path: Path) -> TextFile:
        # Looked at before it is read: what changes meanwhile is seen the next time.
        files.setdefault(path, _stamp(path))
        return read_file(path)

    try:
        cases = [case for case in read_case_file(path, read) if is_wanted(case)]
        for folder in {case.formula.parent for case in cases}:
            folders[folder] = _surroundings(folder)
        watch = None if tally is None else tally.add
        for result in play(cases, Semantics(), watch, read):
            results.append(result)
            show(result)
            if at_once and not result.passed:
                break
    except CaseError as error:
        failure = str(error)
    return Played(tuple(results), failure, tally, files, folders)


def changed(played: Mapping[Path, Played], files: Iterable[Path]) -> list[Path]:
    """The case files of `files` that are new, or depend on what has changed."""
    look = cache(_surroundings)

    def is_as_before(path: Path) -> bool:
        known = played.get(path)
        return (
            known is not None
            and all(_stamp(each) == stamp for each, stamp in known.files.items())
            and all(look(each) == there for each, there in known.folders.items())
        )

    return [path for path in files if not is_as_before(path)]


def _surroundings(folder: Path) -> Surroundings:
    project = find_project_file(absolute(folder))
    formulas = tuple(find_files(find_project(folder), _pass_over))
    return project, None if project is None else _stamp(project), formulas


def _stamp(path: Path) -> Stamp:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def _pass_over(error: FileError) -> None:
    """A folder that cannot be listed holds no formula that is called."""
