"""Folders and files to documents; what cannot be read is reported, not fatal.

A source is a folder, searched for `.ff`, `.fff` and `.txt` files, or one file: a
formula, or a `.jsonl` with a formula in each object. Encodings are found by byte
order mark, then UTF-8, then CP1252, which is what Windows editors write.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fastformula.syntax import parse

from fastformula_training.documents import Document
from fastformula_training.error import TrainingError

FORMULA_SUFFIXES = frozenset({".ff", ".fff", ".txt"})
LARGEST = 4 * 1024 * 1024
"""Bytes; a file beyond is no formula, the longest known has 60 thousand."""

TEXT_KEYS = ("text", "completion", "output", "formula")
"""Which value of a JSON object is the formula: the first of these it has."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file, or a line of one, that gave no document, and why."""

    place: str
    reason: str


def import_source(source: Path, licence: str = "") -> Iterator[Document | Unreadable]:
    """All documents of a folder or file, in order of path.

    A document's source is the folder or file asked for, its name the path below
    it. Raises TrainingError where `source` is not there.
    """
    if source.is_dir():
        for path in sorted(source.rglob("*")):
            if path.is_file() and path.suffix.lower() in FORMULA_SUFFIXES | {".jsonl"}:
                name = path.relative_to(source).as_posix()
                yield from _import_file(path, source.name, name, licence)
    elif source.is_file():
        yield from _import_file(source, source.name, source.name, licence)
    else:
        raise TrainingError(f"There is no file or folder {source}.")


def _import_file(
    path: Path, source: str, name: str, licence: str
) -> Iterator[Document | Unreadable]:
    try:
        data = path.read_bytes()
    except OSError as error:
        yield Unreadable(name, f"cannot be read: {error.strerror}")
        return
    if path.suffix.lower() == ".jsonl":
        yield from _import_jsonl(data, source, name, licence)
        return
    try:
        if len(data) > LARGEST:
            raise ValueError("too large to be a formula")
        text = decode(data)
    except ValueError as error:
        yield Unreadable(name, str(error))
        return
    yield Document(text, source, licence, name, family_of(path.stem))


def _import_jsonl(
    data: bytes, source: str, name: str, licence: str
) -> Iterator[Document | Unreadable]:
    """One document for each object with a formula in it.

    Its source, licence and family may stand beside it.
    """
    try:
        lines = decode(data).splitlines()
    except ValueError as error:
        yield Unreadable(name, str(error))
        return
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        place = f"{name}:{number}"
        try:
            value = json.loads(line)
        except json.JSONDecodeError as error:
            yield Unreadable(place, f"is not JSON: {error.msg}")
            continue
        text = _formula_in(value)
        if text is None:
            yield Unreadable(place, f"has no text under {', '.join(TEXT_KEYS)}")
            continue
        yield Document(
            text,
            str(value.get("source") or source),
            str(value.get("licence") or value.get("license") or licence),
            place,
            str(value.get("family") or ""),
        )


def family_of(stem: str) -> str:
    """The name of a formula without what tells its versions apart.

    `OVERTIME_V2`, `overtime_copy (1)` and `Overtime_old_20240131` are all one.
    """
    name = stem.upper()
    while (shorter := VERSION.sub("", name)) and shorter != name:
        name = shorter
    return name


VERSION = re.compile(
    r"[\s_.-]*(?:\(\d+\)|(?<![A-Z])(?:V|VER|VERSION|REV)?[\s_.-]*\d+"
    r"|(?<![A-Z])(?:COPY|OLD|NEW|BACKUP|BAK|FINAL|DRAFT|TEST|ORIGINAL))$"
)


def _formula_in(value: object) -> str | None:
    """The formula of `text`, prompt and completion, or instruction and output.

    A completion that goes on from the code of its prompt is given together with
    it: where the two parse as one formula.
    """
    if not isinstance(value, dict):
        return None
    prompt, completion = value.get("prompt"), value.get("completion")
    if isinstance(prompt, str) and isinstance(completion, str) and prompt.strip():
        joined = prompt + completion
        if not parse(joined).errors:
            return joined
    for key in TEXT_KEYS:
        text = value.get(key)
        if isinstance(text, str) and text.strip():
            return unfence(text)
    return None


def unfence(text: str) -> str:
    """The inside of the first Markdown code fence, or `text` where there is none."""
    lines = text.splitlines(keepends=True)
    fences = [i for i, line in enumerate(lines) if line.lstrip().startswith("```")]
    if len(fences) < 2:
        return text
    return "".join(lines[fences[0] + 1 : fences[1]])


def decode(data: bytes) -> str:
    """Bytes of a formula's file to text; raises ValueError for what is no text."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return _checked(data, encoding)
    if b"\0" in data:
        # UTF-16 without a mark has a zero beside nearly every letter.
        even, odd = data[::2].count(0), data[1::2].count(0)
        if max(even, odd) < len(data) // 4:
            raise ValueError("is not text")
        return _checked(data, "utf-16-le" if odd > even else "utf-16-be")
    try:
        return _checked(data, "utf-8")
    except ValueError:
        return _checked(data, "cp1252")


def _checked(data: bytes, encoding: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise ValueError("is not text") from None
    if any(ord(letter) < 32 and letter not in "\t\r\n\f\v\x1a" for letter in text):
        raise ValueError("is not text")
    return text
