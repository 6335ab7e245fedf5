"""Names that are declared, assigned or returned for nothing, and where they are not."""

from __future__ import annotations

import pytest
from fastformula import parse
from fastformula.analysis import Environment, analyze
from fastformula.diagnostic import Diagnostic
from fastformula.linter import lint
from fastformula.text import apply_edits


def found(rule: str, text: str, formula_type: str = "") -> list[Diagnostic]:
    environment = Environment(formula_type=formula_type)
    return [x for x in lint(analyze(parse(text), environment)) if x.code == rule]


def marked(rule: str, text: str) -> list[str]:
    return [each.span.text_in(text) for each in found(rule, text)]


@pytest.mark.parametrize(
    ("rule", "text", "expected"),
    [
        ("unused-local", "a = 1 b = a RETURN b", []),
        ("unused-local", "a = 1 RETURN", ["a"]),
        ("unused-local", "a = 1 a = 2 RETURN", ["a"]),
        ("unused-local", "a[1] = 1 RETURN", ["a"]),
        ("unused-local", "a = 1 b = -1 c = 'x' RETURN", ["a"]),
        ("unused-local", "x = 1 a = x b = x + 1 RETURN", ["a", "b"]),
        ("unused-local", "a[1] = 1 b = a.COUNT RETURN b", []),
        ("unused-local", "a = 1 a = a + 1 RETURN", []),
        ("unused-local", "l_log = ESS_LOG_WRITE('on') RETURN", []),
        ("unused-local", "l = 0 l = ADD_RLOG(1, 2, 'on') RETURN", []),
        ("unused-local", "x = XX_SET_FLAG('on') RETURN", []),
        ("unused-local", "a = UPPER('on') RETURN", ["a"]),
        ("unused-local", "a = WSA_GET('on', 0) RETURN", ["a"]),
        ("unused-local", "a = GET_CONTEXT(PERSON_ID, 0) RETURN", ["a"]),
        ("unused-local", "CALL_FORMULA('F', a < 'A' DEFAULT 0) RETURN", []),
        ("unused-local", "a = 1 CALL_FORMULA('F', a > 'A') RETURN", []),
        ("unused-local", "a = 1 WSA_SET('a', a) RETURN", []),
        ("unused-local", "a = 1 RETURN b c = ", []),
        ("unused-input", "INPUTS ARE a, b x = a RETURN x", ["b"]),
        ("unused-input", "INPUTS ARE a, b, c RETURN", ["a"]),
        ("unused-input", "DEFAULT FOR b IS 0 INPUTS ARE b RETURN", ["b"]),
        ("unused-input", "INPUTS ARE a RETURN a", []),
        ("unused-input", "INPUTS ARE a a = 1 RETURN", []),
        ("unused-input", "INPUTS ARE a IF a WAS DEFAULTED THEN x = 1 RETURN x", []),
        ("unused-default", "DEFAULT FOR PER_ASG_ID IS 0 RETURN", ["PER_ASG_ID"]),
        (
            "unused-default",
            "DEFAULT FOR PER_ASG_ID IS 0 DEFAULT FOR PER_PER_ID IS 0 RETURN",
            ["PER_ASG_ID"],
        ),
        ("unused-default", "DEFAULT FOR a IS 0 x = a RETURN x", []),
        ("unused-default", "DEFAULT FOR a IS 0 INPUTS ARE a RETURN", []),
        ("unused-default", "DEFAULT FOR a IS 0 a = 1 RETURN a", []),
        (
            "unused-default",
            "ALIAS PER_ASG_ID AS i DEFAULT FOR PER_ASG_ID IS 0 x = i RETURN x",
            [],
        ),
        ("unused-alias", "ALIAS PER_ASG_ID AS i x = PER_ASG_ID RETURN x", ["i"]),
        ("unused-alias", "ALIAS PER_ASG_ID AS i x = I RETURN x", []),
        ("unused-alias", "ALIAS PER_ASG_ID AS i DEFAULT FOR i IS 0 RETURN", []),
        ("unused-alias", "ALIAS PER_ASG_ID AS i IF i WAS DEFAULTED THEN RETURN", []),
        ("unassigned-return", "total_pay = 1 RETURN total_pya", ["total_pya"]),
        ("unassigned-return", "RETURN message", ["message"]),
        ("unassigned-return", "IF 1 = 2 THEN a = 1 RETURN a", []),
        ("unassigned-return", "INPUTS ARE a RETURN a", []),
        ("unassigned-return", "DEFAULT FOR a IS 1 RETURN a", []),
        ("unassigned-return", "CALL_FORMULA('F', a < 'A' DEFAULT 0) RETURN a", []),
        ("unreachable-code", "RETURN a = 1 b = 2", ["a = 1 b = 2"]),
        (
            "unreachable-code",
            "IF 1 = 1 THEN (RETURN a = 1) ELSE (RETURN) b = 1",
            ["a = 1", "b = 1"],
        ),
        ("unreachable-code", "WHILE 1 = 1 LOOP (EXIT a = 1) b = 1 RETURN", ["a = 1"]),
        (
            "unreachable-code",
            "RETURN IF 1 = 1 THEN (a = 1 b = 2)",
            ["IF 1 = 1 THEN (a = 1 b = 2)"],
        ),
        ("unreachable-code", "IF 1 = 1 THEN RETURN a = 1 RETURN a", []),
        ("unreachable-code", "WHILE 1 = 1 LOOP (RETURN) a = 1 RETURN a", []),
        ("unreachable-code", "WHILE 1 = 1 LOOP (IF 1 = 1 THEN EXIT a = 1) RETURN", []),
        ("missing-return", "a = 1", ["1"]),
        ("missing-return", "IF 1 = 1 THEN (RETURN)", [")"]),
        ("missing-return", "WHILE 1 = 1 LOOP (RETURN)", [")"]),
        ("missing-return", "IF 1 = 1 THEN (RETURN) ELSE RETURN", []),
        ("missing-return", "CHANGE_CONTEXTS(PAYROLL_ID = 1) (RETURN)", []),
        ("missing-return", "DEFAULT FOR a IS 0", []),
        ("missing-return", "a = 1 RETURN", []),
        ("missing-return", "", []),
    ],
)
def test_a_rule_marks_this(rule: str, text: str, expected: list[str]) -> None:
    assert marked(rule, text) == expected


def test_what_the_formula_type_takes_back_is_no_unused_local() -> None:
    text = "include_flag = 'Y' RETURN"
    assert found("unused-local", text)
    assert not found("unused-local", text, "Payroll Relationship Group")


def mended(rule: str, text: str, formula_type: str = "") -> str:
    (diagnostic,) = found(rule, text, formula_type)
    return apply_edits(text, diagnostic.fixes[0].edits)


def test_a_fix_takes_out_whole_lines_and_all_that_belongs_together() -> None:
    text = "DEFAULT FOR b IS 0\nINPUTS ARE a,\n  b,\n  c\nx = a + c\nRETURN x\n"
    assert mended("unused-input", text) == "INPUTS ARE a,\n  c\nx = a + c\nRETURN x\n"
    text = "INPUTS ARE a, b\nx = b\nRETURN x\n"
    assert mended("unused-input", text) == "INPUTS ARE b\nx = b\nRETURN x\n"
    text = "DEFAULT FOR PER_ASG_ID IS 0\r\nDEFAULT FOR PER_PER_ID IS 0\r\nRETURN"
    assert mended("unused-default", text) == "RETURN"
    text = "a = 1\nx = 2\na = 3\nRETURN x"
    assert mended("unused-local", text) == "x = 2\nRETURN x"


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("unused-local", "IF 1 = 1 THEN a = 1 RETURN"),
        ("unused-local", "a = UPPER('x') RETURN"),
        ("unused-input", "INPUTS ARE a, /* the rate */ b x = a RETURN x"),
    ],
)
def test_no_fix_where_taking_it_out_would_break_something(rule: str, text: str) -> None:
    (diagnostic,) = found(rule, text)
    assert diagnostic.fixes == ()


def test_a_returned_name_that_the_type_knows_stays() -> None:
    text = "REFERENCE_DATE = 1\nRETURN REFERENCEDATE"
    mended_here = "REFERENCE_DATE = 1\nRETURN REFERENCE_DATE"
    assert mended("unassigned-return", text) == mended_here
    kind = "Global Absence Plan Roll Forward Start"
    mended_there = "REFERENCEDATE = 1\nRETURN REFERENCEDATE"
    assert mended("unassigned-return", text, kind) == mended_there


def test_a_misspelt_return_is_told_once() -> None:
    text = "total_pay = 1 RETURN total_pya"
    assert [each.code for each in lint(analyze(parse(text)))] == ["unassigned-return"]
