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
    """The folder or file it was read from, or what that says of its origin."""
    licence: str = ""
    name: str = ""
    """What it is called there: the formula's name, or its file's."""
    family: str = ""
    """Formulas of one family are kept on one side of the split."""
    path: str = ""
    """The file below the source; one within a zip stands behind the zip's own path."""
    line: int = 0
    """The line of that file on which it begins; 0 where it is the whole file."""
    type: str = ""
    """Its formula type, where the source names it."""
    instruction: str = ""
    """What an author asked for to get it, where the source says so."""

    @property
    def id(self) -> str:
        """The SHA-256 of the text, in 16 hexadecimal digits."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:16]

    @property
    def place(self) -> str:
        """Where it stands, for people."""
        return place_of(self.path, self.line)


@dataclass(frozen=True, slots=True)
class SetAside:
    """A file, or a part of one, that gave no formula to train on, and why."""

    source: str
    path: str
    line: int
    reason: str

    @property
    def place(self) -> str:
        """Where it stands, for people."""
        return place_of(self.path, self.line)


def place_of(path: str, line: int) -> str:
    """A path with the line behind it; line 0 is the whole file."""
    return f"{path}:{line}" if line else path


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


def write_jsonl(path: Path, items: Iterable[Document | Row | SetAside]) -> None:
    """Write values, one JSON object a line."""
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
                f"{path}, line {number}: not a document (text, source, licence, …)."
            ) from error


def read_rows(path: Path) -> Iterator[Row]:
    """The rows of a train.jsonl and its like; raises TrainingError."""
    for number, value in read_objects(path):
        try:
            row = Row(**value)
            # A JSON string may hold half a character, which no tokenizer takes.
            "".join(value.values()).encode()
        except (TypeError, UnicodeEncodeError) as error:
            raise TrainingError(
                f"{path}, line {number}: not a row of texts (prefix, middle, suffix, "
                "kind, source, document, context, instruction)."
            ) from error
        yield row


def file_hash(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
