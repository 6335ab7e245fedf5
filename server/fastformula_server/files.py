"""Formulas on disk: finding them, and reading whatever an editor may have written."""

from __future__ import annotations

import codecs
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from fastformula.text import LineIndex, Span

SUFFIXES = frozenset({".ff", ".fff"})
"""How the names of formulas end that are looked for in folders."""

SIZE_LIMIT = 10 * 1024 * 1024
"""In bytes; Oracle's largest formulas have a few hundred thousand."""

_SAMPLE = 4096


class FileError(Exception):
    """A file or folder cannot be read; the message is one sentence that names it."""


@dataclass(frozen=True, slots=True)
class TextFile:
    """A file and what it says, line ends as they are, without a byte order mark."""

    path: Path
    text: str

    def points(self, span: Span) -> tuple[dict[str, int], dict[str, int]]:
        """Start and end of `span`: lines and columns from 1, in code points."""
        lines = LineIndex(self.text)
        start, end = (lines.position(offset) for offset in span)
        return (
            {"line": start.line + 1, "column": start.column + 1},
            {"line": end.line + 1, "column": end.column + 1},
        )


def read_file(path: Path) -> TextFile:
    """Read a text in UTF-8, UTF-16 or Windows' Western code page (CP1252).

    Raises FileError.
    """
    try:
        with path.open("rb") as file:
            data = file.read(SIZE_LIMIT + 1)
    except OSError as error:
        raise FileError(f"{path}: {_reason(error)}") from error
    if len(data) > SIZE_LIMIT:
        megabytes = SIZE_LIMIT // (1024 * 1024)
        raise FileError(f"{path}: larger than {megabytes} MB, which no formula is")
    try:
        return TextFile(path, _decode(data))
    except ValueError as error:
        raise FileError(f"{path}: {error}") from error


def is_folder(path: Path) -> bool:
    """Whether `path` is a folder; what cannot be looked at is none."""
    try:
        return path.is_dir()
    except OSError:
        return False


def find_files(folder: Path, report: Callable[[FileError], None]) -> Iterator[Path]:
    """The formulas below `folder`, by name; hidden folders are left out.

    Folders below it that cannot be listed are reported and passed over.
    """

    def fail(error: OSError) -> None:
        report(FileError(f"{error.filename}: {_reason(error)}"))

    for parent, folders, names in os.walk(folder, onerror=fail):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if Path(name).suffix.lower() in SUFFIXES:
                yield Path(parent, name)


def _reason(error: OSError) -> str:
    match error:
        case FileNotFoundError():
            return "there is no such file or folder"
        case PermissionError():
            return "you have no permission to read it"
        case IsADirectoryError():
            return "is a folder"
    return (error.strerror or str(error)).lower()


def _decode(data: bytes) -> str:
    """The text of `data`; raises ValueError that says what it is instead."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if data.startswith(mark):
            try:
                return data[len(mark) :].decode(encoding)
            except UnicodeDecodeError:
                name = encoding.upper().removesuffix("-LE").removesuffix("-BE")
                raise ValueError(f"begins as {name} but is not") from None
    if b"\0" in data[:_SAMPLE]:
        return _decode_wide(data)
    for encoding in ("utf-8", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _is_text(text):
            break
        return text
    raise ValueError("is not a text file (UTF-8, UTF-16 and CP1252 are read)")


def _decode_wide(data: bytes) -> str:
    """UTF-16 without a mark: every other byte of a formula is then zero."""
    sample = data[:_SAMPLE]
    half = len(sample) // 2
    for encoding, zeros in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[::2])):
        if zeros.count(0) > half * 0.7 and len(data) % 2 == 0:
            try:
                text = data.decode(encoding)
            except UnicodeDecodeError:
                break
            if _is_text(text):
                return text
    raise ValueError("is a binary file, not a text")


def _is_text(text: str) -> bool:
    sample = text[:_SAMPLE]
    control = sum(
        character < " " and character not in "\t\n\r\f\v\x1a" for character in sample
    )
    return "\0" not in text and control <= len(sample) // 100
