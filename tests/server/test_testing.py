"""`fastformula test`, and the files its cases stand in."""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Tree

import pytest
from click.testing import CliRunner, Result
from fastformula import parse
from fastformula.analysis import analyze
from fastformula.interpreter import Semantics
from fastformula_server.__main__ import cli
from fastformula_server.files import TextFile, read_file
from fastformula_server.testing.case import CaseError
from fastformula_server.testing.case_file import (
    OF_CASE,
    OF_FILE,
    read_case_file,
    read_cases,
)
from fastformula_server.testing.case_places import find_cases
from fastformula_server.testing.playing import play as play_cases
from fastformula_server.testing.skeleton import make_skeleton
from hypothesis import given
from hypothesis import strategies as st

ROOT = Path(__file__).parents[2]
PAY = """\
DEFAULT FOR PER_ASG_GRADE_NAME IS 'none'
INPUTS ARE hours, rate, start_date (DATE)
l_log = ESS_LOG_WRITE('begin')
extra = GREATEST(hours - 41, 0)
l_factor = TO_NUMBER(GET_TABLE_VALUE('Factors', 'Rate', PER_ASG_GRADE_NAME))
pay = (hours + extra / 2) * rate * l_factor
parts['A'] = pay
IF hours = 0 THEN note = 'none'
RETURN pay, parts, note, start_date
"""
TOP = """\
effective-date = 2026-03-31
[inputs]
RATE = 10
START_DATE = 2026-01-01
[items]
PER_ASG_GRADE_NAME = "A"
[[tables.Factors]]
row = "A"
column = "Rate"
value = "1"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pay.ff").write_text(PAY, encoding="utf-8")
    return tmp_path


def play(folder: Path, cases: str, *options: str, top: str = TOP) -> Result:
    text = f"{top}\n{cases}"
    (folder / "pay.fftest.toml").write_text(text, encoding="utf-8")
    result = CliRunner().invoke(cli, ["test", str(folder), *options])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def case(*lines: str, name: str = "one") -> str:
    return "\n".join(["[[case]]", f'name = "{name}"', *lines, ""])


PASSES = {
    "a value": ("inputs.HOURS = 40", "returns.PAY = 400"),
    "a value in any case": ("inputs.hours = 40", "returns.pay = 400.00"),
    "a value nearly": (
        "inputs.HOURS = 40",
        "returns.PAY = { value = 399.9, within = 0.1 }",
    ),
    "a value that is absent": (
        "inputs.HOURS = 40",
        "returns.NOTE = { absent = true }",
    ),
    "an array": ("inputs.HOURS = 40", "returns.PARTS = { a = 400 }"),
    "a date": ("inputs.HOURS = 0", "returns.START_DATE = 2026-01-01"),
    "a date in a text": (
        "inputs = { HOURS = 0, START_DATE = '2026/01/02' }",
        "returns.START_DATE = '2026-01-02'",
    ),
    "all lines of the log": ("inputs.HOURS = 40", "log = ['begin']"),
    "an error": (
        "inputs.HOURS = 40",
        "items.PER_ASG_GRADE_NAME = 'B'",
        "error = 'No data found'",
        "message = \"no row 'B'\"",
    ),
    "an item without a row": (
        "inputs.HOURS = 40",
        "items.PER_ASG_GRADE_NAME = []",
        "error = 'No data found'",
    ),
    "an answer by arguments": (
        "inputs.HOURS = 40",
        "[[case.functions.GET_TABLE_VALUE]]",
        "arguments = ['Factors', 'Rate', 'A']",
        "value = '2'",
        "[case.returns]",
        "PAY = 800",
    ),
    "a function that fails": (
        "inputs.HOURS = 40",
        "functions.GET_TABLE_VALUE = [{ error = 'closed' }]",
        "error = 'User defined function error'",
        "message = 'closed'",
    ),
}


@pytest.mark.parametrize("lines", PASSES.values(), ids=PASSES)
def test_a_case_passes(folder: Path, lines: tuple[str, ...]) -> None:
    result = play(folder, case(*lines))
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith(".\n1 passed in ")


FAILS = {
    "a value": (
        ("inputs.HOURS = 40", "returns.PAY = 401"),
        "PAY: expected 401, but is 400",
    ),
    "a value not near enough": (
        ("inputs.HOURS = 40", "returns.PAY = { value = 402, within = 1 }"),
        "PAY: expected 402 within 1, but is 400",
    ),
    "another type": (
        ("inputs.HOURS = 0", "returns.NOTE = 5"),
        "NOTE: expected 5, but is 'none'",
    ),
    "no value": (
        ("inputs.HOURS = 40", "returns.NOTE = 'none'"),
        "NOTE: is not returned, or has no value",
    ),
    "a value too many": (
        ("inputs.HOURS = 0", "returns.NOTE = { absent = true }"),
        "NOTE: expected to be absent, but is 'none'",
    ),
    "an array": (
        ("inputs.HOURS = 40", "returns.PARTS = [400]"),
        "PARTS: expected [1: 400], but is [A: 400]",
    ),
    "a line of the log": (("inputs.HOURS = 40", "log = ['start']"), "- start"),
    "an error that nobody expects": (
        ("returns.PAY = 400",),
        "unexpected: PAY:4: Uninitialized variable: The input `hours`",
    ),
    "another error": (
        ("error = 'Divide by zero'",),
        "expected Divide by zero, but PAY:4: Uninitialized variable",
    ),
    "no error": (
        ("inputs.HOURS = 40", "error = 'Divide by zero'"),
        "expected Divide by zero, but the run came to its end",
    ),
    "another message": (
        ("error = 'Uninitialized variable'", "message = 'rate'"),
        "expected 'rate' in the message",
    ),
}


@pytest.mark.parametrize("lines, said", FAILS.values(), ids=FAILS)
def test_a_case_fails(folder: Path, lines: tuple[str, ...], said: str) -> None:
    result = play(folder, case(*lines))
    assert result.exit_code == 1
    assert result.stdout.startswith("F\nFAILED ")
    assert said in result.stdout
    assert "1 failed in " in result.stdout.splitlines()[-1]


def test_a_failure_shows_the_statements_that_made_the_value(folder: Path) -> None:
    result = play(folder, case("inputs.HOURS = 42", "returns.PAY = 430"))
    shown = [line.strip() for line in result.stdout.splitlines()[3:-1]]
    assert [line.partition("  ")[0] for line in shown] == [
        "PAY:4: extra = GREATEST(hours - 41, 0)",
        "PAY:5: l_factor = TO_NUMBER(GET_TABLE_VALUE('Factors', 'Rate', PER_…",
        "PAY:6: pay = (hours + extra / 2) * rate * l_factor",
    ]


def test_a_value_is_followed_into_called_formulas(folder: Path) -> None:
    (folder / "pay.ff").write_text(
        "b = 5\nCALL_FORMULA('HELPER', b > 'X', y < 'B')\nEXECUTE('HELPER')\n"
        "a = y + GET_OUTPUT('C', 0)\nRETURN a",
        encoding="utf-8",
    )
    helper = "DEFAULT FOR x IS 0 INPUTS ARE x\nb = x + 1\nc = 7\nd = 8\nRETURN b, c, d"
    (folder / "helper.ff").write_text(helper, encoding="utf-8")
    result = play(folder, case("returns.A = 14"), top="")
    shown = [line.strip().partition("  ")[0] for line in result.stdout.splitlines()]
    assert shown[3:-1] == [
        "PAY:1: b = 5",
        "HELPER:2: b = x + 1",
        "PAY:2: CALL_FORMULA('HELPER', b > 'X', y < 'B')",
        "HELPER:3: c = 7",
        "PAY:4: a = y + GET_OUTPUT('C', 0)",
    ]


def test_rows_make_a_case_each(folder: Path) -> None:
    rows = (
        'inputs.HOURS = "{hours}"',
        'returns.PAY = "{pay}"',
        "rows = [{ hours = 40, pay = 400 }, { hours = 41, pay = 411 }]",
    )
    result = play(folder, case(*rows, name="{hours} hours"))
    assert result.stdout.startswith(".F\n")
    assert "pay.fftest.toml::41 hours\n" in result.stdout


def test_rows_may_stand_in_a_csv_file(folder: Path) -> None:
    (folder / "hours.csv").write_text("hours,pay\n40,400\n42,425\n", encoding="utf-8")
    lines = ("inputs.HOURS = '{hours}'", "returns.PAY = '{pay}'", "csv = 'hours.csv'")
    result = play(folder, case(*lines))
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("..\n2 passed")


def test_semicolons_part_the_columns_where_commas_do_not(folder: Path) -> None:
    (folder / "hours.csv").write_text("hours;pay\r\n40;400\r\n", encoding="utf-8")
    lines = ("inputs.HOURS = '{hours}'", "returns.PAY = '{pay}'", "csv = 'hours.csv'")
    assert play(folder, case(*lines)).exit_code == 0


PLACES = """\
tables.T = [[1], [2]]  # [[case]]
[[case]]  # {
name = \"\"\"one
[[case]]\"\"\"
[case.returns]
A = [["]"], ["b"]]

# two
  [[ "case" ]]
name = '{n}'
rows = [
  { n = "]" },
  { n = "}", m = [{ n = 1 }] },
]
[[case]]
[[case.rows]]
n = 1
[[case.rows]]
n = 2
[inputs]
A = 1
"""


def test_a_case_and_its_rows_are_found_in_the_text() -> None:
    lines = [
        (PLACES.count("\n", 0, each.start), PLACES.count("\n", 0, each.end))
        for each in find_cases(PLACES)
    ]
    assert lines == [(1, 5), (8, 13), (14, 18)]
    rows = [row.text_in(PLACES) for each in find_cases(PLACES) for row in each.rows]
    assert rows == [
        '{ n = "]" }',
        '{ n = "}", m = [{ n = 1 }] }',
        "[[case.rows]]",
        "[[case.rows]]",
    ]
    inline = 'case = [{ name = "a", rows = [{}] }, {}]'
    assert [each.start for each in find_cases(inline)] == [8, 37]


def test_cases_say_where_they_stand(folder: Path) -> None:
    file = folder / "pay.fftest.toml"
    (folder / "a.csv").write_text('n\n"x\ny"\nz\n', encoding="utf-8")
    cases = case("log = []", "rows = [{ a = 1 }, { a = 2 }]", name="{a}")
    cases += case("log = ['{n}']", "csv = 'a.csv'", name="c")
    file.write_text(cases, encoding="utf-8")
    found = read_case_file(file)
    assert [each.span.text_in(cases)[:9] for each in found] == [
        "{ a = 1 }",
        "{ a = 2 }",
        "[[case]]\n",
        "[[case]]\n",
    ]
    assert [each.csv and each.csv.line for each in found] == [None, None, 3, 4]


def test_texts_that_are_not_saved_take_the_place_of_files(folder: Path) -> None:
    texts = {
        folder / "pay.fftest.toml": case("returns.A = 2"),
        folder / "pay.ff": "EXECUTE('HELPER')\na = GET_OUTPUT('B', 0)\nRETURN a",
        folder / "helper.ff": "b = 2 RETURN b",
    }
    (folder / "helper.ff").write_text("b = 1 RETURN b", encoding="utf-8")

    def read(path: Path) -> TextFile:
        return TextFile(path, texts[path]) if path in texts else read_file(path)

    cases = read_case_file(folder / "pay.fftest.toml", read)
    assert [each.passed for each in play_cases(cases, Semantics(), read=read)] == [True]


def test_a_result_names_the_place_of_the_formula_to_look_at(folder: Path) -> None:
    (folder / "pay.ff").write_text(
        "INPUTS ARE c\nCALL_FORMULA('HELPER', c > 'C')\n"
        "IF c = 1 THEN a = 1\nELSE a = GET_OUTPUT('B', 0)\nRETURN a, b",
        encoding="utf-8",
    )
    helper = "INPUTS ARE c\nx = 1 / c\nb = x RETURN b"
    (folder / "helper.ff").write_text(helper, encoding="utf-8")
    text = (
        case("inputs.C = 1", "returns.A = 2", name="value")
        + case("inputs.C = 1", "returns.B = 2", name="none")
        + case("inputs.C = 0", "returns.A = 1", name="error")
        + case("inputs.C = 1", "returns.A = 1", name="passes")
    )
    (folder / "pay.fftest.toml").write_text(text, encoding="utf-8")
    cases = read_case_file(folder / "pay.fftest.toml")
    places = []
    for result in play_cases(cases, Semantics()):
        place = result.place
        written = place and place.span.text_in(place.path.read_text(encoding="utf-8"))
        places.append(place and (place.path.name, place.line, written))
    assert places == [
        ("pay.ff", 3, "a = 1"),
        ("pay.ff", 5, "RETURN a, b"),
        ("helper.ff", 2, "1 / c"),
        None,
    ]


def test_cases_are_chosen_and_the_first_failure_ends_it(folder: Path) -> None:
    cases = "".join(
        case("inputs.HOURS = 40", f"returns.PAY = {pay}", name=name)
        for name, pay in (("good one", 400), ("bad one", 1), ("bad two", 2))
    )
    assert play(folder, cases).stdout.startswith(".FF\n")
    assert play(folder, cases, "-x").stdout.startswith(".F\n")
    assert play(folder, cases, "-k", "GOOD").stdout.startswith(".\n")
    assert play(folder, cases, "-k", "none").exit_code == 2


def test_junit_is_written(folder: Path) -> None:
    cases = case("inputs.HOURS = 40", "returns.PAY = 400") + case(
        "inputs.HOURS = 40", 'returns.NOTE = "\\u0001"', name="two"
    )
    file = folder / "results.xml"
    play(folder, cases, "--junit-xml", str(file))
    suite = Tree.fromstring(file.read_text(encoding="utf-8"))
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    names = [each.get("name") for each in suite.iter("testcase")]
    assert names == ["one", "two"]
    (failure,) = suite.iter("failure")
    assert "NOTE" in (failure.get("message") or "")


BROKEN = {
    "no TOML": ("[[case", "pay.fftest.toml: "),
    "no case": ("", "there is no case"),
    "an unknown key": ("input.HOURS = 1\n" + case("log = []"), "has a key input"),
    "an unknown key of a case": (case("return.X = 1"), "has a key return"),
    "nothing expected": (case("inputs.HOURS = 1"), "nothing is expected"),
    "two of a name": (case("log = []") * 2, "two cases of the name 'one'"),
    "no such class": (case("error = 'Oops'"), "none of the classes"),
    "no such input": (case("inputs.HOUR = 1", "log = []"), "has no input HOUR"),
    "no such context": (case("contexts.X = 1", "log = []"), "there is no context X"),
    "no number": (case("inputs.HOURS = 'x'", "log = []"), "'x' is not a number"),
    "no value": (case("inputs.HOURS = true", "log = []"), "not a number, a text or"),
    "no list": (case("tables.T = 5", "log = []"), "T in tables has to be a list"),
    "no row": (case("tables.T = [5]", "log = []"), "a row of T has to be a table"),
    "no column": (
        case("tables.T = [{ row = 'A' }]", "log = []"),
        "has texts row, column and value",
    ),
    "no placeholder": (
        case("inputs.HOURS = '{hour}'", "log = []", "rows = [{ hours = 1 }]"),
        "a row has no 'hour'",
    ),
    "no CSV": (case("log = []", "csv = 'none.csv'"), "there is no such file"),
    "no formula": ("formula = 'none.ff'\n" + case("log = []"), "cannot be read"),
}


@pytest.mark.parametrize("cases, said", BROKEN.values(), ids=BROKEN)
def test_a_file_that_is_not_as_it_should_be_is_named(
    folder: Path, cases: str, said: str
) -> None:
    result = play(folder, cases, top="")
    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.output


def test_the_examples_pass_and_reach_everything() -> None:
    result = CliRunner().invoke(
        cli, ["test", str(ROOT / "docs/examples"), "--coverage"]
    )
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[-1].endswith(
        "overtime_premium.ff: 36 of 36 statements, 12 of 12 branches"
    )


# Coverage

BRANCHES = """\
INPUTS ARE a
b = 1
IF a > 1 THEN b = 2
ELSE IF a > 0 THEN
  b = 3
WHILE b < 3 LOOP
  b = b + 1
RETURN b
"""


def covered(folder: Path, *options: str) -> list[str]:
    (folder / "pay.ff").write_text(BRANCHES, encoding="utf-8")
    result = play(folder, case("inputs.A = 2", "returns.B = 3"), *options, top="")
    return result.stdout.splitlines()[2:]


def test_coverage_names_the_lines_that_were_not_reached(folder: Path) -> None:
    assert covered(folder, "--coverage") == [
        f"{folder / 'pay.ff'}: 6 of 8 statements, 3 of 6 branches; "
        "not reached: 3 false, 4, 5"
    ]


def test_formulas_are_annotated(folder: Path) -> None:
    assert covered(folder, "--annotate")[1:] == [
        "        | INPUTS ARE a",
        "      1 | b = 1",
        "      1 | IF a > 1 THEN b = 2",
        "      - | ELSE IF a > 0 THEN",
        "      - |   b = 3",
        "      2 | WHILE b < 3 LOOP",
        "      1 |   b = b + 1",
        "      1 | RETURN b",
        "        |",
    ]


def test_coverage_is_written_for_lcov(folder: Path) -> None:
    file = folder / "lcov.info"
    covered(folder, "--lcov", str(file))
    rows = file.read_text(encoding="utf-8").splitlines()
    assert rows[1] == f"SF:{(folder / 'pay.ff').as_posix()}"
    assert [row for row in rows if row.startswith("BR")] == [
        "BRDA:3,0,0,1",
        "BRDA:3,0,1,0",
        "BRDA:4,0,2,-",
        "BRDA:4,0,3,-",
        "BRDA:6,0,4,1",
        "BRDA:6,0,5,1",
        "BRF:6",
        "BRH:3",
    ]
    assert rows[-3:] == ["LF:7", "LH:5", "end_of_record"]


def test_called_formulas_are_covered_too(folder: Path) -> None:
    (folder / "other.ff").write_text("EXECUTE('PAY')", encoding="utf-8")
    cases = case("inputs.A = 0", "returns.B = 3")
    (folder / "other.fftest.toml").write_text(case("log = []"), encoding="utf-8")
    (folder / "pay.ff").write_text("b = 3 RETURN b", encoding="utf-8")
    result = play(folder, cases.replace("inputs.A = 0\n", ""), "--annotate", top="")
    assert "      2 | b = 3 RETURN b" in result.stdout.splitlines()


def test_called_formulas_are_covered_by_any_name_in_any_folder(folder: Path) -> None:
    (folder / "fastformula.toml").write_text("", encoding="utf-8")
    below = folder / "pay"
    below.mkdir()
    texts = {
        folder / "helper.ff": "b = 1 RETURN b",
        folder / "rates.ff": "/* Formula Name: Rate of Pay */\nc = 1\nRETURN c",
        below / "helper.ff": "\nb = 2\nRETURN b",
        below / "other.ff": "EXECUTE('HELPER')\na = GET_OUTPUT('B', 0)\n"
        "CALL_FORMULA('RATE_OF_PAY', c < 'C' DEFAULT 0)\nRETURN a, c",
        below / "other.fftest.toml": case("returns = { A = 2, C = 1 }"),
    }
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8")
    output = CliRunner().invoke(cli, ["test", str(below), "--coverage"]).stdout
    assert [line.partition(":")[0] for line in output.splitlines()[2:]] == [
        str(below / "other.ff"),
        str(below / "helper.ff"),
        str(folder / "rates.ff"),
    ]
    assert "not reached" not in output


# A case file to begin with


def test_a_case_file_is_begun(folder: Path) -> None:
    result = CliRunner().invoke(cli, ["test", "--new", str(folder / "pay.ff")])
    assert result.exit_code == 0, result.output
    text = (folder / "pay.fftest.toml").read_text(encoding="utf-8")
    assert text.splitlines()[2:] == [
        "[inputs]",
        "HOURS = 0  # NUMBER",
        "RATE = 0  # NUMBER",
        "START_DATE = 2026-01-01  # DATE",
        "",
        "[items]",
        'PER_ASG_GRADE_NAME = "text"  # TEXT, has a default',
        "",
        "[contexts]",
        "EFFECTIVE_DATE = 2026-01-01  # DATE, for GET_TABLE_VALUE",
        "LEGISLATIVE_DATA_GROUP_ID = 0  # NUMBER, for GET_TABLE_VALUE",
        "",
        "[functions]",
        'GET_TABLE_VALUE = "0"  # TEXT, for any arguments',
        "",
        "[[case]]",
        'name = "the usual case"',
        "[case.returns]",
        "PAY = 0  # NUMBER",
        "PARTS = { A = 0 }  # NUMBER_TEXT",
        'NOTE = "text"  # TEXT',
        "START_DATE = 2026-01-01  # DATE",
    ]
    again = CliRunner().invoke(cli, ["test", "--new", str(folder / "pay.ff")])
    assert again.exit_code == 2
    assert "is there already" in again.stderr


def test_a_begun_case_file_can_be_played(
    own_formulas: dict[str, str], tmp_path: Path
) -> None:
    for name, text in own_formulas.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        new = CliRunner().invoke(cli, ["test", "--new", str(tmp_path / name)])
        assert new.exit_code == 0, new.output
    result = CliRunner().invoke(cli, ["test", str(tmp_path)])
    assert result.exit_code == 1, result.output
    for lacking in (
        "Answer not given",
        "No data found",
        "Uninitialized context",
        "Called formula not found",
        "Uninitialized variable: The input",
    ):
        assert lacking not in result.stdout


ASKS = """\
DEFAULT FOR RATES IS EMPTY_NUMBER_TEXT
INPUTS ARE RATES (NUMBER_TEXT), DATES (DATE_NUMBER)
NEED_CONTEXT(PAYROLL_ID)
a = PER_HIST_ASG_ASSIGNMENT_ID[1] + POD_FACTOR * 2
IF POD_FLAG = 'Y' THEN b = GET_PLAN_BALANCE('Vacation')
CALL_FORMULA('HELP US', a > 'X', c < 'C' DEFAULT ' ')
d = TO_DATE(GET_VALUE_SET('DAY'), 'DD.MM.YYYY')
e = HOURS_BETWEEN(d, SESSION_DATE(), 'W', 'N', 'B', 'US', s, t, u, v, 'H')
EXECUTE('GONE')
f = GET_OUTPUT('F', EMPTY_TEXT_NUMBER)
RETURN a, f
"""
BEGUN = """\
effective-date = 2026-01-01

[inputs]
RATES = { A = 0 }  # NUMBER_TEXT, has a default
DATES = [2026-01-01]  # DATE_NUMBER

[items]
PER_HIST_ASG_ASSIGNMENT_ID = [0]  # NUMBER_NUMBER
POD_FACTOR = 0  # NUMBER? nobody here knows it; an item of your pod, or misspelt
POD_FLAG = "text"  # TEXT? nobody here knows it; an item of your pod, or misspelt
PER_PER_FULL_NAME = "text"  # TEXT

[contexts]
EFFECTIVE_DATE = 2026-01-01  # DATE, for GET_PLAN_BALANCE
HR_ASSIGNMENT_ID = 0  # NUMBER, for GET_PLAN_BALANCE
LEGISLATIVE_DATA_GROUP_ID = 0  # NUMBER, for GET_PLAN_BALANCE
PAYROLL_ID = 0  # NUMBER
PERSON_ID = 0  # NUMBER, for GET_PLAN_BALANCE

[functions]
GET_PLAN_BALANCE = 0  # NUMBER, for any arguments
GET_VALUE_SET = "01.01.2026"  # TEXT, for any arguments
HOURS_BETWEEN = 0  # NUMBER, for any arguments

# To say what HELP US returns, and not to run it:
# [formulas."HELP US"]
# C = "text"  # TEXT

[formulas.GONE]
F = ["text"]  # TEXT_NUMBER

[[case]]
name = "the usual case"
[case.returns]
A = 0  # NUMBER
F = ["text"]  # TEXT_NUMBER
"""


def test_a_begun_case_file_has_all_that_the_formulas_ask_for(tmp_path: Path) -> None:
    helper = "DEFAULT FOR x IS 0 INPUTS ARE x c = PER_PER_FULL_NAME RETURN c"
    (tmp_path / "Help Us.ff").write_text(helper, encoding="utf-8")
    (tmp_path / "asks.ff").write_text(ASKS, encoding="utf-8")
    CliRunner().invoke(cli, ["test", "--new", str(tmp_path / "asks.ff")])
    text = (tmp_path / "asks.fftest.toml").read_text(encoding="utf-8")
    assert text.partition("\n\n")[2] == BEGUN
    result = CliRunner().invoke(cli, ["test", str(tmp_path)])
    assert result.exit_code == 0, result.output


def test_case_files_of_published_formulas_can_be_read(corpus: dict[str, str]) -> None:
    for name, text in corpus.items():
        path = Path(name).with_suffix(".fftest.toml")
        skeleton = make_skeleton(analyze(parse(text)), Path(name).name, lambda _: None)
        assert list(read_cases(path, tomllib.loads(skeleton, parse_float=Decimal)))


def test_what_the_page_shows_is_what_one_sees(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (ROOT / "docs/testing.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```(\w*)\n(.*?)```", page, re.DOTALL)
    (formula,) = [text for kind, text in blocks if kind == "fastformula"]
    (cases,) = [text for kind, text in blocks if kind == "toml"]
    (shown,) = [text for _, text in blocks if "FAILED" in text]
    (tmp_path / "pay.ff").write_text(formula, encoding="utf-8")
    (tmp_path / "pay.fftest.toml").write_text(cases, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    output = CliRunner().invoke(cli, ["test"]).output
    assert re.sub(r"[\d.]+ s", "0.02 s", output) == shown


def test_a_formula_runs_with_a_case(folder: Path) -> None:
    play(
        folder,
        case("inputs.HOURS = 40", "log = []")
        + case("inputs.HOURS = 41", "log = []", name="two"),
    )
    file = str(folder / "pay.fftest.toml")

    def run(*options: str) -> Result:
        return CliRunner().invoke(cli, ["run", str(folder / "pay.ff"), *options])

    assert "PAY = 400\n" in run("--case", file).stdout
    assert "PAY = 410\n" in run("--case", f"{file}::two").stdout
    assert "PAY = 80\n" in run("--case", file, "--input", "rate=2").stdout
    wrong = run("--case", f"{file}::three")
    assert wrong.exit_code == 2
    assert "no case 'three'; it has: one, two" in wrong.stderr


def test_the_page_names_every_key() -> None:
    page = (ROOT / "docs/testing.md").read_text(encoding="utf-8")
    missing = [key for key in OF_CASE | OF_FILE if not re.search(rf"\b{key}\b", page)]
    assert not missing


SCALARS = st.one_of(
    st.integers(-5, 5),
    st.decimals(allow_nan=True, places=2),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.sampled_from(["", "A", "{a}", "PER_ASG_GRADE_NAME", "2026-01-01", "1"]),
)
KEYS = st.sampled_from(
    "CMP_ASSIGNMENT_SALARY_AMOUNT PER_ASG_NORMAL_HOURS PAY_VALUE MESSAGE GET_VALUE_SET "
    "RATE_CONVERTER EFFECTIVE_DATE null value contexts arguments out error row column "
    "to start end binds within absent a 1 -".split()
)
NAMES = {
    "inputs": "HOURS_PER_DAY WORK_DAYS OVERTIME_CAP PAY_PERIODICITY".split(),
    "contexts": ["PERSON_ID", "EFFECTIVE_DATE"],
}
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3)
    ),
    max_leaves=6,
)
TABLES = st.dictionaries(KEYS, VALUES, max_size=3)
MEETS = {
    name: st.dictionaries(st.sampled_from(names), VALUES, max_size=3)
    for name, names in NAMES.items()
}


@given(
    st.fixed_dictionaries(
        {"returns": TABLES},
        optional={
            key: VALUES
            if key in ("rows", "effective-date", "log", "name")
            else MEETS.get(key, TABLES)
            for key in sorted(OF_CASE - {"csv", "returns", "error", "message"})
        },
    )
)
def test_whatever_a_case_holds_it_plays_or_says_why_not(row: dict[str, Any]) -> None:
    path = ROOT / "docs/examples/overtime_premium.fftest.toml"
    try:
        cases = list(read_cases(path, {"case": [row]}))
    except ValueError as error:
        assert str(error)
        return
    try:
        for result in play_cases(cases, Semantics(loop_limit=50)):
            assert result.case.file == path
    except CaseError as error:
        assert str(error)
