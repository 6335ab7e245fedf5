"""What the pod's query has said: from the text of a CSV file to rows, or complaints."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal, NamedTuple, get_args

from fastformula.language.types import DataType

Kind = Literal[
    "database item",
    "global value",
    "context",
    "element",
    "balance",
    "value set",
    "user table",
    "formula",
]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)

NEEDED: Final = ("KIND", "NAME")
"""The columns that a file must have; those of `_OPTIONAL` it may have."""

LONGEST_NAME: Final = 255
"""Of BASE_USER_NAME in FF_DATABASE_ITEMS_B; all other names are shorter."""

_OPTIONAL = ("DATA_TYPE", "IS_ARRAY", "DEFAULT_REQUIRED", "CONTEXTS", "DESCRIPTION")
_DELIMITERS = ",;\t|"
# What the grammar takes for a name. A name in quotes is never an item or a context.
_NAME = re.compile(r"[^\W\d]\w*")
_WRITTEN_PLAINLY = frozenset({"database item", "global value", "context"})
_FLAGS = {"Y": True, "YES": True, "N": False, "NO": False, "": None}

# As the dictionary writes them: the letter of the value's type, then the index's.
_SHORT: dict[str, DataType] = {
    "N": "NUMBER",
    "T": "TEXT",
    "D": "DATE",
    "NN": "NUMBER_NUMBER",
    "NT": "NUMBER_TEXT",
    "TN": "TEXT_NUMBER",
    "TT": "TEXT_TEXT",
    "DN": "DATE_NUMBER",
    "DT": "DATE_TEXT",
}
_TYPES = _SHORT | {type_: type_ for type_ in _SHORT.values()}
# The index of an array database item is a NUMBER ("Database Items", Oracle's guide).
_ARRAYS: dict[str, DataType] = {
    "NUMBER": "NUMBER_NUMBER",
    "TEXT": "TEXT_NUMBER",
    "DATE": "DATE_NUMBER",
}


class Row(NamedTuple):
    """One name of the pod."""

    line: int
    """Where it begins in the file, from 1."""
    kind: Kind
    key: str
    """The name in upper case."""
    type: DataType | None
    default_required: bool | None
    contexts: str
    """Upper-case names with a blank between them."""
    description: str


class BadRow(NamedTuple):
    """A row that cannot be used, and why; `message` is one printable line."""

    line: int
    message: str


class HeaderError(Exception):
    """The first line is not one of the query's; the message says what is there."""


def read_rows(text: str) -> Iterator[Row | BadRow]:
    """The rows of a CSV file in their order.

    Raises HeaderError before the first of them.
    """
    names, delimiter = _read_header(text)
    columns = {
        name: names.index(name) for name in (*NEEDED, *_OPTIONAL) if name in names
    }
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    seen_header = False
    while True:
        line = reader.line_num + 1
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield BadRow(line, "the quotes do not match, or a text in them has no end")
            continue
        if not seen_header:
            seen_header = bool(fields)
        elif len(fields) >= len(names):
            yield _read_row(line, fields, columns)
        elif fields:
            yield BadRow(
                line, f"{len(fields)} fields, but the first line has {len(names)}"
            )


def printable(text: str) -> str:
    """`text` as a message may show it: short, and without control characters."""
    shown = "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}"
        for character in text[:60]
    )
    return shown if len(text) <= 60 else f"{shown}…"


def _read_header(text: str) -> tuple[list[str], str]:
    """The names of the columns, and what stands between two of them."""
    first = next(filter(str.strip, io.StringIO(text)), "")
    best: list[str] = []
    for delimiter in _DELIMITERS:
        cells = next(csv.reader([first], delimiter=delimiter), [])
        names = [cell.strip().upper().replace(" ", "_") for cell in cells]
        if all(name in names for name in NEEDED):
            return names, delimiter
        best = max(best, names, key=len)
    found = ", ".join(printable(name) for name in best[:20] if name) or "nothing"
    raise HeaderError(
        f"the first line must name the columns {' and '.join(NEEDED)}, and may name "
        f"{', '.join(_OPTIONAL)}; it names {found}"
    )


def _read_row(
    line: int, fields: Sequence[str], columns: Mapping[str, int]
) -> Row | BadRow:
    def cell(name: str) -> str:
        return fields[columns[name]].strip() if name in columns else ""

    written = cell("KIND")
    kind = _KINDS.get(written) or _KINDS.get(written.upper().replace("_", " "))
    if kind is None:
        return BadRow(line, f"there is no kind `{printable(written)}`; {_KNOWN_KINDS}")
    key = cell("NAME").upper()
    if problem := _name_problem(kind, key):
        return BadRow(line, problem)
    if kind not in _WRITTEN_PLAINLY:
        return Row(line, kind, key, None, None, "", "")
    written = cell("DATA_TYPE")
    type_ = _TYPES.get(written) or _TYPES.get(written.upper().replace(" ", "_"))
    if written and type_ is None:
        return BadRow(line, f"`{key}`: there is no data type `{printable(written)}`")
    if type_ is not None and _FLAGS.get(cell("IS_ARRAY").upper()):
        type_ = _ARRAYS.get(type_, type_)
    if kind == "context" and type_ not in _ARRAYS:
        return BadRow(line, f"`{key}`: a context is a NUMBER, a TEXT or a DATE")
    return Row(
        line,
        kind,
        key,
        type_,
        _FLAGS.get(cell("DEFAULT_REQUIRED").upper()),
        " ".join(_SEPARATORS.split(cell("CONTEXTS").upper())).strip(),
        cell("DESCRIPTION"),
    )


def _name_problem(kind: Kind, key: str) -> str:
    """Why nothing of `kind` can have that name; empty where it can."""
    if not key:
        return "the row has no name"
    if len(key) > LONGEST_NAME:
        return (
            f"`{printable(key)}`: longer than the {LONGEST_NAME} characters of a name"
        )
    if kind in _WRITTEN_PLAINLY:
        if not _NAME.fullmatch(key):
            return f"`{printable(key)}`: no formula can write this as a name"
    elif not key.isprintable():
        return f"`{printable(key)}`: a name with control characters"
    return ""


_SEPARATORS = re.compile(r"[\s,;|]+")
_KINDS: dict[str, Kind] = {kind.upper(): kind for kind in KINDS}
_KNOWN_KINDS = f"there are {', '.join(_KINDS)}"
