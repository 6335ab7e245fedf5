"""User tables, value sets and lookups, given as data."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from fastformula.interpreter import (
    Cell,
    ErrorClass,
    Missing,
    Outcome,
    Semantics,
    SetRow,
)

WORLD: dict[str, Any] = {
    "cells": (
        Cell("Bonus", "A", "Rate", "5", end=datetime(2025, 12, 31)),
        Cell("Bonus", "A", "Rate", "6", start=datetime(2026, 1, 1)),
        Cell("Bonus", "B", "Rate", "7"),
        Cell("Bonus", "C", "Rate", "8"),
        Cell("Bonus", "c", "Rate", "9"),
        Cell("Bands", "0", "Days", "20", to="4.99"),
        Cell("Bands", "5", "Days", "25", to="99"),
    ),
    "value_sets": {
        "GRADE": (
            SetRow("one", {"P_ID": "1", "P_DATE": "2026/01/01"}),
            SetRow("two", {"P_ID": "2"}),
        ),
        "FIRST": (SetRow("first"), SetRow("second")),
    },
    "lookups": {"YES_NO": {"Y": "Yes"}},
    "effective_date": datetime(2026, 3, 1),
}
D = "'2025/06/01' (DATE)"

CASES = {
    "GET_TABLE_VALUE('Bonus', 'Rate', 'A')": "6",
    "GET_TABLE_VALUE('BONUS', 'rate', 'a')": "6",
    f"GET_TABLE_VALUE('Bonus', 'Rate', 'A', {D})": "5",
    "GET_TABLE_VALUE('Bonus', 'Rate', 'X', 'none')": "none",
    f"GET_TABLE_VALUE('Bonus', 'Rate', 'X', {D}, 'G', 'none')": "none",
    "GET_TABLE_VALUE('Bands', 'Days', '4')": "20",
    "GET_TABLE_VALUE('Bands', 'Days', '10')": "25",
    "GET_VALUE_SET('First')": "first",
    "GET_VALUE_SET('GRADE', '|=P_ID=''2''')": "two",
    "GET_VALUE_SET('GRADE', '|=P_ID=1|P_DATE=''2026/01/01''')": "one",
    "GET_VALUE_SET('GRADE', ',:p_id:2,X:9')": "two",
    "GET_VALUE_SET('GRADE', '|=P_ID=3')": None,
    "GET_LOOKUP_MEANING('yes_no', 'Y')": "Yes",
    "GET_LOOKUP_MEANING('YES_NO', 'N', 'No')": "No",
    "GET_LOOKUP_MEANING('YES_NO', 'y')": None,
}


def test_a_table_is_read_at_the_date_of_the_context(
    value_of: Callable[..., Any],
) -> None:
    call = "GET_TABLE_VALUE('Bonus', 'Rate', 'A')"
    text = f"CHANGE_CONTEXTS(EFFECTIVE_DATE = {D}) x = {call}"
    assert value_of(text, **WORLD) == "5"


@pytest.mark.parametrize("call, expected", CASES.items())
def test_it_gives_what_stands_there(
    call: str, expected: str | None, value_of: Callable[..., Any]
) -> None:
    assert value_of(f"x = {call}", **WORLD) == expected


@pytest.mark.parametrize(
    "call, kind, said",
    [
        ("GET_TABLE_VALUE('Bonus', 'Rate', 'X')", ErrorClass.NO_DATA, "no row 'X'"),
        ("GET_TABLE_VALUE('Bonus', 'Rate', 'C')", ErrorClass.NO_DATA, "several rows"),
        ("GET_TABLE_VALUE('Bonus', 'Sum', 'A')", ErrorClass.NOT_GIVEN, "column Sum"),
        ("GET_VALUE_SET('NONE')", ErrorClass.NOT_GIVEN, "value set NONE"),
        ("GET_VALUE_SET('GRADE', 'P')", ErrorClass.INVALID_ARGUMENT, "two separators"),
        ("GET_LOOKUP_MEANING('NONE', 'Y')", ErrorClass.NOT_GIVEN, "lookup NONE"),
    ],
)
def test_it_says_what_is_wrong(
    call: str, kind: ErrorClass, said: str, play: Callable[..., Outcome]
) -> None:
    error = play(f"x = {call}", **WORLD).error
    assert error is not None
    assert error.kind is kind
    assert said in error.message
    if kind is ErrorClass.NOT_GIVEN:
        name = call.partition("(")[0]
        assert error.missing == Missing("function", name, "TEXT")


def test_no_row_of_a_value_set_may_be_an_error(play: Callable[..., Outcome]) -> None:
    text = "x = GET_VALUE_SET('GRADE', '|=P_ID=3')"
    error = play(text, **WORLD, semantics=Semantics(null_results="error")).error
    assert error is not None
    assert error.kind is ErrorClass.NULL_RESULT


def test_an_answer_comes_before_the_data(value_of: Callable[..., Any]) -> None:
    world = WORLD | {"functions": {"GET_VALUE_SET": "answered"}}
    assert value_of("x = GET_VALUE_SET('FIRST')", **world) == "answered"
