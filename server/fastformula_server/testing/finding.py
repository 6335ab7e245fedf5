"""The case files that are at hand, and what stands in them or is wrong with them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from fastformula.text import LineIndex, Span

from fastformula_server.documents import Document
from fastformula_server.files import FileError, absolute
from fastformula_server.testing.case import ENDING, Case, CaseError
from fastformula_server.testing.texts import Texts, file_key

_START = Span(0, 0)


@dataclass(frozen=True, slots=True, eq=False)
class CaseFile:
    """A case file as it is at one moment."""

    path: Path
    document: Document
    cases: tuple[Case, ...]
    error: str = ""
    """Why it cannot be read; there are no cases then."""
    place: Span = _START
    """Where that is."""

    @property
    def formula(self) -> Path | None:
        """The formula that it tests, where that is known."""
        return absolute(self.cases[0].formula) if self.cases else None


class CaseFiles:
    """Reads case files, and those that have not changed only once."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[object, CaseFile]] = {}
        self._by_formula: dict[str, dict[str, Path]] = {}

    def read(self, path: Path, texts: Texts) -> CaseFile:
        """The file as it is in `texts`."""
        key, stamp = file_key(path), texts.shown(path) or _stamp(path)
        known, file = self._known.get(key, (None, None))
        if file is None or known != stamp:
            file = _look_at(path, texts)
            if file.formula is not None:
                formula = file_key(file.formula)
                self._by_formula.setdefault(formula, {})[key] = file.path
            if not any(case.csv for case in file.cases):
                self._known[key] = stamp, file
        texts.hold(path, file.document)
        return file

    def about(self, formula: Path) -> list[Path]:
        """Those that had cases of `formula` when they were read."""
        return list(self._by_formula.get(file_key(formula), {}).values())


def is_case_file(uri: str) -> bool:
    """Whether the text there is not a formula but its cases."""
    return uri.lower().endswith(ENDING)


def find_case_files(folder: Path) -> Iterator[Path]:
    """The case files in `folder` and below, by name; hidden folders are left out."""
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(parent, name) for name in sorted(names) if is_case_file(name))


def beside(formula: Path) -> Iterator[Path]:
    """The case files in the folder of `formula`, by name."""
    try:
        paths = sorted(formula.parent.iterdir())
    except OSError:
        return
    yield from (path for path in paths if is_case_file(path.name))


def own_file(formula: Path) -> Path:
    """The file that has the cases of `formula` unless one says otherwise."""
    return formula.with_name(formula.stem + ENDING)


def distinct(paths: Iterable[Path]) -> list[Path]:
    """Each file once, absolute, in the order in which it came first."""
    return list({file_key(path): absolute(path) for path in paths}.values())


def _look_at(path: Path, texts: Texts) -> CaseFile:
    # It knows the interpreter, which is not loaded before somebody tests.
    from fastformula_server.testing.case_file import read_case_file

    try:
        document = texts.document(path)
    except FileError as error:
        nothing = Document(texts.uri(path), 0, "", LineIndex(""), "utf-16")
        return CaseFile(path, nothing, (), str(error))
    try:
        return CaseFile(path, document, read_case_file(path, texts.read))
    except CaseError as error:
        return CaseFile(path, document, (), error.reason, error.span or _START)


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
