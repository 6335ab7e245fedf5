"""Every class of error: a formula that runs into it, and one that nearly does."""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest
from fastformula.interpreter import (
    Answer,
    Caller,
    ErrorClass,
    Outcome,
    Row,
    Semantics,
)


class Case(NamedTuple):
    kind: ErrorClass
    line: int
    raises: str
    passes: str
    world: Mapping[str, Any] = MappingProxyType({})
    said: str = ""
    """A part of the message."""


K = ErrorClass
BY_PERSON = (
    Row("Ann", {"PERSON_ID": 1}),
    Row("Bob", {"PERSON_ID": 2}),
)
ITEM = "PER_ASG_GRADE_NAME"
SALARY = "CMP_ASSIGNMENT_SALARY_AMOUNT"
HISTORY = "PER_HIST_ASG_ASSIGNMENT_ID"
PERSON = "PER_PER_FULL_NAME"
NO_PERSON = "PERSON_ID = GET_NUMBER('nothing is stored')"
DAYS = "GET_ABSENCE_DAYS_PER_TYPE('A', '2026/01/01' (DATE), '2026/02/01' (DATE))"

CASES = {
    "a context that an item needs": Case(
        K.UNSET_CONTEXT,
        1,
        f"x = {ITEM}",
        f"CHANGE_CONTEXTS(PERSON_ID = 1) x = {ITEM}",
        {"items": {ITEM: BY_PERSON}},
        "PERSON_ID",
    ),
    "a context that the test of an item needs": Case(
        K.UNSET_CONTEXT,
        2,
        f"DEFAULT FOR {ITEM} IS ' '\nIF {ITEM} WAS DEFAULTED THEN x = 1",
        f"DEFAULT FOR {ITEM} IS ' '\nx = 1",
        {"items": {ITEM: BY_PERSON}},
    ),
    "a context that was taken from an item": Case(
        K.UNSET_CONTEXT,
        2,
        f"DEFAULT FOR {PERSON} IS ' '\nCHANGE_CONTEXTS({NO_PERSON}) x = {PERSON}",
        f"DEFAULT FOR {PERSON} IS ' '\nx = {PERSON}",
        {},
        f"`{PERSON}` needs the context PERSON_ID",
    ),
    "a context that was taken from a function": Case(
        K.UNSET_CONTEXT,
        1,
        f"CHANGE_CONTEXTS({NO_PERSON}) x = {DAYS}",
        f"x = {DAYS}",
        {"functions": {"GET_ABSENCE_DAYS_PER_TYPE": 3}},
        "GET_ABSENCE_DAYS_PER_TYPE needs the context PERSON_ID",
    ),
    "a context that was taken from a called formula": Case(
        K.UNSET_CONTEXT,
        1,
        "SET_INPUT('PERSON_ID') EXECUTE('F')",
        "EXECUTE('F')",
        {
            "formulas": {"F": f"x = {DAYS}"},
            "functions": {"GET_ABSENCE_DAYS_PER_TYPE": 3},
        },
    ),
    "a context that is given as NULL": Case(
        K.UNSET_CONTEXT,
        1,
        f"x = {DAYS}",
        f"CHANGE_CONTEXTS(PERSON_ID = 1) x = {DAYS}",
        {
            "contexts": {"PERSON_ID": None},
            "functions": {"GET_ABSENCE_DAYS_PER_TYPE": 3},
        },
    ),
    "a context that an answer depends on": Case(
        K.UNSET_CONTEXT,
        1,
        "x = GET_RATE('A', 'B', 'C')",
        "CHANGE_CONTEXTS(PERSON_ID = 1) x = GET_RATE('A', 'B', 'C')",
        {"functions": {"GET_RATE": (Answer(Decimal(2), contexts={"PERSON_ID": 1}),)}},
        "GET_RATE needs the context PERSON_ID",
    ),
    "a context that nobody gives, where that is none": Case(
        K.UNSET_CONTEXT,
        1,
        "x = GET_RATE('A', 'B', 'C')",
        f"x = {DAYS}",
        {
            "contexts": {"PERSON_ID": 1},
            "functions": {"GET_ABSENCE_DAYS_PER_TYPE": 3, "GET_RATE": 2},
            "semantics": Semantics(unstated_contexts="unset"),
        },
        "EFFECTIVE_DATE",
    ),
    "a context that the formula says it needs": Case(
        K.UNSET_CONTEXT,
        2,
        "DEFAULT FOR a IS 1 INPUTS ARE a\nNEED_CONTEXT(PAYROLL_ID)\nx = 1",
        "NEED_CONTEXT(PERSON_ID)\nx = 1",
        {"contexts": {"PERSON_ID": 1}},
        "needs the context PAYROLL_ID",
    ),
    "a variable that one path leaves empty": Case(
        K.UNSET_VARIABLE,
        3,
        "INPUTS ARE a\nIF a > 1 THEN b = 2\nc = b",
        "INPUTS ARE a\nIF a > 0 THEN b = 2\nc = b",
        {"inputs": {"A": 1}},
        "`b` is read before",
    ),
    "an input that nobody passes": Case(
        K.UNSET_VARIABLE,
        2,
        "INPUTS ARE a\nc = a",
        "DEFAULT FOR a IS 1\nINPUTS ARE a\nc = a",
        {},
        "DEFAULT FOR a",
    ),
    "a quotient": Case(
        K.DIVIDE_BY_ZERO,
        2,
        "INPUTS ARE a\nx = 3 / a",
        "INPUTS ARE a\nx = a / 3",
        {"inputs": {"A": 0}},
        "IF a <> 0",
    ),
    "nought by nought": Case(K.DIVIDE_BY_ZERO, 1, "x = 0 / 0", "x = 0 / 1"),
    "an item that finds nothing": Case(
        K.NO_DATA,
        1,
        f"x = {ITEM}",
        f"DEFAULT FOR {ITEM} IS ' '\nx = {ITEM}",
        {"items": {ITEM: ()}},
        "WAS DEFAULTED",
    ),
    "an item that nobody gave": Case(
        K.NO_DATA, 1, f"x = {ITEM}", f"RETURN\nx = {ITEM}", {}, "Give it a value"
    ),
    "an item of a person that is not there": Case(
        K.NO_DATA,
        1,
        f"x = {ITEM}",
        f"CHANGE_CONTEXTS(PERSON_ID = 2) x = {ITEM}",
        {"items": {ITEM: BY_PERSON}, "contexts": {"PERSON_ID": 3}},
    ),
    "two rows for a single value": Case(
        K.TOO_MANY_ROWS,
        1,
        f"x = {ITEM}",
        f"CHANGE_CONTEXTS(PERSON_ID = 1) x = {ITEM}",
        {"items": {ITEM: (Row("A"), Row("B"), Row("C", {"PERSON_ID": 1}))}},
        "2 rows",
    ),
    "an item that is NULL": Case(
        K.NULL_DATA,
        1,
        f"x = {ITEM}",
        f"DEFAULT FOR {ITEM} IS ' '\nx = {ITEM}",
        {"items": {ITEM: None}},
        "is NULL",
    ),
    "an element that is NULL": Case(
        K.NULL_DATA,
        1,
        f"x = {HISTORY}.COUNT",
        f"DEFAULT_DATA_VALUE FOR {HISTORY} IS 0\nx = {HISTORY}.COUNT",
        {"items": {HISTORY: {1: 5, 2: None}}},
        "DEFAULT_DATA_VALUE",
    ),
    "a number too large": Case(
        K.OUT_OF_RANGE,
        4,
        "x = 10\ni = 0\nWHILE i < 7 LOOP (\nx = x * x\ni = i + 1 )",
        "x = 10\ni = 0\nWHILE i < 6 LOOP (\nx = x * x\ni = i + 1 )",
    ),
    "a text too long": Case(
        K.OUT_OF_RANGE,
        2,
        "x = '12345'\ny = x || x",
        "x = '12345'\ny = x || 'abc'",
        {"semantics": Semantics(text_limit=8)},
        "10 characters",
    ),
    "a function that fails with a text": Case(
        K.USER_FUNCTION,
        1,
        "x = GET_WORKING_DAYS('2026/01/01' (DATE), '2026/02/01' (DATE))",
        "x = GET_PAYROLL_ID('2026/01/01' (DATE))",
        {
            "functions": {
                "GET_WORKING_DAYS": (Answer(error="no calendar"),),
                "GET_PAYROLL_ID": 1,
            }
        },
        "no calendar",
    ),
    "a function that fails without one": Case(
        K.EXTERNAL_FUNCTION,
        1,
        "x = GET_PAYROLL_DETAILS(1, '2026/01/01' (DATE))",
        "x = GET_PAYROLL_DETAILS(2, '2026/01/01' (DATE))",
        {
            "functions": {
                "GET_PAYROLL_DETAILS": (
                    Answer(error="", arguments=(1, datetime(2026, 1, 1))),
                    Answer(),
                )
            }
        },
    ),
    "NULL from a function": Case(
        K.NULL_RESULT,
        1,
        "x = GET_VALUE_SET('A')",
        "x = GET_VALUE_SET('B')",
        {
            "semantics": Semantics(null_results="error"),
            "functions": {
                "GET_VALUE_SET": (Answer(None, ("A",)), Answer("b", ("B",))),
            },
        },
    ),
    "a text that is no number": Case(
        K.INVALID_NUMBER,
        1,
        "x = TO_NUMBER('1,5')",
        "x = TO_NUMBER(' -1.5 ')",
        {},
        "'1,5' is not a number",
    ),
    "a date beyond all years": Case(
        K.OUT_OF_RANGE,
        1,
        "x = ADD_DAYS('9999/12/31' (DATE), 1)",
        "x = ADD_DAYS('9999/12/30' (DATE), 1)",
    ),
    "a padding beyond all texts": Case(
        K.OUT_OF_RANGE, 1, "x = LPAD('a', 32768)", "x = LPAD('a', 32767)"
    ),
    "a formula that raises an error": Case(
        K.USER_FUNCTION,
        1,
        "x = PAY_LOG_ERROR('PAY:HR_6882_HRPROC_ASSERT')",
        "x = PAY_LOG_WARNING('PAY:HR_6882_HRPROC_ASSERT')",
        {},
        "HR_6882_HRPROC_ASSERT",
    ),
    "a format that is none": Case(
        K.INVALID_ARGUMENT,
        1,
        "x = TO_CHAR('2026/01/31' (DATE), 'DD.QQ.YYYYY.X')",
        "x = TO_CHAR('2026/01/31' (DATE), 'DD.Q.YYYY')",
        {},
        "knows no element 'X'",
    ),
    "a date that is none": Case(
        K.INVALID_ARGUMENT,
        1,
        "x = TO_DATE('31-FEB-2026', 'DD-MON-YYYY')",
        "x = TO_DATE('28-FEB-2026', 'DD-MON-YYYY')",
        {},
        "no such day",
    ),
    "a date without its year": Case(
        K.INVALID_ARGUMENT,
        1,
        "x = TO_DATE('28-FEB', 'DD-MON')",
        "x = TO_DATE('2026-02', 'YYYY-MM')",
        {},
        "has no year",
    ),
    "a loop without end": Case(
        K.TOO_MANY_ITERATIONS,
        2,
        "i = 0\nWHILE i < 11 LOOP i = i + 1",
        "i = 0\nWHILE i < 10 LOOP i = i + 1",
        {"semantics": Semantics(loop_limit=10)},
        "10 rounds",
    ),
    "loops that are too many together": Case(
        K.TOO_MANY_ITERATIONS,
        3,
        "i = 0\nWHILE i < 3 LOOP ( i = i + 1\nj = 0 WHILE j < 3 LOOP j = j + 1 )",
        "i = 0\nWHILE i < 3 LOOP ( i = i + 1\nj = 0 WHILE j < 2 LOOP j = j + 1 )",
        {"semantics": Semantics(loop_limit=9)},
    ),
    "an element without a value": Case(
        K.ARRAY_VALUE_NOT_SET,
        2,
        "a[1] = 5\nx = a[2]",
        "a[1] = 5\nx = a[1.9]",
        {},
        "at index 2",
    ),
    "a type that is none": Case(
        K.WSA_TYPE_NAME,
        1,
        "IF WSA_EXISTS('A', 'STRING') THEN x = 1",
        "IF WSA_EXISTS('A', 'text_number') THEN x = 1",
        {},
        "TEXT_NUMBER",
    ),
    "an item stored as something else": Case(
        K.WSA_TYPE,
        2,
        "WSA_SET('A', 1)\nx = WSA_GET('a', ' ')",
        "WSA_SET('A', 'b')\nx = WSA_GET('a', ' ')",
        {},
        "is NUMBER (1)",
    ),
    "a formula that is not there": Case(
        K.NO_FORMULA,
        1,
        "EXECUTE('HELPER')",
        "IF IS_EXECUTABLE('HELPER') THEN EXECUTE('HELPER')",
        {},
        "no formula HELPER",
    ),
    "a formula that calls itself": Case(
        K.RECURSION,
        1,
        "EXECUTE('MAIN')",
        "EXECUTE('OTHER')",
        {"formulas": {"MAIN": "RETURN", "OTHER": "RETURN"}},
        "MAIN calls MAIN",
    ),
    "an input of another type": Case(
        K.DIFFERENT_TYPES,
        2,
        "SET_INPUT('A', 'one')\nEXECUTE('HELPER')",
        "SET_INPUT('A', 1)\nEXECUTE('HELPER')",
        {"formulas": {"HELPER": "INPUTS ARE a\nRETURN a"}},
        "input A of HELPER is NUMBER",
    ),
    "an output of another type": Case(
        K.DIFFERENT_TYPES,
        2,
        "EXECUTE('HELPER')\nx = GET_OUTPUT('B', 0)",
        "EXECUTE('HELPER')\nx = GET_OUTPUT('B', ' ')",
        {"formulas": {"HELPER": "b = 'text' RETURN b"}},
        "returns B as TEXT",
    ),
    "an output of another type than its variable": Case(
        K.DIFFERENT_TYPES,
        2,
        "x = 1\nCALL_FORMULA('HELPER', x < 'B')",
        "x = ' '\nCALL_FORMULA('HELPER', x < 'B')",
        {"formulas": {"HELPER": "b = 'text' RETURN b"}},
        "taken for NUMBER",
    ),
    "calls too deep": Case(
        K.TOO_MANY_CALLS,
        2,
        "DEFAULT FOR x IS 0\nCALL_FORMULA('C')",
        "DEFAULT FOR x IS 0\nCALL_FORMULA('B')",
        {
            "semantics": Semantics(call_depth=2),
            "formulas": {
                "A": "RETURN",
                "B": "\nCALL_FORMULA('A')",
                "C": "\nCALL_FORMULA('B')",
            },
        },
        "2 are the most",
    ),
    "types that do not go together": Case(
        K.NOT_COMPILED, 2, "a = 'x'\nb = a * 2", "a = 3\nb = a * 2"
    ),
    "a syntax error": Case(K.NOT_COMPILED, 1, "a = (1", "a = (1)"),
    "an EXIT outside of a loop": Case(
        K.NOT_COMPILED, 1, "IF 1 = 1 THEN EXIT", "WHILE 1 = 1 LOOP EXIT"
    ),
    "an item that is changed": Case(
        K.NOT_COMPILED, 2, f"DEFAULT FOR {ITEM} IS ' '\n{ITEM} = 'x'", f"{ITEM}_ = 'x'"
    ),
    "NULL for a name": Case(K.INVALID_ARGUMENT, 1, "WSA_SET('', 1)", "WSA_SET(' ', 1)"),
    "a function that nobody answers for": Case(
        K.NOT_GIVEN,
        1,
        "x = GET_RATE('A', 'C', 'D')",
        "x = GET_RATE('A', 'B', 'D')",
        {"functions": {"GET_RATE": (Answer(Decimal(1), ("A", "B", "D")),)}},
        "gives for ('A', 'C', 'D')",
    ),
    "letters that nobody knows what becomes of": Case(
        K.NOT_GIVEN,
        1,
        "x = CONVERT('Müller', 'US7ASCII')",
        "x = CONVERT('Muller', 'US7ASCII')",
        {},
        "CONVERT makes of 'Müller'",
    ),
    "an answer of another type": Case(
        K.WRONG_VALUE,
        1,
        "x = GET_LOOKUP_MEANING('A', 'B')",
        "x = GET_VALUE_SET('A')",
        {"functions": {"GET_LOOKUP_MEANING": 1, "GET_VALUE_SET": "a"}},
        "does not fit",
    ),
    "an item of another type": Case(
        K.WRONG_VALUE,
        2,
        f"DEFAULT FOR {SALARY} IS 0\nx = {SALARY}",
        f"DEFAULT FOR {SALARY} IS ' '\nx = {ITEM}",
        {"items": {SALARY: "much", ITEM: "A"}},
        f"given for `{SALARY}`",
    ),
    "a context of another type": Case(
        K.WRONG_VALUE,
        1,
        "x = GET_CONTEXT(PERSON_ID, 0)",
        "x = GET_CONTEXT(PAYROLL_ID, 0)",
        {"contexts": {"PERSON_ID": "Ann"}},
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_one_formula_raises_it(case: Case, play: Callable[..., Outcome]) -> None:
    outcome = play(case.raises, **case.world)
    assert outcome.error is not None
    assert (outcome.error.kind, outcome.error.line) == (case.kind, case.line)
    assert case.said in outcome.error.message
    assert outcome.returns == {}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_near_miss_does_not(case: Case, play: Callable[..., Outcome]) -> None:
    assert play(case.passes, **case.world).error is None


def test_there_is_a_formula_for_every_class() -> None:
    assert {case.kind for case in CASES.values()} == set(ErrorClass)


def test_an_error_names_the_values_and_the_calls(play: Callable[..., Outcome]) -> None:
    outcome = play(
        "x = 7\n\nCALL_FORMULA('OUTER', x > 'A')",
        formulas={
            "OUTER": "INPUTS ARE a\nSET_INPUT('B', a - 7)\nEXECUTE('INNER')",
            "INNER": "INPUTS ARE b\n/* a rate */\nc = 3\nd = c / b",
        },
    )
    error = outcome.error
    assert error is not None
    assert (error.formula, error.line) == ("INNER", 4)
    assert error.values == {"c": 3, "b": 0}
    assert error.stack == (Caller("MAIN", 3), Caller("OUTER", 3))


def test_an_error_shows_items_as_they_were_in_its_contexts(
    play: Callable[..., Outcome],
) -> None:
    outcome = play(
        f"x = {ITEM} CHANGE_CONTEXTS(PERSON_ID = 2) x = TO_CHAR(TO_NUMBER({ITEM}))",
        items={ITEM: BY_PERSON},
        contexts={"PERSON_ID": 1},
    )
    assert outcome.error is not None
    assert outcome.error.values == {ITEM: "Bob"}


def test_a_formula_that_does_not_compile_is_named_where_it_is_called(
    play: Callable[..., Outcome],
) -> None:
    outcome = play("\nEXECUTE('BAD')", formulas={"BAD": "\n\nx = 'a' * 2"})
    assert outcome.error is not None
    assert (outcome.error.kind, outcome.error.formula, outcome.error.line) == (
        ErrorClass.NOT_COMPILED,
        "BAD",
        3,
    )
    assert outcome.error.stack == (Caller("MAIN", 2),)


@pytest.mark.parametrize(
    "text, expected",
    {
        "an input": ("INPUTS ARE a (TEXT)\nx = a", ("input", "A", "TEXT")),
        "an item": (
            "DEFAULT_DATA_VALUE FOR PER_X_Y IS 0\nx = PER_ASG_JOB_NAME",
            ("item", "PER_ASG_JOB_NAME", "TEXT"),
        ),
        "a function": ("x = GET_VALUE_SET('A')", ("function", "GET_VALUE_SET", "TEXT")),
        "a formula": ("EXECUTE('f')", ("formula", "F", None)),
        "nothing": ("x = 1 / 0", None),
    }.values(),
)
def test_an_error_says_what_one_has_to_give(
    text: str, expected: object, play: Callable[..., Outcome]
) -> None:
    error = play(text).error
    assert error is not None
    assert error.missing == expected
