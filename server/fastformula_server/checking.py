"""Checking many formulas, each with the others in view, in as many processes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, NamedTuple, Protocol, TypeVar

from fastformula.analysis import analyze, summarise
from fastformula.analysis.environment import FormulaSignature, Library
from fastformula.diagnostic import Diagnostic
from fastformula.linter import lint
from fastformula.linter.mending import mend
from fastformula.syntax import parse

from fastformula_server.files import FileError, TextFile, read_file, write_file
from fastformula_server.library import FormulaLibrary, formula_name, header_name
from fastformula_server.processes import map_files
from fastformula_server.project import ALONE, Project, load_project
from fastformula_server.project_file import OneProduct, read_severity

# What makes a formula's meaning depend on others.
_TIES = re.compile(r"CALL_FORMULA|EXECUTE|WSA_", re.IGNORECASE)
_TEXT = re.compile(r"'([^'\r\n]*)'")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command line asks for, besides the paths."""

    use_project: bool = True
    """Whether `fastformula.toml` counts."""
    product: OneProduct | None = None
    formula_type: str = ""
    severities: tuple[tuple[str, str], ...] = ()
    """Names of rules and "off" or a severity; valid ones."""
    mend: Literal["no", "show", "write"] = "no"
    """Whether safe fixes are made, and then whether they are written to the file."""


class Checked(NamedTuple):
    """What became of one file."""

    path: Path
    text: str = ""
    """As it is now, or as it would be."""
    diagnostics: tuple[Diagnostic, ...] = ()
    """Of that text."""
    failure: str = ""
    """A sentence that names the file, where it could not be checked."""
    before: str = ""
    """What it said when `fixes` is not 0."""
    fixes: int = 0
    """How many were made."""


_Result = TypeVar("_Result")


class _Job(NamedTuple):
    wishes: Wishes
    library: Library


def find_project(folder: Path, wishes: Wishes) -> Project:
    """The project of the formulas in `folder`, as far as `wishes` leave it its way."""
    project = load_project(folder) if wishes.use_project else Project()
    file = project.file
    if wishes.product:
        file = replace(file, product=wishes.product)
    if wishes.formula_type:
        file = replace(file, formula_type=wishes.formula_type, formula_types=())
    for name, severity in wishes.severities:
        file = replace(file, lint=read_severity(file.lint, name, severity))
    return replace(project, file=file)


class Watch(Protocol):
    """Shows how far a long run has come; gives the steps it was given."""

    def __call__(
        self, steps: Iterable[_Result], description: str, total: int
    ) -> Iterable[_Result]:
        """`steps`, of which there are `total`."""


def check_files(
    paths: Sequence[Path], wishes: Wishes, watch: Watch
) -> Iterator[Checked]:
    """What is wrong in each file, in the order of `paths`.

    Raises Failure when a process ends that should not.
    """
    library: Library = ALONE
    if len(paths) > 1 and (tied := _find_tied(paths)):
        signatures = map_files(_summarise, tied, _Job(wishes, ALONE))
        found = watch(signatures, "Reading", len(tied))
        known = [each for each in found if each is not None]
        library = FormulaLibrary(known, is_alone=False)
    results = map_files(_check, paths, _Job(wishes, library))
    yield from watch(results, "Checking", len(paths))


def _find_tied(paths: Sequence[Path]) -> list[Path]:
    """The formulas that have to do with others, and those that they may call."""
    tied: set[Path] = set()
    called: set[str] = set()
    names: dict[Path, set[str]] = {}
    for path in paths:
        try:
            text = read_file(path).text
        except FileError:
            # The check itself says so.
            continue
        names[path] = {formula_name(path), header_name(text)}
        if _TIES.search(text):
            tied.add(path)
            called.update(map(str.upper, _TEXT.findall(text)))
    called.discard("")
    return [
        path for path in names if path in tied or not called.isdisjoint(names[path])
    ]


def _summarise(path: Path, job: _Job) -> FormulaSignature | None:
    """What others need to know of a formula; None where it cannot be read."""
    try:
        text = read_file(path).text
        project = find_project(path.parent, job.wishes)
        analysis = analyze(parse(text), project.environment(path))
    except Exception:
        # The second pass meets it again, and says so.
        return None
    name = header_name(text) or formula_name(path)
    return summarise(analysis, name, str(path))


def _check(path: Path, job: _Job) -> Checked:
    """What is wrong in one file; never raises."""
    try:
        return _check_file(read_file(path), job)
    except FileError as error:
        return Checked(path, failure=str(error))
    except Exception as error:
        said = f"{path}: internal error, please report it: {type(error).__name__}"
        return Checked(path, failure=f"{said}: {error}")


def _check_file(file: TextFile, job: _Job) -> Checked:
    project = find_project(file.path.parent, job.wishes)
    environment = project.environment(file.path, job.library)

    def find(text: str) -> tuple[Diagnostic, ...]:
        return lint(analyze(parse(text), environment), project.file.lint)

    if job.wishes.mend == "no":
        return Checked(file.path, file.text, find(file.text))
    mended = mend(file.text, find)
    if mended.fixes and job.wishes.mend == "write":
        write_file(file, mended.text)
    return Checked(file.path, mended.text, mended.left, "", file.text, mended.fixes)
