"""Functions, by what they give; and that their tables say what the language's say."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from fastformula.interpreter import LogLine, Outcome, Semantics
from fastformula.interpreter.calls import BUILT_IN
from fastformula.interpreter.functions import BY_NAME, FUNCTIONS
from fastformula.interpreter.functions.reasons import CHAPTERS, NAMES
from fastformula.language import Function, load_chapters, load_functions

STATEMENTS = {"CALL_FORMULA", "CHANGE_CONTEXTS"}
"""What the tables list and the grammar knows."""

NUMBERS = {
    "ABS(-2.5)": 2.5,
    "CEIL(2.1)": 3,
    "CEIL(-2.1)": -2,
    "FLOOR(2.9)": 2,
    "FLOOR(-2.1)": -3,
    "GREATEST(1, 3, 2)": 3,
    "LEAST_OF(1, 3, -2)": -2,
    "MOD(7, 3)": 1,
    "MOD(-7, 3)": -1,
    "MOD(7, -3)": 1,
    "MOD(7, 0)": 7,
    "MOD(5.5, 2)": 1.5,
    "POWER(2, 10)": 1024,
    "POWER(4, 0.5)": 2,
    "POWER(-2, 3)": -8,
    "POWER(0, 0)": 1,
    "ROUND(2.5)": 3,
    "ROUND(-2.5)": -3,
    "ROUND(1.005, 2)": 1.01,
    "ROUND(1250, -2)": 1300,
    "ROUND(40, -2)": 0,
    "ROUND(1.5, 400)": 1.5,
    "ROUND(1.5, -400)": 0,
    "ROUNDUP(2.3401, 2)": 2.35,
    "ROUNDUP(2.3400, 2)": 2.34,
    "ROUND_UP(2.001)": 3,
    "TRUNC(2.99)": 2,
    "TRUNC(-2.99, 1)": -2.9,
    "TRUNCATE(1299, -2)": 1200,
    "INSTR('CORPORATE FLOOR', 'OR')": 2,
    "INSTR('CORPORATE FLOOR', 'OR', 3)": 5,
    "INSTR('CORPORATE FLOOR', 'OR', 3, 2)": 14,
    "INSTR('CORPORATE FLOOR', 'OR', -3, 2)": 2,
    "INSTR('CORPORATE FLOOR', 'OR', -3)": 5,
    "INSTR('abc', 'x')": 0,
    "INSTR('abc', 'a', 0)": 0,
    "INSTR('aaa', 'aa', 1, 2)": 2,
    "INSTR('aaa', 'aa', -1)": 2,
    "INSTR('abc', 'a', -9)": 0,
    "INSTRB('äbc', 'b')": 3,
    "LENGTH('abc ')": 4,
    "LENGTHB('äb')": 3,
    "TO_NUMBER('-12.50')": -12.5,
    "TO_NUMBER('1e3')": 1000,
    "TO_NUM(' .5')": 0.5,
    "TIME_HHMM_TO_DEC(7.45)": 7.75,
}
TEXTS = {
    "CHR(65)": "A",
    "CONVERT('Ann', 'US7ASCII')": "Ann",
    "CONVERT('Ann', 'us7ascii', 'WE8ISO8859P1')": "Ann",
    "GREATEST('HARRY', 'HARRIOT', 'HAROLD')": "HARRY",
    "LEAST('b', 'B')": "B",
    "INITCAP('o''neill of NEW-york')": "O'Neill Of New-York",
    "LOWER('AbC')": "abc",
    "UPPER('AbC')": "ABC",
    "LPAD('Page 1', 10, '*.')": "*.*.Page 1",
    "LPAD('abc', 2)": "ab",
    "LPAD('abc', 0)": None,
    "RPAD('ab', 5)": "ab   ",
    "RPAD('ab', 5, 'xy')": "abxyx",
    "LTRIM('  ab ')": "ab ",
    "LTRIM('xyxXab', 'xy')": "Xab",
    "RTRIM('abyx', 'xy')": "ab",
    "TRIM('  a b  ')": "a b",
    "TRIM('   ')": None,
    "REPLACE('JACK and JUE', 'J', 'BL')": "BLACK and BLUE",
    "REPLACE('a-b-c', '-')": "abc",
    "REPLACE('abc', '', 'x')": "abc",
    "REPLACE('abc', 'b', '')": "ac",
    "SUBSTR('ABCDEFG', 3, 4)": "CDEF",
    "SUBSTR('ABCDEFG', -5, 4)": "CDEF",
    "SUBSTR('ABCDEFG', 0, 2)": "AB",
    "SUBSTR('ABCDEFG', 5)": "EFG",
    "SUBSTR('ABC', 9)": None,
    "SUBSTR('ABC', -9, 2)": None,
    "SUBSTR('ABC', 1, 0)": None,
    "SUBSTR('ABC', 2.9, 1.9)": "B",
    "SUBSTRING('ABC', 2)": "BC",
    "SUBSTRB('äbc', 3)": "bc",
    "SUBSTRB('äbc', 2, 2)": " b",
    "TRANSLATE('2KRW229', '0123456789KRW', '9999999999xx')": "9xx999",
    "TRANSLATE('aab', 'aa', 'xy')": "xxb",
    "UPPER('')": None,
    "GET_DATE_DAY_OF_WEEK('2026/01/31' (DATE))": "SAT",
    "GET_FORMATED_DAY_OF_WEEK('Monday')": "MON",
    "GET_IS_DATE_SAME_AS_DOW('2026/01/31' (DATE), 'sat')": "Y",
    "TO_CHAR(0.5)": ".5",
    "TO_CHAR(-0.5)": "-.5",
    "TO_CHAR(10.50)": "10.5",
    "TO_CHAR(1 / 3)": ".33333333333333333333333333333333333333",
    "TO_CHAR(1000000000000000000000000000000000000000)": "1" + "0" * 39,
    "TO_CHAR(0 * -1)": "0",
    "TO_CHAR('2026/01/31 08:05:00' (DATE))": "2026/01/31 08:05:00",
    "DATE_TO_TEXT('2026/01/31' (DATE), 'DD-MON-YYYY')": "31-JAN-2026",
    "ISNULL('a')": "Y",
    "ISNULL('')": "N",
    "ISNULL(1)": "Y",
}
DATES = {
    "ADD_DAYS('2026/01/31' (DATE), 1.25)": datetime(2026, 2, 1, 6),
    "ADD_DAYS('2026/01/31' (DATE), -31)": datetime(2025, 12, 31),
    "ADD_DAYS('2026/01/31' (DATE), 1 / 24)": datetime(2026, 1, 31, 1),
    "ADD_MONTHS('2026/01/31' (DATE), 1)": datetime(2026, 2, 28),
    "ADD_MONTHS('2026/02/28' (DATE), 1)": datetime(2026, 3, 31),
    "ADD_MONTHS('2026/01/30' (DATE), 1)": datetime(2026, 2, 28),
    "ADD_MONTHS('2026/01/15' (DATE), -13.9)": datetime(2024, 12, 15),
    "ADD_YEARS('2024/02/29' (DATE), 1)": datetime(2025, 2, 28),
    "GREATEST('2026/01/31' (DATE), '2026/02/01' (DATE))": datetime(2026, 2, 1),
    "LAST_DAY('2024/02/01 13:00:00' (DATE))": datetime(2024, 2, 29, 13),
    "NEXT_DAY('2026/01/31' (DATE), 'SATURDAY')": datetime(2026, 2, 7),
    "NEXT_DAY('2026/01/31' (DATE), 'mon')": datetime(2026, 2, 2),
    "NEW_TIME('2026/01/31 23:00:00' (DATE), 'PST', 'EST')": datetime(2026, 2, 1, 2),
    "TRUNC('2026/05/31 13:00:00' (DATE))": datetime(2026, 5, 31),
    "TRUNC('2026/05/31' (DATE), 'YYYY')": datetime(2026, 1, 1),
    "TRUNC('2026/05/31' (DATE), 'Q')": datetime(2026, 4, 1),
    "TRUNC('2026/05/31' (DATE), 'MM')": datetime(2026, 5, 1),
    "TRUNC('2026/05/31' (DATE), 'IW')": datetime(2026, 5, 25),
    "TRUNC('2026/05/30' (DATE), 'DAY')": datetime(2026, 5, 24),
    "TRUNC('2026/05/31' (DATE), 'W')": datetime(2026, 5, 29),
    "TRUNC('2026/05/31' (DATE), 'WW')": datetime(2026, 5, 28),
    "TRUNC('2026/05/31' (DATE), 'IYYY')": datetime(2025, 12, 29),
    "TRUNC('2026/05/31' (DATE), 'CC')": datetime(2001, 1, 1),
    "TRUNC('2026/05/31 13:59:10' (DATE), 'HH24')": datetime(2026, 5, 31, 13),
    "TRUNC('2026/05/31 13:59:10' (DATE), 'MI')": datetime(2026, 5, 31, 13, 59),
    "ROUND('2026/05/31 12:00:00' (DATE))": datetime(2026, 6, 1),
    "ROUND('2026/05/31 11:59:59' (DATE))": datetime(2026, 5, 31),
    "ROUND('2026/06/30' (DATE), 'YEAR')": datetime(2026, 1, 1),
    "ROUND('2026/07/01' (DATE), 'YEAR')": datetime(2027, 1, 1),
    "ROUND('2026/05/15' (DATE), 'MONTH')": datetime(2026, 5, 1),
    "ROUND('2026/05/16' (DATE), 'MONTH')": datetime(2026, 6, 1),
    "ROUND('2026/05/16' (DATE), 'Q')": datetime(2026, 7, 1),
    "ROUND('2026/05/15' (DATE), 'Q')": datetime(2026, 4, 1),
    "ROUND('2026/05/31 13:30:00' (DATE), 'HH')": datetime(2026, 5, 31, 14),
    "TO_DATE('2026/01/31')": datetime(2026, 1, 31),
    "TO_DATE('2026/01/31 13:45:00')": datetime(2026, 1, 31, 13, 45),
    "TO_DATE('31-Jan-2026')": datetime(2026, 1, 31),
    "TO_DATE('31-jan-2026', 'DD-MON-YYYY')": datetime(2026, 1, 31),
    "TO_DATE('31 January, 2026', 'DD Month, YYYY')": datetime(2026, 1, 31),
    "TO_DATE('31.01.26', 'DD/MM/RR')": datetime(2026, 1, 31),
    "TO_DATE('310199', 'DDMMRR')": datetime(1999, 1, 31),
    "TO_DATE('20260131', 'YYYYMMDD')": datetime(2026, 1, 31),
    "TO_DATE('2026-031', 'YYYY-DDD')": datetime(2026, 1, 31),
    "TO_DATE('2461072', 'J')": datetime(2026, 1, 31),
    "TO_DATE('1/2/2026 9:05 PM', 'MM/DD/YYYY HH:MI AM')": datetime(2026, 1, 2, 21, 5),
    "TO_DATE('12:30 a.m.', 'HH12:MI A.M.')": datetime(2026, 3, 1, 0, 30),
    "TO_DATE('28', 'DD')": datetime(2026, 3, 28),
    "UK_TAX_YR_START('2026/04/05' (DATE))": datetime(2025, 4, 6),
    "UK_TAX_YR_END('2026/04/06' (DATE))": datetime(2027, 4, 5),
    "SESSION_DATE()": datetime(2026, 3, 15),
}
DIFFERENCES = {
    "DAYS_BETWEEN('2026/01/31 12:00:00' (DATE), '2026/01/01' (DATE))": 30.5,
    "DAYS_BETWEEN('2026/01/01' (DATE), '2026/01/31' (DATE))": -30,
    "HOURS_BETWEEN('2026/01/02' (DATE), '2026/01/01 12:30:00' (DATE))": 11.5,
    "MONTHS_BETWEEN('2026/03/15' (DATE), '2026/01/15 18:00:00' (DATE))": 2,
    "MONTHS_BETWEEN('2026/02/28' (DATE), '2026/01/31' (DATE))": 1,
    "ROUND(MONTHS_BETWEEN('1995/02/02' (DATE), '1995/01/01' (DATE)), 8)": 1.03225806,
    "ROUND(MONTHS_BETWEEN('2026/01/01' (DATE), '2026/02/15 12:00:00' (DATE)), 8)": (
        -1.46774194
    ),
    "GET_MEASURE_FROM_TIME('2026/01/01 08:00:00' (DATE), "
    "'2026/01/01 16:30:00' (DATE))": 8.5,
}


@pytest.mark.parametrize(
    "call, expected", [*(NUMBERS | TEXTS | DATES | DIFFERENCES).items()]
)
def test_it_gives(call: str, expected: Any, value_of: Callable[..., Any]) -> None:
    world = {"effective_date": datetime(2026, 3, 15)}
    assert value_of(f"x = {call}", **world) == expected


def test_ISNULL_may_be_told_the_other_way_round(value_of: Callable[..., Any]) -> None:  # noqa: N802
    semantics = Semantics(isnull_of_null="Y")
    assert value_of("x = ISNULL('') || ISNULL('a')", semantics=semantics) == "YN"


def test_an_answer_comes_before_the_function_itself(
    value_of: Callable[..., Any],
) -> None:
    assert value_of("x = RAND(1, 6)", functions={"RAND": 4}) == 4


def test_random_numbers_are_the_same_in_every_run(
    value_of: Callable[..., Any],
) -> None:
    first, again, other = (value_of("x = RAND(1, 6)", seed=seed) for seed in (0, 0, 1))
    assert first == again != other
    assert 1 <= first <= 6


def test_stored_values_are_shared(value_of: Callable[..., Any]) -> None:
    text = "l = SET_NUMBER('Rate', 5) EXECUTE('F') x = GET_NUMBER('RATE')"
    called = "l = SET_NUMBER('rate', GET_NUMBER('rate') + 1) RETURN"
    assert value_of(text, formulas={"F": called}) == 6
    assert value_of("x = GET_TEXT('none')") is None
    assert value_of("l = SET_WRK_NUM(1, 'a', 2, 7) x = GET_WRK_NUM(1, 'A', 2, 0)") == 7


def test_lines_of_the_log_are_kept_up_to_an_error(play: Callable[..., Outcome]) -> None:
    outcome = play(
        "l = ESS_LOG_WRITE('begin ' || TO_CHAR(1))\n"
        "EXECUTE('F')\n"
        "k = ADD_RLOG(1, 2, 'rule')\n"
        "k = 1 / 0",
        formulas={"F": "l = HR_TRACE('inside') RETURN"},
    )
    assert outcome.error is not None
    assert outcome.log == (
        LogLine("begin 1", "ESS_LOG_WRITE", "MAIN"),
        LogLine("inside", "HR_TRACE", "F"),
        LogLine("rule", "ADD_RLOG", "MAIN"),
    )


# The tables


def signature(function: Function) -> str:
    parts = []
    for each in function.parameters:
        text = f"{each.type}..." if each.repeats else each.type
        parts.append(f"[{text}]" if each.optional else text)
    return ", ".join(parts)


def test_every_form_that_runs_is_one_of_the_languages() -> None:
    known = {
        (each.name, signature(each), each.returns)
        for functions in load_functions().values()
        for each in functions
    }
    assert [
        each for each in FUNCTIONS if (each.name, each.takes, each.gives) not in known
    ] == []


def test_every_form_of_a_function_that_runs_is_there() -> None:
    """But for the long form of HOURS_BETWEEN, which asks a schedule."""
    ours = {(each.name, each.takes) for each in FUNCTIONS}
    missing = [
        each.signature
        for name, functions in load_functions().items()
        if name in BY_NAME
        for each in functions
        if (name, signature(each)) not in ours
    ]
    assert [each.partition("(")[0] for each in missing] == ["HOURS_BETWEEN"]


def test_every_function_runs_or_has_a_reason_not_to() -> None:
    for chapter, functions in load_chapters().items():
        for each in functions:
            if each.is_method or each.name in BUILT_IN or each.name in BY_NAME:
                continue
            is_explained = each.name in NAMES or chapter in CHAPTERS
            assert is_explained or each.name in STATEMENTS, each.name


def test_no_reason_is_given_for_what_runs_or_is_unknown() -> None:
    assert set(CHAPTERS) <= set(load_chapters())
    assert all(name in load_functions() and name not in BY_NAME for name in NAMES)
