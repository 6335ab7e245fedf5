"""What we do where no source says what Oracle's compiler does.

One row for each question that is open in what is published about the language: a
formula in which it arises, what we say of it, and a formula in which it does not.
"""

from __future__ import annotations

from typing import NamedTuple

import pytest
from fastformula import parse
from fastformula.analysis import Environment, analyze
from fastformula.diagnostic import Severity
from fastformula.linter import lint

ERROR, WARNING, HINT = Severity.ERROR, Severity.WARNING, Severity.HINT


class Row(NamedTuple):
    """A question, and the choice made."""

    question: str
    choice: str
    open: str
    """A formula that depends on the answer."""
    code: str
    """Of what is said of it; empty where nothing is."""
    severity: Severity | None
    clear: str
    """A formula that does not."""
    environment: Environment = Environment()


ROWS = (
    Row(
        "Is `;` a token?",
        "It is skipped behind a statement, with a hint.",
        "pay = 1;\nRETURN pay",
        "semicolon",
        HINT,
        "pay = 1\nRETURN pay",
    ),
    Row(
        'Are `"abc"` and `abc` one variable?',
        "They are, and whoever mixes them is warned.",
        'pay = 1\ntotal = "pay" + 1\nRETURN total, pay',
        "mixed-quoting",
        WARNING,
        'pay = 1\ntotal = pay + 1\n"Net Pay" = total\nRETURN total, pay, "Net Pay"',
    ),
    Row(
        "What is USING for?",
        "It is reserved: a name of that spelling is warned of.",
        "using = 1\nRETURN using",
        "invalid-name",
        WARNING,
        "used = 1\nRETURN used",
    ),
    Row(
        "Is YYYY-MON-DD a layout of date literals?",
        "It is not listed, so it is warned of.",
        "day = '2024-MAR-31 08:00:00' (DATE)\nRETURN day",
        "date-literal",
        WARNING,
        "day = '2024/03/31 08:00:00' (DATE)\nRETURN day",
    ),
    Row(
        "May ALIAS stand behind DEFAULT?",
        "It is warned of.",
        "DEFAULT FOR PER_ASG_FTE_VALUE IS 1\nALIAS PER_ASG_FTE_VALUE AS fte\n"
        "pay = fte\nRETURN pay",
        "declaration-order",
        WARNING,
        "ALIAS PER_ASG_FTE_VALUE AS fte\nDEFAULT FOR fte IS 1\npay = fte\nRETURN pay",
    ),
    Row(
        "May CHANGE_CONTEXTS set a context that the formula type lacks?",
        "It may; only what reads such a context is warned of.",
        "INPUTS ARE SCHEDULED_DATE (DATE)\nl_person = GET_CONTEXT(PERSON_ID, 0)\n"
        "next_scheduled_date = ADD_DAYS(SCHEDULED_DATE, l_person)\n"
        "RETURN next_scheduled_date",
        "unavailable-context",
        WARNING,
        "INPUTS ARE SCHEDULED_DATE (DATE)\nCHANGE_CONTEXTS(PERSON_ID = 5)\n"
        "    next_scheduled_date = ADD_DAYS(SCHEDULED_DATE, 7)\n"
        "RETURN next_scheduled_date",
        Environment(formula_type="Flow Schedule"),
    ),
    Row(
        "Can an output of CALL_FORMULA go without DEFAULT?",
        "The grammar takes it, and it is warned of.",
        "CALL_FORMULA('RATES', 5 > 'HOURS', rate < 'RATE')\nRETURN rate",
        "output-without-default",
        WARNING,
        "CALL_FORMULA('RATES', 5 > 'HOURS', rate < 'RATE' DEFAULT 0)\nRETURN rate",
    ),
    Row(
        "Does `> 'NAME'` with nothing before it unset an input?",
        "It does; `<` with nothing before it is an error.",
        "CALL_FORMULA('RATES', < 'HOURS', rate < 'RATE' DEFAULT 0)\nRETURN rate",
        "syntax-missing",
        ERROR,
        "CALL_FORMULA('RATES', > 'HOURS', rate < 'RATE' DEFAULT 0)\nRETURN rate",
    ),
    Row(
        "May a call of a function that gives a value stand alone?",
        "It is warned of.",
        "ESS_LOG_WRITE('Begin')\npay = 1\nRETURN pay",
        "bare-call",
        WARNING,
        "WSA_SET('PAY', 1)\nWSA_DELETE('PAY')\npay = 1\nRETURN pay",
    ),
    Row(
        "Is NULL an argument?",
        "It is warned of there, and an error elsewhere.",
        "rate = GET_TABLE_VALUE('RATES', NULL, 'A')\nRETURN rate",
        "null-argument",
        WARNING,
        "rate = GET_TABLE_VALUE('RATES', ' ', 'A')\nRETURN rate",
    ),
    Row(
        "What is WAS DEFAULTED of a local variable?",
        "It is false, and warned of.",
        "pay = 1\nIF pay WAS DEFAULTED THEN pay = 2\nRETURN pay",
        "was-defaulted-local",
        WARNING,
        "DEFAULT FOR pay IS 1\nINPUTS ARE pay (NUMBER)\n"
        "IF pay WAS DEFAULTED THEN pay = 2\nRETURN pay",
    ),
    Row(
        "Is there WAS FOUND in Fusion?",
        "There is not.",
        "DEFAULT FOR PER_ASG_FTE_VALUE IS 1\npay = 1\n"
        "IF PER_ASG_FTE_VALUE WAS FOUND THEN pay = 2\nRETURN pay",
        "was-found",
        ERROR,
        "DEFAULT FOR PER_ASG_FTE_VALUE IS 1\npay = 1\n"
        "IF PER_ASG_FTE_VALUE WAS NOT DEFAULTED THEN pay = 2\nRETURN pay",
        Environment("fusion"),
    ),
    Row(
        "Is there WAS FOUND in E-Business Suite?",
        "There may be: it is warned of.",
        "DEFAULT FOR ASG_HOURS IS 1\npay = 1\nIF ASG_HOURS WAS FOUND THEN pay = 2\n"
        "RETURN pay",
        "was-found",
        WARNING,
        "DEFAULT FOR ASG_HOURS IS 1\npay = 1\n"
        "IF ASG_HOURS WAS NOT DEFAULTED THEN pay = 2\nRETURN pay",
        Environment("ebs"),
    ),
    Row(
        "Can a function without arguments be called without parentheses?",
        "It cannot: the name is a variable, which has no value.",
        "l_balance = GET_HOURLY_RATE\nRETURN l_balance",
        "uninitialized-variable",
        WARNING,
        "l_balance = GET_HOURLY_RATE()\nRETURN l_balance",
    ),
    Row(
        "Do functions take and give arrays?",
        "Only those that are known to.",
        "names[1] = 'x'\nl_length = LENGTH(names)\nRETURN l_length",
        "unknown-function",
        ERROR,
        "names = WSA_GET('NAMES', EMPTY_TEXT_NUMBER)\nRETURN names",
    ),
    Row(
        "What is FIRST of an empty array without a default?",
        "It is hinted at.",
        "INPUTS ARE hours (NUMBER_NUMBER)\nday = hours.FIRST\nRETURN day",
        "array-methods",
        HINT,
        "INPUTS ARE hours (NUMBER_NUMBER)\nday = hours.FIRST(-1)\nRETURN day",
    ),
)

AT_RUN_TIME = (
    "Is a text longer than 255 characters an error?",
    "Is it an error when a function gives NULL?",
    "Does ISNULL give 'N' for what is null?",
)
"""Open too, but nothing that shows in the text: they are for whoever runs formulas."""


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.question)
def test_what_depends_on_the_answer_is_told_as_chosen(row: Row) -> None:
    found = lint(analyze(parse(row.open), row.environment))
    assert (row.code, row.severity) in {(each.code, each.severity) for each in found}
    assert {each.code for each in found if each.severity is ERROR} <= {row.code}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.question)
def test_what_does_not_depend_on_it_is_not_told(row: Row) -> None:
    found = lint(analyze(parse(row.clear), row.environment))
    assert not [
        each.message
        for each in found
        if each.code == row.code or each.severity is ERROR
    ]


def test_what_is_open_at_run_time_is_left_alone() -> None:
    long = "'" + "x" * 200 + "'"
    text = (
        f"l_text = {long} || {long}\nl_value = GET_VALUE_SET('XX_RATES')\n"
        "IF ISNULL(l_value) = 'N' THEN l_text = l_value\nRETURN l_text"
    )
    assert len(AT_RUN_TIME) == 3
    assert not [
        each for each in lint(analyze(parse(text))) if each.severity in (ERROR, WARNING)
    ]
