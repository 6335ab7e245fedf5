"""Misspelt names are seen, and names that differ on purpose are not."""

from __future__ import annotations

import pytest
from fastformula import parse
from fastformula.analysis import Environment, analyze
from fastformula.diagnostic import Diagnostic, Severity
from fastformula.linter import lint
from fastformula.linter.spelling import mistakes, nearest
from fastformula.text import apply_edits


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [
        ("TOTAL_PYA", "TOTAL_PAY", 1),
        ("L_OUTPTU", "L_OUTPUT", 1),
        ("IV_STARTDATE", "IV_START_DATE", 1),
        ("HOURS_WORKD", "HOURS_WORKED", 1),
        ("ENROLMNT_DATE", "ENROLLMENT_DATE", 2),
        ("L_RATE1", "L_RATE2", 0),
        ("L_START_DATE", "L_END_DATE", 0),
        ("REGULAR_ASG_YTD", "REGULAR_ASG_RUN", 0),
        ("ABSENCE_DAYS", "ABSENCE_HOURS", 0),
        ("L_A", "L_B", 0),
        ("GRADE", "GRADE_NAME", 0),
    ],
)
def test_mistakes_are_counted_in_letters(one: str, other: str, count: int) -> None:
    assert mistakes(one, other) == count
    assert mistakes(other, one) == count


def test_the_nearest_name_has_the_fewest_mistakes() -> None:
    assert nearest("L_GRADES", ["L_GARDES", "L_GRADE", "L_RATE"]) in (
        "L_GARDES",
        "L_GRADE",
    )
    assert nearest("L_GRADE", ["L_GRADE"]) == ""
    assert nearest("L_GRADE", []) == ""


def found(rule: str, text: str) -> list[Diagnostic]:
    return [each for each in lint(analyze(parse(text))) if each.code == rule]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = PER_ASG_GRADE_NAM RETURN a", ["PER_ASG_GRADE_NAM"]),
        ("a = PER_ASG_GRADE_NAME RETURN a", []),
        # Of an element of the author's own.
        ("a = XX_CAR_ALLOWANCE_ASG_RUN RETURN a", []),
        # Near to nothing.
        ("a = PER_ASG_XX_SPECIAL RETURN a", []),
        (
            "DEFAULT FOR PER_ASG_XX_CODE IS ' ' a = PER_ASG_XX_CDOE RETURN a",
            ["PER_ASG_XX_CDOE"],
        ),
        (
            "DEFAULT FOR PER_ASG_XX_CDOE IS ' ' INPUTS ARE PER_ASG_XX_CODE"
            " a = PER_ASG_XX_CODE RETURN a",
            ["PER_ASG_XX_CDOE"],
        ),
        # Both are used as if they were there.
        (
            "DEFAULT FOR XX_DAY_RATE IS 0 DEFAULT FOR XX_PAY_RATE IS 0"
            " a = XX_DAY_RATE + XX_PAY_RATE b = XX_DAY_RATE RETURN a, b",
            [],
        ),
    ],
)
def test_a_misspelt_item_is_marked(text: str, expected: list[str]) -> None:
    diagnostics = found("misspelt-item", text)
    assert [each.span.text_in(text) for each in diagnostics] == expected
    for each in diagnostics:
        mended = apply_edits(text, each.fixes[0].edits)
        assert not found("misspelt-item", mended)


def test_all_uses_of_a_misspelt_item_are_mended_at_once() -> None:
    text = (
        "DEFAULT FOR PER_PER_LAST_NMAE IS ' '\n"
        "IF PER_PER_LAST_NMAE WAS DEFAULTED THEN a = 1\nRETURN a"
    )
    (diagnostic,) = found("misspelt-item", text)
    assert diagnostic.severity is Severity.WARNING
    mended = apply_edits(text, diagnostic.fixes[0].edits)
    assert mended == text.replace("NMAE", "NAME")


def typed(rule: str, text: str, kind: str) -> list[str]:
    environment = Environment(formula_type=kind)
    diagnostics = lint(analyze(parse(text), environment))
    return [each.span.text_in(text) for each in diagnostics if each.code == rule]


@pytest.mark.parametrize(
    ("rule", "text", "expected"),
    [
        ("misspelt-input", "INPUTS ARE IV_STRAT_DATE RETURN", ["IV_STRAT_DATE"]),
        ("misspelt-input", "INPUTS ARE IV_START_DATE (DATE) RETURN", []),
        ("misspelt-input", "INPUTS ARE my_own_rate RETURN", []),
        ("misspelt-input", "INPUTS ARE IV_START_DATE, IV_START_DATES RETURN", []),
        ("unknown-return", "vaild = 'Y' RETURN vaild", ["vaild"]),
        ("unknown-return", "valid = 'Y' RETURN valid", []),
        ("unknown-return", "valid = 'Y' x = 1 RETURN valid, x", ["x"]),
        ("unknown-return", "valid = 'Y' debug_message = ' ' RETURN valid", []),
        ("missing-output", "valid = 'Y' RETURN", ["RETURN"]),
        ("missing-output", "valid = 'Y' vald = 1 RETURN vald", []),
        ("missing-output", "valid = 'Y' RETURN valid", []),
        ("missing-output", "valid = 'Y'", []),
        ("contract-type", "valid = 1 RETURN valid", ["valid"]),
        ("contract-type", "valid = 'Y' RETURN valid", []),
        ("contract-type", "INPUTS ARE IV_START_DATE (TEXT) RETURN", ["TEXT"]),
        ("contract-type", "INPUTS ARE IV_START_DATE (DATE) RETURN", []),
        ("contract-type", "INPUTS ARE my_own_rate (TEXT) RETURN", []),
        (
            "unavailable-context",
            "x = GET_CONTEXT(GRADE_ID, 0) RETURN",
            ["GRADE_ID"],
        ),
        ("unavailable-context", "x = GET_CONTEXT(PERSON_ID, 0) RETURN", []),
        (
            "unavailable-context",
            "CHANGE_CONTEXTS(GRADE_ID = 1) x = GET_CONTEXT(GRADE_ID, 0) RETURN",
            [],
        ),
        ("unavailable-context", "x = GET_CONTEXT(NO_SUCH_ONE, 0) RETURN", []),
    ],
)
def test_the_contract_of_absence_entry_validation(
    rule: str, text: str, expected: list[str]
) -> None:
    assert typed(rule, text, "Global Absence Entry Validation") == expected


@pytest.mark.parametrize(
    ("rule", "text", "kind"),
    [
        # Other names are normal, or Oracle's page only gives an example.
        ("unknown-return", "l = 1 RETURN l", "Oracle Payroll"),
        ("unknown-return", "l = 'Y' RETURN l", "Participation and Rate Eligibility"),
        # Only samples show the contract.
        ("unknown-return", "l = 1 RETURN l", "Global Absence Carryover"),
        (
            "contract-type",
            "carryover = 'Y' RETURN carryover",
            "Global Absence Carryover",
        ),
        # The list of contexts is deduced.
        ("unavailable-context", "x = GET_CONTEXT(PLAN_ID, 0) RETURN", "Oracle Payroll"),
        # Nobody says the type.
        ("unavailable-context", "x = GET_CONTEXT(PAYROLL_ID, 0) RETURN", ""),
        ("missing-output", "valid = 'Y' RETURN", ""),
    ],
)
def test_a_contract_goes_only_as_far_as_it_is_known(
    rule: str, text: str, kind: str
) -> None:
    assert typed(rule, text, kind) == []


def test_a_required_return_has_to_be_there() -> None:
    kind = "Payroll Relationship Group"
    assert typed("missing-output", "x = 1 RETURN x", kind) == ["RETURN"]
    assert typed("missing-output", "x = 1 IF x = 1 THEN RETURN RETURN", kind) == [
        "RETURN"
    ]


def test_what_follows_from_an_inferred_type_is_a_hint() -> None:
    text = (
        "INPUTS ARE IV_STRAT_DATE (DATE), IV_END_DATE (DATE)\n"
        "valid = 'Y' error_message = ' '\nRETURN valid, error_message"
    )
    (diagnostic,) = found("misspelt-input", text)
    assert diagnostic.severity is Severity.HINT
    stated = f"/* Formula Type: Global Absence Entry Validation */ {text}"
    (diagnostic,) = found("misspelt-input", stated)
    assert diagnostic.severity is Severity.WARNING
