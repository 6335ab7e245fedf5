"""Formatting many files, each by its project, in as many processes as pay."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from fastformula.formatter import Style, format_text
from fastformula.formatter.intact import has_errors
from fastformula.syntax import parse

from fastformula_server.files import FileError, read_file, write_file
from fastformula_server.processes import map_files
from fastformula_server.project import Project, load_project


class Wishes(NamedTuple):
    """What the command line asks for, besides the paths."""

    uses_project: bool
    """Whether `fastformula.toml` counts."""
    writes: bool
    """Whether files are written, or only looked at."""


class Rewritten(NamedTuple):
    """What became of one file."""

    path: Path
    before: str = ""
    text: str = ""
    """As it is now, or as it would be."""
    is_broken: bool = False
    """Whether it has syntax errors, so that some of it stays as it is."""
    failure: str = ""
    """A sentence that names the file, where it was not formatted."""


def find_project(folder: Path, wishes: Wishes) -> Project:
    """The project of the formulas in `folder`, if it counts."""
    return load_project(folder) if wishes.uses_project else Project()


def find_style(folder: Path, wishes: Wishes) -> Style:
    """How the formulas in `folder` are formatted."""
    return find_project(folder, wishes).file.style(Style())


def format_files(paths: Sequence[Path], wishes: Wishes) -> Iterator[Rewritten]:
    """What becomes of each file, in the order of `paths`.

    Raises Failure when a process ends that should not.
    """
    return map_files(_rewrite, paths, wishes)


def _rewrite(path: Path, wishes: Wishes) -> Rewritten:
    """Format one file; never raises."""
    try:
        file = read_file(path)
        parsed = parse(file.text)
        formatted = format_text(parsed, find_style(path.parent, wishes))
        if formatted.refusal:
            return Rewritten(path, failure=f"{path}: {formatted.refusal}")
        if formatted.edits and wishes.writes:
            write_file(file, formatted.text)
    except FileError as error:
        return Rewritten(path, failure=str(error))
    except Exception as error:
        said = f"{path}: internal error, please report it: {type(error).__name__}"
        return Rewritten(path, failure=f"{said}: {error}")
    return Rewritten(path, file.text, formatted.text, has_errors(parsed))
