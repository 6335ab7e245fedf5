"""CSV files, as spreadsheets and databases export them, to records.

The delimiter is found by trying, the column by its header or else by what parses.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import TextIO

from fastformula_training.data.sources.records import (
    TEXTS,
    Fault,
    Record,
    formula_columns,
    plain_key,
)

VAGUE = frozenset({"code", "formula"})
"""Headers that often stand above something else than formulas."""

DELIMITERS = ",;\t|"

SAMPLE = 256 * 1024
"""Characters by which the delimiter is found."""

TRIED = 20
"""Rows that are parsed to find the column with the formulas."""

LONGEST = 16 * 1024 * 1024
"""Characters of a cell; the longest formula known has 60 thousand."""


def read_table(file: TextIO) -> tuple[tuple[str, ...], Iterator[Record | Fault]]:
    """The columns that may hold formulas, and the rows.

    Without a header the columns are called `a`, `b`, … Raises ValueError where no
    column holds formulas.
    """
    csv.field_size_limit(LONGEST)
    sample = file.read(SAMPLE)
    file.seek(0)
    delimiter = _delimiter(sample)
    rows = _rows(file, delimiter)
    start = list(islice(rows, TRIED + 1))
    head = start[0][1] if start else []
    numbered = [_letters(place) for place in range(max(map(_width, start), default=0))]
    if found := formula_columns([dict(zip(numbered, head, strict=False))]):
        return found, _records(numbered, chain(start, rows))
    names = [plain_key(cell) or _letters(place) for place, cell in enumerate(head)]
    found = formula_columns(
        dict(zip(names, cells, strict=False)) for _, cells in start[1:]
    )
    known = tuple(key for key in TEXTS if key in names)
    if not found and not set(known) - VAGUE:
        raise ValueError(
            f"has no column with formulas; its first line is {delimiter.join(head)!r}"
        )
    columns = known if set(found) <= set(known) else found
    return columns, _records(names, chain(start[1:], rows))


def _width(row: tuple[int, list[str]]) -> int:
    return len(row[1])


def _letters(place: int) -> str:
    """A name that `plain_key` leaves as it is: a, b, and so on to za, zb."""
    return "z" * (place // 25) + chr(ord("a") + place % 25)


def _rows(file: Iterable[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not empty, each with the line it begins on."""
    reader = csv.reader(file, delimiter=delimiter)
    begun = 1
    try:
        for cells in reader:
            if cells:
                yield begun, cells
            begun = reader.line_num + 1
    except csv.Error as error:
        raise ValueError(f"line {begun} is not CSV: {error}") from None


def _records(
    names: Sequence[str], rows: Iterable[tuple[int, list[str]]]
) -> Iterator[Record | Fault]:
    for line, cells in rows:
        if len(cells) > len(names):
            yield Fault(line, f"has {len(cells)} cells below {len(names)} headers")
        else:
            yield Record(line, dict(zip(names, cells, strict=False)))


def _delimiter(sample: str) -> str:
    """The sign that cuts the most rows into the same number of cells, above one."""

    def score(delimiter: str) -> float:
        try:
            widths = [len(cells) for _, cells in _rows(io.StringIO(sample), delimiter)]
        except ValueError:
            return 0
        # The sample may end within a row.
        width, count = Counter(widths[:-1] or widths or [0]).most_common(1)[0]
        return count / max(1, len(widths[:-1])) if width > 1 else 0

    return max(DELIMITERS, key=score)
