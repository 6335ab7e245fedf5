"""Functions that read user tables, value sets and lookups, which one gives as data."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from fastformula.interpreter.activation import Activation
from fastformula.interpreter.errors import ErrorClass, FormulaError, Missing
from fastformula.interpreter.functions.implementation import Implementation, invalid
from fastformula.interpreter.world import Cell


def _table_value(
    activation: Activation,
    table: str | None,
    column: str | None,
    row: str | None,
    *rest: Any,
) -> str | None:
    """The cell at the date; no cell, or several, are no data unless one has a default.

    A date may follow, then a group level, and at last a default.
    """
    date = activation.contexts.get("EFFECTIVE_DATE")
    if not isinstance(date, datetime):
        date = activation.run.world.effective_date
    given = list(rest)
    if given and isinstance(given[0], datetime):
        date = given.pop(0)
        default = given[1] if len(given) > 1 else None
    else:
        default = given[0] if given else None
    names = [(each or "").upper() for each in (table, column)]
    cells = [
        cell
        for cell in activation.run.world.cells
        if [cell.table.upper(), cell.column.upper()] == names
    ]
    if not cells:
        raise _not_given("GET_TABLE_VALUE", f"the column {column} of the table {table}")
    found = [cell for cell in cells if _holds(cell, row or "", date)]
    if len(found) == 1:
        return found[0].value
    if default is not None and not found:
        return default  # type: ignore[no-any-return]
    count = "several rows" if found else "no row"
    raise FormulaError(
        ErrorClass.NO_DATA,
        f"The table {table} has {count} '{row}' with a value in the column {column} on "
        "that date. Rows have to be there, and only once; or give a default.",
    )


def _holds(cell: Cell, row: str, date: datetime | None) -> bool:
    if date is not None and not (
        (cell.start is None or cell.start <= date)
        and (cell.end is None or date <= cell.end)
    ):
        return False
    if cell.to is None:
        return cell.row.upper() == row.upper()
    try:
        return Decimal(cell.row) <= Decimal(row) <= Decimal(cell.to)
    except InvalidOperation:
        return cell.row <= row <= cell.to


def _value_set(
    activation: Activation, code: str | None, bind: str | None = None
) -> str | None:
    """The value of the first row that has the bind values; NULL where none has."""
    rows = activation.run.world.value_sets.get((code or "").upper())
    if rows is None:
        raise _not_given("GET_VALUE_SET", f"the value set {code}")
    wanted = _read_bind(bind or "")
    for row in rows:
        if all(wanted.get(name.upper()) == value for name, value in row.binds.items()):
            return row.value
    if activation.run.semantics.null_results == "error":
        raise FormulaError(
            ErrorClass.NULL_RESULT, f"The value set {code} has no row for '{bind}'."
        )
    return None


def _read_bind(bind: str) -> dict[str, str]:
    """The values by upper-case name of `|=P_ID='5'|P_D='2026/01/01'`.

    The first character parts the names, the second one a name from its value.
    """
    if not bind:
        return {}
    if len(bind) < 2 or bind[0] == bind[1]:
        raise invalid(
            f"'{bind}' does not begin with two separators, as in |=P_ID='5'|P_DATE=…."
        )
    values = {}
    for part in bind[2:].split(bind[0]):
        name, _, value = part.partition(bind[1])
        if len(value) > 1 and value[0] == value[-1] == "'":
            value = value[1:-1].replace("''", "'")
        values[name.strip().upper()] = value
    return values


def _meaning(
    activation: Activation, kind: str | None, code: str | None, default: Any = None
) -> Any:
    """The meaning of the code; else the default, or NULL."""
    meanings = activation.run.world.lookups.get((kind or "").upper())
    if meanings is None:
        raise _not_given("GET_LOOKUP_MEANING", f"the lookup {kind}")
    return meanings.get(code or "", default)


def _not_given(function: str, what: str) -> FormulaError:
    return FormulaError(
        ErrorClass.NOT_GIVEN,
        f"{function} reads {what}, and nothing says what stands there. Give its data, "
        f"or an answer of {function}.",
        None,
        Missing("function", function, "TEXT"),
    )


_FLAGS = {"takes_null": True, "takes_activation": True}

FUNCTIONS = (
    *(
        Implementation("GET_TABLE_VALUE", takes, "TEXT", _table_value, **_FLAGS)
        for takes in (
            "TEXT, TEXT, TEXT",
            "TEXT, TEXT, TEXT, TEXT",
            "TEXT, TEXT, TEXT, DATE",
            "TEXT, TEXT, TEXT, DATE, [TEXT], [TEXT]",
        )
    ),
    Implementation("GET_VALUE_SET", "TEXT, [TEXT]", "TEXT", _value_set, **_FLAGS),
    Implementation(
        "GET_LOOKUP_MEANING", "TEXT, TEXT, [TEXT]", "TEXT", _meaning, **_FLAGS
    ),
)
