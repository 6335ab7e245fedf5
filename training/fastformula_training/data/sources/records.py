"""A record, such as a row of a table, to the formula in it.

Whatever the file, a record is a mapping from column to text. Columns go by what they
are called, blanks, underlines and case apart: `FormulaText` of HCM Data Loader and of
the exports of Functional Setup Manager, `FORMULA_TEXT` of the database view
FF_FORMULAS_VL, `instruction` and `output`, `prompt` and `completion`, or `text` of
the files that models are trained on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from fastformula.syntax import parse

from fastformula_training.data.sources.text import checked
from fastformula_training.documents import Document, SetAside

TEXTS = ("formulatext", "text", "completion", "output", "response", "formula", "code")
"""Columns that may hold a formula; the first that is not blank does."""

NAMES = ("formulaname", "formulacode", "name")
TYPES = ("formulatypename", "formulatype", "formulatypecode", "type")
LICENCES = ("licence", "license")
WISHES = ("instruction", "prompt")


class Origin(NamedTuple):
    """What all records of a file have in common."""

    source: str
    path: str
    licence: str


class Record(NamedTuple):
    """A row of a table, an object of a JSONL file, an element of an XML file."""

    line: int
    values: Mapping[str, str]
    """By column, as `plain_key` writes it."""


class Fault(NamedTuple):
    """A part of a file that is no record, and why."""

    line: int
    reason: str


_ORACLES = ("formulatext", "formulaname", "formulacode", "formulatypename")
"""Columns of Oracle's that may have the name of a view before them."""


def plain_key(name: str) -> str:
    """The letters of a column's name, in lower case and without its view."""
    key = re.sub("[^a-z]", "", name.lower())
    return next((known for known in _ORACLES if key.endswith(known)), key)


_FILE_NAME = re.compile(r"[^\s|]+\.\w{1,4}")


def attach(
    record: Record | Fault, columns: Sequence[str], text_of: Callable[[str], str]
) -> Record | Fault:
    """The record with the text of the file that it names in the place of a formula.

    `text_of` gives the text of a file; it raises ValueError with what is wrong.
    """
    if isinstance(record, Fault):
        return record
    key = next((key for key in columns if record.values.get(key, "").strip()), "")
    said = record.values[key].strip() if key else ""
    if not _FILE_NAME.fullmatch(said):
        return record
    try:
        return record._replace(values={**record.values, key: text_of(said)})
    except ValueError as error:
        return Fault(record.line, f"its file {said} {error}")


def document_of(
    record: Record | Fault, origin: Origin, columns: Sequence[str] = TEXTS
) -> Document | SetAside:
    """The formula of a record, from the first of the columns that it has.

    A completion that goes on from the code of its prompt is given together with it,
    where the two parse as one formula. Other prompts are instructions.
    """
    values = record.values if isinstance(record, Record) else {}
    reason = record.reason if isinstance(record, Fault) else ""
    text = first(values, columns)
    if not reason and not text.strip():
        reason = f"has no text under {', '.join(columns)}"
    try:
        text = checked(unfence(text))
    except ValueError as error:
        reason = str(error)
    if reason:
        return SetAside(origin.source, origin.path, record.line, reason)
    wish = _wish(values)
    if (joined := values.get("prompt", "") + text) != text and _is_formula(joined):
        text, wish = joined, ""
    return Document(
        text,
        values.get("source", "") or origin.source,
        first(values, LICENCES) or origin.licence,
        first(values, NAMES),
        values.get("family", ""),
        origin.path,
        record.line,
        first(values, TYPES),
        wish,
    )


def first(values: Mapping[str, str], keys: Iterable[str]) -> str:
    """The first value that is not blank; "" where all are."""
    return next((values[key] for key in keys if values.get(key, "").strip()), "")


def _wish(values: Mapping[str, str]) -> str:
    """What was asked for, with the input that it speaks of below."""
    parts = (first(values, WISHES).strip(), values.get("input", "").strip())
    return "\n\n".join(part for part in parts if part)


def _is_formula(text: str) -> bool:
    parsed = parse(text)
    return bool(parsed.tree.statements) and not parsed.errors


def formula_columns(rows: Iterable[Mapping[str, str]]) -> tuple[str, ...]:
    """The column of which the most cells parse as formulas; none where none does."""
    counts: dict[str, int] = {}
    for row in rows:
        for key, cell in row.items():
            if _is_formula(cell):
                counts[key] = counts.get(key, 0) + 1
    return (max(counts, key=lambda key: counts[key]),) if counts else ()


def unfence(text: str) -> str:
    """The inside of the first Markdown code fence, or `text` where there is none."""
    lines = text.splitlines(keepends=True)
    fences = [i for i, line in enumerate(lines) if line.lstrip().startswith("```")]
    if len(fences) < 2:
        return text
    return "".join(lines[fences[0] + 1 : fences[1]])
