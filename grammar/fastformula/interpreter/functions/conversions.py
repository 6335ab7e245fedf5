"""Functions that convert values, and such that ask whether there is one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastformula.interpreter.activation import Activation
from fastformula.interpreter.functions.date_formats import CANONICAL, write_date
from fastformula.interpreter.functions.date_reading import read_date
from fastformula.interpreter.functions.implementation import Implementation
from fastformula.interpreter.functions.number_formats import (
    format_number,
    read_number,
    write_number,
)
from fastformula.interpreter.literals import read_date as read_literal


def _to_date(activation: Activation, text: str, model: str | None = None) -> datetime:
    today = activation.run.world.effective_date
    if model is not None:
        return read_date(text, model, today)
    # Samples of Oracle's leave the format out for all layouts of date literals.
    return read_literal(text) or read_date(text, CANONICAL, today)


def _is_null(activation: Activation, value: Any) -> str:
    of_null = activation.run.semantics.isnull_of_null
    if value is None:
        return of_null
    return "Y" if of_null == "N" else "N"


FUNCTIONS = (
    Implementation("DATE_TO_TEXT", "DATE, [TEXT]", "TEXT", write_date),
    Implementation("TO_CHAR", "DATE, [TEXT]", "TEXT", write_date),
    Implementation("TO_TEXT", "DATE, [TEXT]", "TEXT", write_date),
    Implementation("TO_CHAR", "NUMBER", "TEXT", write_number),
    Implementation("TO_TEXT", "NUMBER", "TEXT", write_number),
    Implementation("NUM_TO_CHAR", "NUMBER, TEXT", "TEXT", format_number),
    Implementation("TO_DATE", "TEXT, [TEXT]", "DATE", _to_date, takes_activation=True),
    Implementation("TO_NUM", "TEXT", "NUMBER", read_number),
    Implementation("TO_NUMBER", "TEXT", "NUMBER", read_number),
    *(
        Implementation(
            "ISNULL", kind, "TEXT", _is_null, takes_null=True, takes_activation=True
        )
        for kind in ("TEXT", "NUMBER", "DATE")
    ),
)
