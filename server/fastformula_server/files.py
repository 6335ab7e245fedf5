"""Formulas on disk: finding them, reading whatever an editor wrote, writing them."""

from __future__ import annotations

import codecs
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

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
    encoding: str = "utf-8"
    """As Python calls it."""
    mark: bytes = b""
    """The byte order mark, where there is one."""

    def points(self, span: Span) -> tuple[dict[str, int], dict[str, int]]:
        """Start and end of `span`: lines and columns from 1, in code points."""
        lines = LineIndex(self.text)
        start, end = (lines.position(offset) for offset in span)
        return (
            {"line": start.line + 1, "column": start.column + 1},
            {"line": end.line + 1, "column": end.column + 1},
        )


Read: TypeAlias = Callable[[Path], TextFile]
"""What gives the text of a file, or raises FileError, as `read_file` does."""


def read_file(path: Path, size_limit: int = SIZE_LIMIT) -> TextFile:
    """Read a text in UTF-8, UTF-16 or Windows' Western code page (CP1252).

    Raises FileError, also for a file of more than `size_limit` bytes.
    """
    try:
        with path.open("rb") as file:
            data = file.read(size_limit + 1)
    except OSError as error:
        raise FileError(f"{path}: {_reason(error)}") from error
    if len(data) > size_limit:
        megabytes = size_limit // (1024 * 1024)
        raise FileError(f"{path}: larger than {megabytes} MB, the most that is read")
    try:
        return TextFile(path, *decode(data))
    except ValueError as error:
        raise FileError(f"{path}: {error}") from error


def write_file(file: TextFile, text: str) -> None:
    """Put `text` in the place of what `file` said, in the same encoding.

    The file is never seen half written. Raises FileError, and then it is as it was.
    """
    try:
        data = file.mark + text.encode(file.encoding)
    except UnicodeEncodeError as error:
        sign = text[error.start]
        raise FileError(
            f"{file.path}: {file.encoding.upper()} has no {sign!r}, so nothing was"
            " written"
        ) from error
    target = file.path.resolve()
    name = ""
    try:
        with tempfile.NamedTemporaryFile(
            dir=target.parent, prefix=f".{target.name}.", delete=False
        ) as new:
            name = new.name
            new.write(data)
        shutil.copymode(target, name)
        Path(name).replace(target)
    except OSError as error:
        if name:
            Path(name).unlink(missing_ok=True)
        reason = (error.strerror or str(error)).lower()
        raise FileError(f"{file.path}: cannot be written: {reason}") from error


def absolute(path: Path) -> Path:
    """`path` from the root on, without `..`; symbolic links stay."""
    return Path(os.path.abspath(path))  # noqa: PTH100 - `resolve` follows links


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


def create_file(path: Path, text: str, *, force: bool) -> None:
    """Write a file in UTF-8, never seen half written; FileError where it cannot be.

    One that is there already is overwritten only by `force`.
    """
    is_new = False
    try:
        if not path.exists():
            # Whoever makes it first has it, with the permissions that are usual here.
            path.open("xb").close()
            is_new = True
        elif not force:
            raise FileExistsError
    except FileExistsError as error:
        raise FileError(f"{path}: is there already") from error
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise FileError(f"{path}: cannot be written: {reason}") from error
    try:
        write_file(TextFile(path, ""), text)
    except FileError:
        if is_new:
            path.unlink(missing_ok=True)
        raise


def _reason(error: OSError) -> str:
    match error:
        case FileNotFoundError():
            return "there is no such file or folder"
        case PermissionError():
            return "you have no permission to read it"
        case IsADirectoryError():
            return "is a folder"
    return (error.strerror or str(error)).lower()


def decode(data: bytes) -> tuple[str, str, bytes]:
    """Text, encoding and mark of `data`; raises ValueError that says what it is.

    It is read as `read_file` says.
    """
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if data.startswith(mark):
            try:
                return data[len(mark) :].decode(encoding), encoding, mark
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
        return text, encoding, b""
    raise ValueError("is not a text file (UTF-8, UTF-16 and CP1252 are read)")


def _decode_wide(data: bytes) -> tuple[str, str, bytes]:
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
                return text, encoding, b""
    raise ValueError("is a binary file, not a text")


def _is_text(text: str) -> bool:
    sample = text[:_SAMPLE]
    control = sum(
        character < " " and character not in "\t\n\r\f\v\x1a" for character in sample
    )
    return "\0" not in text and control <= len(sample) // 100
