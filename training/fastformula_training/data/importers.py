"""Folders, files and zips to documents; what cannot be read is reported, not fatal.

A source is a folder or one file: a formula (`.ff`, `.fff`, `.txt`), a `.jsonl`, `.csv`
or `.tsv` with a formula in each row, a FastFormula.dat of HCM Data Loader, an `.xml`
of Functional Setup Manager, or a zip of all of these, as deep as such exports are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from fastformula_training.data.sources.data_loader import read_data_loader
from fastformula_training.data.sources.files import (
    DEEPEST,
    Allowance,
    Files,
    beside,
    folder_files,
    suffix_of,
    zip_files,
)
from fastformula_training.data.sources.jsonl import read_jsonl
from fastformula_training.data.sources.records import (
    TEXTS,
    Fault,
    Origin,
    Record,
    attach,
    document_of,
)
from fastformula_training.data.sources.setup_xml import read_setup_xml
from fastformula_training.data.sources.table import read_table
from fastformula_training.data.sources.text import decode, open_text
from fastformula_training.documents import Document, SetAside
from fastformula_training.error import TrainingError

FORMULA_SUFFIXES = frozenset({".ff", ".fff", ".txt"})
SUFFIXES = FORMULA_SUFFIXES | {".jsonl", ".csv", ".tsv", ".dat", ".xml", ".zip"}

LARGEST = 4 * 1024 * 1024
"""Bytes; a file beyond is no formula, the longest known has 60 thousand."""

FOLDERS = ("ClobFiles", "BlobFiles")
"""Where exports put texts that are too long for a column."""

CARD = "card.json"
ROWS = frozenset(
    f"{name}.jsonl" for name in ("train", "validation", "test", "rejected")
)
"""What stands beside the card of prepared data, and is made of other formulas."""

Found = Document | SetAside


def import_source(source: Path, licence: str = "") -> Iterator[Found]:
    """All documents of a folder or file, in order of path.

    A document's source is the folder or file asked for, unless its record names
    another. Raises TrainingError where `source` is not there.
    """
    if source.is_dir():
        files = folder_files(source)
    elif source.is_file():
        files = Files((source.name,), lambda path: (source.parent / path).open("rb"))
    else:
        raise TrainingError(f"There is no file or folder {source}.")
    yield from _import_files(files, Origin(source.name, "", licence), Allowance(), 0)


def _import_files(
    files: Files, folder: Origin, allowance: Allowance, depth: int
) -> Iterator[Found]:
    """The documents of a folder or zip, of which the origin's path is the path."""
    attached: set[str] = set()
    # Files that others name are read with these, so the others come first.
    naming = (".dat", ".csv", ".tsv", ".xml")
    for path in sorted(files.paths, key=lambda path: suffix_of(path) not in naming):
        if suffix_of(path) not in SUFFIXES or path in attached:
            continue
        if PurePosixPath(path).name in ROWS and beside(path, "", CARD) in files.paths:
            continue
        origin = folder._replace(path=f"{folder.path}/{path}" if folder.path else path)
        count = 0
        try:
            with files.open(path) as data:
                for found in _import_file(
                    files, path, data, origin, allowance, depth, attached
                ):
                    yield found
                    count += 1
            if not count and suffix_of(path) != ".zip":
                yield SetAside(origin.source, origin.path, 0, "holds no formulas")
        except OSError as error:
            reason = f"cannot be read: {error.strerror or error}"
            yield SetAside(origin.source, origin.path, 0, reason)
        except ValueError as error:
            yield SetAside(origin.source, origin.path, 0, str(error))


def _import_file(
    files: Files,
    path: str,
    data: BinaryIO,
    origin: Origin,
    allowance: Allowance,
    depth: int,
    attached: set[str],
) -> Iterator[Found]:
    """The documents of one file; raises ValueError and OSError.

    The paths of other files that belong to it are put into `attached`.
    """
    match suffix_of(path):
        case ".zip":
            if depth == DEEPEST:
                raise ValueError(f"lies in {depth} zips within each other")
            inside = zip_files(data, allowance)
            yield from _import_files(inside, origin, allowance, depth + 1)
        case ".jsonl":
            for record in read_jsonl(open_text(data)):
                yield document_of(record, origin)
        case ".csv" | ".tsv" | ".dat" | ".xml":
            columns, records = _records(path, data)
            for record in records:
                whole = attach(
                    record,
                    columns,
                    lambda name: _attachment(files, path, name, attached),
                )
                yield document_of(whole, origin, columns)
        case _:
            text = decode(_bounded(data))
            name = PurePosixPath(path).stem
            yield Document(text, origin.source, origin.licence, name, path=origin.path)


def _records(
    path: str, data: BinaryIO
) -> tuple[Sequence[str], Iterator[Record | Fault]]:
    """The columns with formulas, and the records, of a file that may name others."""
    match suffix_of(path):
        case ".dat":
            return TEXTS, read_data_loader(open_text(data))
        case ".xml":
            return TEXTS, read_setup_xml(data)
        case _:
            return read_table(open_text(data))


def _attachment(files: Files, path: str, name: str, attached: set[str]) -> str:
    """The text of a file that the one at `path` names."""
    if "/" in name or "\\" in name or ".." in name:
        raise ValueError(f"is not in {' or '.join(FOLDERS)}")
    for folder in FOLDERS:
        there = beside(path, folder, name)
        attached.add(there)
        try:
            with files.open(there) as data:
                return decode(_bounded(data))
        except FileNotFoundError:
            continue
    raise ValueError(f"is not in {' or '.join(FOLDERS)}")


def _bounded(data: BinaryIO) -> bytes:
    content = data.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise ValueError("is too large to be a formula")
    return content
