"""The values of a case as those of a run."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from fastformula.analysis import Analysis
from fastformula.interpreter import (
    Answer,
    Cell,
    FormulaAnswer,
    Row,
    Scalar,
    SetRow,
    Value,
    World,
)
from fastformula.interpreter.world import Called
from fastformula.language import find_functions
from fastformula.language.types import value_type

from fastformula_server.called import Neighbours
from fastformula_server.given import read_value
from fastformula_server.testing.case import Meets
from fastformula_server.testing.case_file import read_date


def make_case_world(meets: Meets, analysis: Analysis, neighbours: Neighbours) -> World:
    """What the formula meets in a case; raises ValueError for a value that is none."""
    declared = {each.key: each.type for each in analysis.inputs}
    for name in meets.inputs:
        if name not in declared:
            known = ", ".join(sorted(declared)) or "none"
            raise ValueError(f"the formula has no input {name}; it has: {known}")
    catalogue = analysis.environment.catalogue
    contexts: dict[str, Scalar] = {}
    for name, value in meets.contexts.items():
        context = catalogue.find_context(name)
        if context is None:
            raise ValueError(f"there is no context {name}")
        contexts[name] = scalar(value, context.type, name)
    if meets.effective_date is not None:
        contexts.setdefault("EFFECTIVE_DATE", meets.effective_date)
    stubs: dict[str, Called] = {
        name.replace(" ", "_"): FormulaAnswer(
            {key.upper(): any_value(each, None, key) for key, each in outputs.items()}
        )
        for name, outputs in meets.formulas.items()
    }

    def find(name: str) -> Called | None:
        # In the name of a formula, blanks are underscores.
        return stubs.get(name.replace(" ", "_")) or neighbours.find(name)

    return World(
        inputs={
            name: any_value(value, declared[name], name)
            for name, value in meets.inputs.items()
        },
        items={
            name: _rows(name, value, analysis) for name, value in meets.items.items()
        },
        contexts=contexts,
        functions={
            name: _answers(name, value) for name, value in meets.functions.items()
        },
        cells=tuple(
            _cell(name, row) for name, rows in meets.tables.items() for row in rows
        ),
        value_sets={
            name: tuple(_set_row(name, row) for row in rows)
            for name, rows in meets.value_sets.items()
        },
        lookups={
            name: {code: str(each) for code, each in codes.items()}
            for name, codes in meets.lookups.items()
        },
        find_formula=find,
        storage={
            name: any_value(value, None, name) for name, value in meets.storage.items()
        },
        effective_date=meets.effective_date,
    )


def any_value(value: Any, kind: str | None, name: str) -> Value:
    """A value of TOML as one of type `kind`; texts are read as on a command line."""
    if isinstance(value, dict) and value.get("null") is True:
        return None
    if isinstance(value, list):
        value = {str(at): each for at, each in enumerate(value, 1)}
    if not isinstance(value, dict):
        return scalar(value, kind, name)
    element = value_type(kind) if kind is not None and "_" in kind else None
    by_number = all(index.lstrip("-").isdecimal() for index in value)
    return {
        int(index) if by_number else index: scalar(each, element, name)
        for index, each in value.items()
    }


def scalar(value: Any, kind: str | None, name: str) -> Scalar:
    """One number, text or date of TOML; raises ValueError for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal | date):
        if value == {"null": True}:
            return None
        raise ValueError(f"{name}: {value!r} is not a number, a text or a date")
    if isinstance(value, str):
        if kind in (None, "TEXT"):
            return value
        try:
            return read_value(value, kind)  # type: ignore[return-value]
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from error
    if isinstance(value, date):
        return read_date(value, name)
    return Decimal(value)


def _rows(name: str, value: Any, analysis: Analysis) -> tuple[Row, ...]:
    symbol = next(
        (
            each
            for each in analysis.items
            if name in (each.key, each.alias.alias.key if each.alias else "")
        ),
        None,
    )
    kind = symbol.type if symbol is not None else None
    if value == []:
        return ()
    if not _is_tables(value):
        return (Row(any_value(value, kind, name)),)
    return tuple(
        Row(any_value(row.get("value", ""), kind, name), _contexts(row))
        for row in value
    )


def _contexts(row: Mapping[str, Any]) -> dict[str, Scalar]:
    return {
        key.upper(): scalar(each, None, key)
        for key, each in row.get("contexts", {}).items()
    }


def _answers(name: str, value: Any) -> tuple[Answer, ...]:
    results = {each.returns for each in find_functions(name)}
    kind = str(results.pop()) if len(results) == 1 else None
    if kind not in ("NUMBER", "TEXT", "DATE"):
        kind = None
    if not _is_tables(value):
        return (Answer(any_value(value, kind, name)),)
    return tuple(
        Answer(
            any_value(row.get("value", {"null": True}), kind, name),
            tuple(any_value(each, None, name) for each in row["arguments"])
            if "arguments" in row
            else None,
            tuple(any_value(each, None, name) for each in row.get("out", ())),
            row.get("error"),
            _contexts(row),
        )
        for row in value
    )


def _is_tables(value: Any) -> bool:
    """Whether it is a list of tables: rows of an item, or answers of a function."""
    return isinstance(value, list) and any(
        isinstance(each, Mapping) and "null" not in each for each in value
    )


def _cell(table: str, row: Mapping[str, Any]) -> Cell:
    texts = {key: row[key] for key in ("row", "column", "value") if key in row}
    if len(texts) < 3 or not all(isinstance(each, str) for each in texts.values()):
        raise ValueError(f"a row of the table {table} has texts row, column and value")
    if not isinstance(row.get("to", ""), str):
        raise ValueError(f"to, in a row of the table {table}, is a text")
    start, end = (
        read_date(row[key], key) if key in row else None for key in ("start", "end")
    )
    return Cell(table, **texts, to=row.get("to"), start=start, end=end)


def _set_row(name: str, row: Mapping[str, Any]) -> SetRow:
    value, binds = row.get("value"), row.get("binds", {})
    if not all(isinstance(each, str) for each in (value or "", *binds.values())):
        raise ValueError(f"values and binds of the value set {name} are texts")
    return SetRow(value, binds)
