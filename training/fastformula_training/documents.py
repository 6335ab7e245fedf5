"""Formulas and training rows as values, and their JSONL files.

Files are written beside their name first and put in place when complete, so a
reader never finds half a file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from fastformula_training.error import TrainingError


@dataclass(frozen=True, slots=True)
class Document:
    """One formula, with where it came from and what its licence allows."""

    text: str
    source: str
    licence: str = ""
    name: str = ""
    """What it is called there: a file's name, a line of a JSONL file."""
    family: str = ""
    """Formulas of one family are kept on one side of the split."""

    @property
    def id(self) -> str:
        """The SHA-256 of the text, in 16 hexadecimal digits."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Row:
    """A formula with a hole: `prefix + middle + suffix` is the whole text.

    But for holes at the end of a formula that is still being written, which have
    nothing or a line end as their suffix.
    """

    prefix: str
    middle: str
    suffix: str
    kind: str
    """What the hole is: statement, expression, condition, …, characters."""
    source: str
    document: str
    """The id of the document it was cut from."""
    context: str = ""
    """What serving would write before the prefix for this text and this cursor."""
    instruction: str = ""
    """What the middle answers; such a row has neither prefix nor suffix."""


def write_atomically(path: Path, text: str) -> None:
    """Write `text` in UTF-8 with line feeds; `path` is complete or as it was."""
    write_lines(path, (text,))


def write_lines(path: Path, parts: Iterable[str]) -> None:
    """As `write_atomically`, for text that comes in parts."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    with part.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(parts)
    part.replace(path)


def write_jsonl(path: Path, items: Iterable[Document | Row]) -> None:
    """Write documents or rows, one JSON object a line."""
    write_lines(
        path, (json.dumps(asdict(item), ensure_ascii=False) + "\n" for item in items)
    )


def read_objects(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of a JSONL file, each with its line's number from 1.

    Raises TrainingError for a file that is not there and a line that is no object.
    """
    try:
        with path.open(encoding="utf-8-sig") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, _object(line, path, number)
    except (OSError, UnicodeDecodeError) as error:
        raise TrainingError(f"Cannot read {path}: {error}.") from error


def _object(line: str, path: Path, number: int) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except json.JSONDecodeError as error:
        raise TrainingError(f"{path}, line {number}: {error.msg}.") from error
    if not isinstance(value, dict):
        raise TrainingError(f"{path}, line {number}: not a JSON object.")
    return value


def read_documents(path: Path) -> Iterator[Document]:
    """The documents of a documents.jsonl; raises TrainingError."""
    for number, value in read_objects(path):
        try:
            yield Document(**value)
        except TypeError as error:
            raise TrainingError(
                f"{path}, line {number}: not a document (text, source, licence, "
                "name, family)."
            ) from error


def read_rows(path: Path) -> Iterator[Row]:
    """The rows of a train.jsonl and its like; raises TrainingError."""
    for number, value in read_objects(path):
        try:
            yield Row(**value)
        except TypeError as error:
            raise TrainingError(
                f"{path}, line {number}: not a row (prefix, middle, suffix, kind, "
                "source, document)."
            ) from error
