"""Case files, `*.fftest.toml`: from their text to cases."""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from fastformula.interpreter import ErrorClass
from fastformula.text import LineIndex, Span

from fastformula_server.files import FileError, Read, read_file
from fastformula_server.given import read_moment
from fastformula_server.testing.case import (
    ENDING,
    Case,
    CaseError,
    CaseValueError,
    CsvLine,
    Expected,
    Meets,
)
from fastformula_server.testing.case_places import CasePlace, find_cases

_TABLES = {
    "inputs": "inputs",
    "items": "items",
    "contexts": "contexts",
    "functions": "functions",
    "formulas": "formulas",
    "storage": "storage",
    "tables": "tables",
    "value-sets": "value_sets",
    "lookups": "lookups",
}
"""Keys of a file and of a case that hold tables, and where they go in `Meets`."""
OF_FILE = {*_TABLES, "formula", "effective-date", "case"}
OF_CASE = {
    *_TABLES,
    "effective-date",
    "name",
    "returns",
    "log",
    "error",
    "message",
    "rows",
    "csv",
}
_NOWHERE = CasePlace(0, 0)
_PLACEHOLDER = re.compile(r"\{([A-Za-z_][A-Za-z0-9_ ]*)\}")


def read_case_file(path: Path, read: Read = read_file) -> tuple[Case, ...]:
    """The cases of a file, those with rows once for each; raises CaseError.

    `read` gives the texts of the file and of CSV files.
    """
    try:
        text = read(path).text
        data = tomllib.loads(text, parse_float=Decimal)
    except FileError as error:
        raise CaseError(str(error)) from error
    except tomllib.TOMLDecodeError as error:
        reason, span = _locate(str(error), text)
        raise CaseError(f"{path}: {error}", reason, span) from error
    try:
        return tuple(read_cases(path, data, find_cases(text), read))
    except CaseValueError as error:
        raise CaseError(f"{path}: {error}", str(error), error.span) from error
    except ValueError as error:
        raise CaseError(f"{path}: {error}", str(error)) from error


def _locate(message: str, text: str) -> tuple[str, Span]:
    """What Python says of a text that is no TOML, and the line that it says it of."""
    reason, _, place = message.rpartition(" (at ")
    found = re.match(r"line (\d+)", place)
    starts = LineIndex(text)
    line = len(starts.starts) if found is None else int(found[1])
    return f"This is no TOML: {reason or message}.", Span(*starts.line_span(line - 1))


def read_cases(
    path: Path,
    data: Mapping[str, Any],
    places: Sequence[CasePlace] = (),
    read: Read = read_file,
) -> Iterator[Case]:
    """The cases of the data of a file; raises ValueError that says what is wrong.

    `places` is where they stand.
    """
    _check_keys(data, OF_FILE, "the file")
    if not isinstance(data.get("formula", ""), str):
        raise ValueError("formula is the path of a file")
    rows = data.get("case", [])
    if not isinstance(rows, list) or not rows:
        raise ValueError("there is no case; one begins with [[case]]")
    names: set[str] = set()
    for number, row in enumerate(rows, 1):
        name = row.get("name", f"case {number}") if isinstance(row, dict) else None
        if not isinstance(name, str):
            raise ValueError(f"case {number} needs a name that is a text")
        place = places[number - 1] if len(places) == len(rows) else _NOWHERE
        try:
            yield from _read_case(path, data, name, row, place, read, names)
        except ValueError as error:
            raise CaseValueError(str(error), place.span) from error


def _read_case(
    path: Path,
    data: Mapping[str, Any],
    name: str,
    row: dict[str, Any],
    place: CasePlace,
    read: Read,
    names: set[str],
) -> Iterator[Case]:
    """A case, once for each of its rows, under names that are none of `names`."""
    formula = data.get("formula", path.name.removesuffix(ENDING) + ".ff")
    _check_keys(row, OF_CASE, f"the case {name!r}")
    for filled, span, line in _fill_rows(path, name, row, place, read):
        title = str(filled["name"])
        if title in names:
            raise ValueError(f"there are two cases of the name {title!r}")
        names.add(title)
        try:
            case = Case(
                name=title,
                file=path,
                formula=path.parent / formula,
                meets=_read_meets(data, filled),
                expected=_read_expected(filled),
                span=span,
                csv=line,
            )
        except ValueError as error:
            raise ValueError(f"in the case {title!r}, {error}") from error
        yield case


def _check_keys(table: Any, known: set[str], where: str) -> None:
    if not isinstance(table, dict):
        raise ValueError(f"{where} has to be a table")
    for key in table:
        if key not in known:
            raise ValueError(
                f"{where} has a key {key} that means nothing; there are: "
                f"{', '.join(sorted(known))}"
            )


class _Filled(NamedTuple):
    data: dict[str, Any]
    span: Span
    line: CsvLine | None = None


def _fill_rows(
    path: Path, name: str, case: dict[str, Any], place: CasePlace, read: Read
) -> Iterator[_Filled]:
    """The case with each of its rows in the place of `{…}`; itself without rows."""
    plain = {key: each for key, each in case.items() if key not in ("rows", "csv")}
    plain["name"] = name
    if "rows" not in case and "csv" not in case:
        yield _Filled(plain, place.span)
        return
    if "rows" in case and "csv" in case:
        raise ValueError(f"the case {name!r} has both rows and csv")
    if "csv" in case and not isinstance(case["csv"], str):
        raise ValueError(f"csv, in the case {name!r}, is the path of a file")
    lines: Sequence[CsvLine | None] = ()
    spans: Sequence[Span] = ()
    if "csv" in case:
        rows, lines = _read_csv(path.parent / case["csv"], read)
    else:
        rows, spans = case["rows"], place.rows
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ValueError(f"the rows of the case {name!r} are a list of tables")
    if len(spans) != len(rows):
        spans = [place.span] * len(rows)
    for at, row in enumerate(rows):
        filled = _fill(plain, row)
        if filled["name"] == name:
            filled["name"] = f"{name} [{at + 1}]"
        yield _Filled(filled, spans[at], lines[at] if lines else None)


def _read_csv(path: Path, read: Read) -> tuple[list[dict[str, Any]], list[CsvLine]]:
    """The rows by the names of the first one, and where each of them ends."""
    try:
        text = read(path).text
        head = text.partition("\n")[0]
        # Where a comma is the decimal point, spreadsheets write semicolons.
        sign = ";" if ";" in head and "," not in head else ","
        reader = csv.DictReader(
            io.StringIO(text, newline=""), delimiter=sign, strict=True
        )
        rows, lines = [], []
        for row in reader:
            if None in row or None in row.values():
                raise ValueError(f"{path}:{reader.line_num}: not as long as the first")
            rows.append(row)
            lines.append(CsvLine(path, reader.line_num))
    except FileError as error:
        raise ValueError(str(error)) from error
    except csv.Error as error:
        raise ValueError(f"{path}: {error}") from error
    return rows, lines


def _fill(value: Any, row: Mapping[str, Any]) -> Any:
    """`value` with the values of the row; a text that is one placeholder becomes it."""
    if isinstance(value, dict):
        return {key: _fill(each, row) for key, each in value.items()}
    if isinstance(value, list):
        return [_fill(each, row) for each in value]
    if not isinstance(value, str):
        return value
    whole = _PLACEHOLDER.fullmatch(value)
    if whole is not None:
        return _lookup(row, whole[1])
    return _PLACEHOLDER.sub(lambda match: str(_lookup(row, match[1])), value)


def _lookup(row: Mapping[str, Any], name: str) -> Any:
    if name not in row:
        raise ValueError(f"a row has no {name!r}; it has: {', '.join(map(str, row))}")
    return row[name]


def _read_meets(file: Mapping[str, Any], case: Mapping[str, Any]) -> Meets:
    tables = {
        field: _upper(file.get(key, {}), key) | _upper(case.get(key, {}), key)
        for key, field in _TABLES.items()
    }
    _check_shapes(tables)
    moment = case.get("effective-date", file.get("effective-date"))
    return Meets(
        **tables,
        effective_date=None if moment is None else read_date(moment, "effective-date"),
    )


def _check_shapes(tables: Mapping[str, dict[str, Any]]) -> None:
    """Raise ValueError where a list of tables, or a table, is something else."""
    for field, keys in _ROW_KEYS.items():
        for name, rows in tables[field].items():
            is_optional = field in ("items", "functions")
            if is_optional and not (isinstance(rows, list) and _has_tables(rows)):
                continue
            if not isinstance(rows, list):
                raise ValueError(f"{name} in {field} has to be a list of tables")
            for row in rows:
                _check_keys(row, keys, f"a row of {name}")
                if field == "functions":
                    _check_answer(row)
    for field in ("formulas", "lookups"):
        for name, table in tables[field].items():
            if not isinstance(table, dict):
                raise ValueError(f"{name} in {field} has to be a table")
    for field in ("items", "functions", "value_sets"):
        for rows in tables[field].values():
            for row in rows if isinstance(rows, list) and _has_tables(rows) else ():
                for key in ("contexts", "binds"):
                    if not isinstance(row.get(key, {}), dict):
                        raise ValueError(f"{key} has to be a table of names and values")


def _check_answer(row: Mapping[str, Any]) -> None:
    for key in ("arguments", "out"):
        if not isinstance(row.get(key, []), list):
            raise ValueError(f"{key} has to be a list of values")
    if not isinstance(row.get("error", ""), str):
        raise ValueError("error, in an answer of a function, is a text")


def _has_tables(rows: list[Any]) -> bool:
    return any(isinstance(row, dict) and "null" not in row for row in rows)


_ROW_KEYS = {
    "items": {"value", "contexts"},
    "functions": {"value", "arguments", "contexts", "out", "error"},
    "tables": {"row", "column", "value", "to", "start", "end"},
    "value_sets": {"value", "binds"},
}


def _upper(table: Any, where: str) -> dict[str, Any]:
    if not isinstance(table, dict):
        raise ValueError(f"{where} has to be a table of names and values")
    return {name.upper(): each for name, each in table.items()}


def _read_expected(case: Mapping[str, Any]) -> Expected:
    log = case.get("log")
    if log is not None and not (
        isinstance(log, list) and all(isinstance(line, str) for line in log)
    ):
        raise ValueError("log has to be a list of texts")
    error, message = case.get("error", ""), case.get("message", "")
    classes = [str(each) for each in ErrorClass]
    if error and error not in classes:
        raise ValueError(
            f"error is none of the classes of errors, which are: {', '.join(classes)}"
        )
    if not isinstance(message, str) or (message and not error):
        raise ValueError("message is a text, and goes with an error")
    returns = _upper(case.get("returns", {}), "returns")
    if not (returns or error or log is not None):
        raise ValueError("nothing is expected; say returns, log or error")
    return Expected(returns, None if log is None else tuple(log), error, message)


def read_date(value: Any, where: str) -> datetime:
    """A date of TOML, or a text that is one; raises ValueError for another value."""
    if isinstance(value, datetime):
        return value.replace(microsecond=0, tzinfo=None)
    if isinstance(value, date):
        return datetime.combine(value, time())
    if isinstance(value, str):
        return read_moment(value)
    raise ValueError(f"{where} has to be a date, such as 2026-01-31")
