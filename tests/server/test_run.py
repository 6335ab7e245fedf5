"""`fastformula run`, as a consultant and as a script use it."""

from __future__ import annotations

import json
import re
import shlex
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from fastformula_server.__main__ import cli
from fastformula_server.given import read_value
from hypothesis import given
from hypothesis import strategies as st

PAGE = Path(__file__).parents[2] / "docs/running.md"
PAY = """\
ALIAS PER_ASG_GRADE_NAME AS grade
DEFAULT FOR grade IS 'none'
INPUTS ARE hours, start_date (DATE)
l_log = ESS_LOG_WRITE('grade ' || grade)
pay = hours * GLB_RATE
parts['a'] = pay / 3
next_date = ADD_MONTHS(start_date, 1)
RETURN pay, parts, next_date, grade
"""
VALUES = "--input hours=3 --input start_date=2026-01-31 --dbi glb_rate=2.5"


@pytest.fixture
def formula(tmp_path: Path) -> Path:
    path = tmp_path / "pay.ff"
    path.write_text(PAY, encoding="utf-8")
    return path


def invoke(path: Path, options: str = "") -> Result:
    result = CliRunner().invoke(cli, ["run", str(path), *shlex.split(options)])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def document(path: Path, options: str = "") -> Any:
    result = invoke(path, f"{options} --output-format json")
    return json.loads(result.stdout, parse_float=Decimal)


def test_what_is_returned_and_logged_is_shown(formula: Path) -> None:
    result = invoke(formula, f"{VALUES} --dbi grade='Grade A'")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "log: grade Grade A",
        "PAY = 7.5",
        "PARTS = [A: 2.5]",
        "NEXT_DATE = '2026/02/28 00:00:00'",
        "GRADE = 'Grade A'",
    ]


def test_json_has_numbers_dates_and_arrays(formula: Path) -> None:
    assert document(formula, VALUES.replace("hours=3", "hours=1")) == {
        "returns": {
            "PAY": Decimal("2.5"),
            "PARTS": {"A": Decimal("0." + "8" + "3" * 37)},
            "NEXT_DATE": "2026-02-28T00:00:00",
            "GRADE": "none",
        },
        "log": ["grade none"],
        "error": None,
    }


def test_an_error_is_told_with_its_line_and_values(formula: Path) -> None:
    formula.write_text("a = 5\nb = a / (a - 5)\nRETURN b\n", encoding="utf-8")
    result = invoke(formula)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.splitlines() == [
        f"{formula}:2: Divide by zero: `a / (a - 5)` divides by zero. Test the divisor "
        "first: IF (a - 5) <> 0 THEN ….",
        "    b = a / (a - 5)",
        "    with a = 5",
    ]
    error = document(formula)["error"]
    assert (error["class"], error["formula"], error["line"]) == (
        "Divide by zero",
        "PAY",
        2,
    )


def test_a_syntax_error_is_told_as_an_error_of_the_run(formula: Path) -> None:
    formula.write_text("a = (5\n", encoding="utf-8")
    result = invoke(formula)
    assert result.exit_code == 1
    assert "1: Formula does not compile: " in result.stderr


def test_what_is_missing_is_named_with_what_to_add(formula: Path) -> None:
    result = invoke(formula, VALUES.partition(" --dbi")[0] + " --dbi grade=A")
    assert result.exit_code == 1
    assert "`GLB_RATE`" in result.stderr


def test_a_trace_shows_every_statement(formula: Path) -> None:
    lines = invoke(formula, f"{VALUES} --trace").stdout.splitlines()
    assert lines[1] == (
        "PAY:5: pay = hours * GLB_RATE  with hours = 3, GLB_RATE = 2.5  gives pay = 7.5"
    )
    steps = document(formula, f"{VALUES} --trace")["trace"]
    assert [step["line"] for step in steps] == [4, 5, 6, 7, 8]
    assert steps[1]["reads"] == {"hours": 3, "GLB_RATE": Decimal("2.5")}


def test_formulas_that_are_called_are_found_by_file_and_by_header(
    formula: Path,
) -> None:
    formula.write_text(
        "EXECUTE('half') a = GET_OUTPUT('R', 0)\n"
        "EXECUTE('OTHER_HALF') b = GET_OUTPUT('R', 0)\nRETURN a, b\n",
        encoding="utf-8",
    )
    (formula.parent / "half.ff").write_text("r = 1 RETURN r", encoding="utf-8")
    folder = formula.parent / "below"
    folder.mkdir()
    (folder / "x1.ff").write_text(
        "/* Formula Name: Other Half */ r = 2 RETURN r", encoding="utf-8"
    )
    assert document(formula)["returns"] == {"A": 1, "B": 2}


def test_an_error_in_a_called_formula_names_both(formula: Path) -> None:
    formula.write_text("\nEXECUTE('HALF')\n", encoding="utf-8")
    (formula.parent / "half.ff").write_text("a = 1 / 0", encoding="utf-8")
    result = invoke(formula)
    assert result.stderr.startswith("HALF:1: Divide by zero")
    assert "    called by PAY, line 2" in result.stderr


def test_contexts_functions_and_the_date_are_given(formula: Path) -> None:
    formula.write_text(
        "a = GET_CONTEXT(PERSON_ID, 0) b = GET_CONTEXT(EFFECTIVE_DATE, "
        "'0001/01/01' (DATE)) c = GET_VALUE_SET('X') d = TO_DATE('5', 'DD')\n"
        "RETURN a, b, c, d\n",
        encoding="utf-8",
    )
    options = "--context person_id=7 --effective-date 2026-03-09 --function "
    assert document(formula, f"{options} get_value_set=12")["returns"] == {
        "A": 7,
        "B": "2026-03-09T00:00:00",
        "C": "12",
        "D": "2026-03-05T00:00:00",
    }


def test_a_loop_is_stopped(formula: Path) -> None:
    formula.write_text("WHILE 1 = 1 LOOP a = 1", encoding="utf-8")
    error = document(formula, "--loop-limit 5")["error"]
    assert error["class"] == "Too many iterations"


@pytest.mark.parametrize(
    "options, said",
    {
        "no such input": ("--input hour=1", "inputs of the formula are: HOURS, START"),
        "no such item": ("--dbi PER_ASG_JOB_NAME=1", "The formula reads: GRADE, PER_"),
        "no such function": ("--function GET_RATE=1", "--function GET_RATE: there is"),
        "no such context": ("--context PERSON=1", "--context PERSON: there is none"),
        "no number": ("--input hours=three", "'three' is not a number"),
        "no date": ("--input start_date=2026-02-30", "'2026-02-30' is not a date"),
        "no such day": ("--effective-date tomorrow", "'tomorrow' is not a date"),
        "twice": ("--input hours=1 --input HOURS=2", "HOURS: it is given twice"),
        "no value": ("--input hours", "not of the form NAME=VALUE"),
    }.values(),
)
def test_a_slip_on_the_command_line_is_said(
    formula: Path, options: str, said: str
) -> None:
    result = invoke(formula, options)
    assert result.exit_code == 2
    assert said in result.stderr


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    result = invoke(tmp_path / "none.ff")
    assert result.exit_code == 2
    assert "there is no such file" in result.stderr


def test_what_the_page_shows_is_what_one_sees(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = PAGE.read_text(encoding="utf-8")
    formula = re.search(r"```fastformula\n(.*?)```", page, re.DOTALL)
    assert formula is not None
    (tmp_path / "overtime.ff").write_text(formula[1], encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    consoles = re.findall(
        r"```console\n\$ fastformula (.*?)\n(.*?)```", page, re.DOTALL
    )
    assert len(consoles) == 3
    for command, shown in consoles:
        assert CliRunner().invoke(cli, shlex.split(command)).output == shown


# Values


@pytest.mark.parametrize(
    "text, kind, expected",
    [
        ("", "TEXT", None),
        ("5", "TEXT", "5"),
        ("5", None, Decimal(5)),
        ("five", None, "five"),
        ("[5, 7.5]", "NUMBER_NUMBER", {1: Decimal(5), 2: Decimal("7.5")}),
        ('{"-3": "a"}', "TEXT_NUMBER", {-3: "a"}),
        ('{"A": null}', "TEXT_TEXT", {"A": None}),
        ('["2", ""]', "TEXT_NUMBER", {1: "2", 2: None}),
        ('{"A": 1}', None, {"A": Decimal(1)}),
    ],
)
def test_a_value_is_read_by_its_type(
    text: str, kind: str | None, expected: object
) -> None:
    assert read_value(text, kind) == expected


@given(
    st.text() | st.sampled_from(["[[1]]", '{"x": 1}', "[" * 99_999, "[1e5]", "[true]"]),
    st.sampled_from([None, "NUMBER", "TEXT", "DATE", "TEXT_NUMBER", "DATE_TEXT"]),
)
def test_whatever_is_written_is_a_value_or_a_reason(
    text: str, kind: str | None
) -> None:
    try:
        read_value(text, kind)
    except ValueError as error:
        assert str(error)
