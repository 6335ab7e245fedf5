"""What authors carry over from other languages gets one error that says what to write.

The table is tests/data/foreign.toml; a text without `fixed` has no mechanical fix.
"""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from fastformula import Diagnostic, Severity, apply_edits, parse

CASES = tomllib.loads(
    (Path(__file__).parents[1] / "data/foreign.toml").read_text(encoding="utf-8")
)["case"]


def errors(text: str) -> list[Diagnostic]:
    return [each for each in parse(text).errors if each.severity is Severity.ERROR]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"][:30])
def test_one_error_with_a_fix(case: dict[str, Any]) -> None:
    (error,) = errors(case["text"])
    assert error.code == case["code"]
    if "fixed" not in case:
        assert not error.fixes
        return
    fixed = apply_edits(case["text"], error.fixes[0].edits)
    assert fixed == case["fixed"]
    assert not errors(fixed)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"][:30])
def test_an_error_between_two_statements_leaves_them_alone(
    case: dict[str, Any],
) -> None:
    """What stands before and behind is read as it would be without the mistake."""
    before, after = "q1 = 1\n", "\nq2 = 2\nIF q2 = 2 THEN q3 = 3\n"
    if case["code"] in ("syntax-comment-not-closed", "syntax-inputs"):
        before, after = "", "\n"
    text = before + case["text"] + after
    (error,) = errors(text)
    assert error.code == case["code"]
    assert len(before) <= error.span.start
    assert error.span.end <= len(before) + len(case["text"])


SEVERAL = [
    (
        "IF a = 1 THEN\n  b = 1\n  c = 1\nELSIF a = 2 THEN\n  b = 2\n  c = 2\n"
        "ELSE\n  b = 3\n  c = 3\nEND IF;\nd = 1\n",
        ["syntax-elsif", "syntax-end-if"],
    ),
    (
        "IF a = 1 THEN\n  b = 1\n  c = 1\nELSE\n  IF a = 2 THEN\n    b = 2\n    c = 2\n"
        "  END IF\nEND IF\nd = 1\n",
        ["syntax-end-if", "syntax-end-if"],
    ),
    (
        "IF a = 1 THEN {\n  b = 1\n  c = 1\n} ELSE {\n  b = 2\n}\n",
        ["syntax-braces", "syntax-braces"],
    ),
    ("IF (a == 1) {\n  b = 1\n}\n", ["syntax-equality", "syntax-braces"]),
    (
        "FOR i IN 1..10 LOOP\n  a := i\n  b = i\nEND LOOP;\n",
        ["syntax-for", "syntax-assignment", "syntax-end-loop"],
    ),
    (
        "IF a = 1 THEN RETURN 0 ELSE RETURN 'x'",
        ["syntax-return", "syntax-return"],
    ),
    (
        "-- it's a note\nVARIABLE x NUMBER\nx := NVL(a, 0);\nIF x IS NULL THEN\n"
        "  RETURN 0\nEND IF;\n",
        [
            "syntax-comment", "syntax-local", "syntax-assignment", "syntax-function",
            "syntax-is-null", "syntax-return", "syntax-end-if",
        ],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "codes"), SEVERAL)
def test_each_habit_is_reported_once(text: str, codes: list[str]) -> None:
    assert [error.code for error in errors(text)] == codes


@pytest.mark.parametrize("text", [text for text, _ in SEVERAL])
def test_fixes_made_one_by_one_lead_to_fewer_errors(text: str) -> None:
    while True:
        found = errors(text)
        fixable = [error for error in found if error.fixes]
        if not fixable:
            break
        text = apply_edits(text, fixable[0].fixes[0].edits)
        assert len(errors(text)) < len(found)


SILENT = [
    "END_DATE = 1 IN_AMOUNT = 2 INPUT_VALUE = END_DATE TRUE_UP = 3 NULL_COUNT = 4",
    "l_end = END_DATE l_in = IN_AMOUNT IF TRUE_UP = 1 THEN NVL_RATE = DECODE_TABLE",
    "DEFAULT FOR SYSDATE IS '0001/01/01' (DATE) INPUTS ARE SYSDATE x = SYSDATE",
    "INPUTS ARE SYSDATE (DATE)\nx = ADD_DAYS(SYSDATE, 1)",
    "INPUTS ARE input, output (TEXT), local, variable\nx = input || output",
    "end = 1\nx = end\nbegin = 2\ny = begin + end\nRETURN end, begin",
    "true = 'Y'\nx = true\nfalse = 'N' y = false IF x = true THEN z = false",
    "case = 1\nx = case\nbreak = 2\ny = break + 1\ncontinue = x",
    "null = 0\nx = null\nIF x = null THEN y = 1",
    "x = F(NULL, a, NULL)",
    "in = 1\nx = in + 1\nbetween = in\nIF in = between THEN x = 2",
    "local = 1\nx = local * 2\nvariable[1] = local",
    "nvl = 1\nx = nvl\ndecode = nvl + 1",
    "a = b --c",
    "a = b - -c",
    "IF WAS_DEFAULTED(x) = 'Y' THEN a = 1",
    "endif = 2\nend_loop = 3\nx = F(endif, end_loop)",
    "a = 'END IF; x := 1 -- no // no { } == NVL(x) “y” ‘z’ IS NULL'",
    "a = 'it''s -- in' || '/* not a comment' || '# nor this'",
    "/* END IF x := 1 -- it's { } == NVL(a) ‘b’ IS NULL RETURN 1 */ a = 1",
    "# END IF x := 1 -- it's { } == NVL(a) ‘b’ IS NULL RETURN 1\na = 1",
    "a = 1 # it's -- a // comment /* never opened",
    '"END IF" = 1 x = "SYSDATE" "a -- b" = 2 "NULL" = "x := 1"',
    "a = TRUE_UP - FALSE_POSITIVE IS_NULL = 1",
    "first_index = a.FIRST(1) x = first_index",
    "a.DELETE\nend[1] = 2",
    "IF a <> b AND c != d AND e >= f AND g <= h AND i => j THEN k = 1",
    "x = GET_CONTEXT(PAYROLL_ID, 0) y = GET_CONTEXT(A, 'x')",
    "RETURN\nx = 1 + 2",
    "IF a = 1 THEN RETURN\nx = F(1)",
    "RETURN l_value, input, output",
    "change_context = 1\nx = change_context",
]


@pytest.mark.parametrize("text", SILENT)
def test_look_alikes_are_left_alone(text: str) -> None:
    assert not parse(text).errors


@pytest.mark.parametrize(
    ("text", "hints"),
    [
        ("a = 1;", 1),
        ("a = 1;;\nb = 2;", 3),
        ("WHILE a = 1 LOOP (EXIT;)", 1),
        ("IF a = 1 THEN (b = 1; c = 2;);", 3),
        ("IF a = 1 THEN b = 1; ELSE c = 1;", 2),
        ("; a = 1", 1),
        ("a = '1;2' /* ; */ # ;", 0),
    ],
)
def test_a_semicolon_behind_a_statement_is_only_a_hint(text: str, hints: int) -> None:
    found = parse(text).errors
    assert [each.severity for each in found] == [Severity.HINT] * hints
    edits = [edit for each in found for edit in each.fixes[0].edits]
    assert not parse(apply_edits(text, edits)).errors


@pytest.mark.parametrize(
    "text", ["a = ; 1", "IF a = 1; THEN b = 1", "x = F(1; 2)", "INPUTS ARE; a"]
)
def test_a_semicolon_inside_a_statement_is_one_error(text: str) -> None:
    assert len(errors(text)) == 1


def test_a_text_over_lines_is_only_a_warning() -> None:
    (found,) = parse("a = 'one\ntwo'").errors
    assert found.severity is Severity.WARNING
    assert not found.code.startswith("syntax")
