"""What one formula hands to another is compared with what that one takes and gives."""

from __future__ import annotations

import pytest
from fastformula import parse
from fastformula.analysis import Environment, analyze, summarise
from fastformula.diagnostic import Diagnostic
from fastformula.linter import lint
from fastformula.text import apply_edits
from fastformula_server.library import FormulaLibrary

CALLED = {
    "RATE": "DEFAULT FOR grade IS ' ' INPUTS ARE grade (TEXT), hours"
    " rate = 12 IF grade = 'A' AND hours > 1 THEN rate = 13 RETURN rate, total",
    "BACK": "EXECUTE('EXAMPLE') RETURN",
    "ROUND_1": "EXECUTE('ROUND_2') RETURN",
    "ROUND_2": "EXECUTE('ROUND_1') RETURN",
    **{f"DEEP_{at}": f"EXECUTE('DEEP_{at + 1}') RETURN" for at in range(1, 12)},
}


def found(text: str, *, alone: bool = False) -> list[Diagnostic]:
    signatures = [
        summarise(analyze(parse(each)), name, f"{name}.ff")
        for name, each in CALLED.items()
    ]
    library = FormulaLibrary(signatures[:1] if alone else signatures)
    environment = Environment(formula_name="EXAMPLE", library=library)
    return [
        each
        for each in lint(analyze(parse(text), environment))
        if each.code.startswith(("called-", "call-", "recursive-"))
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CALL_FORMULA('RATE', 1 > 'HOURS', x < 'RATE' DEFAULT 0)", []),
        ("CALL_FORMULA('rate', 1 > 'hours', 'A' > 'Grade', x < 'rate' DEFAULT 0)", []),
        ("SET_INPUT('HOURS', 1) EXECUTE('RATE') x = GET_OUTPUT('RATE', 0)", []),
        ("CALL_FORMULA('RATE', 1 > 'HUORS')", ["called-input 'HUORS'"]),
        (
            "CALL_FORMULA('RATE', 1 > 'HOURS', 2 > 'MINUTES')",
            ["called-input 'MINUTES'"],
        ),
        ("CALL_FORMULA('RATE', 'A' > 'GRADE')", ["called-input 'RATE'"]),
        ("EXECUTE('RATE')", ["called-input 'RATE'"]),
        # A context may be set for the call.
        ("CALL_FORMULA('RATE', 1 > 'HOURS', 2 > 'PAYROLL_ID')", []),
        # Nobody knows what a computed name is.
        ("n = 'HUORS' CALL_FORMULA('RATE', 1 > n)", []),
        ("n = 'RATE' CALL_FORMULA(n, 1 > 'HUORS', x < 'NONE' DEFAULT 0)", []),
        ("CALL_FORMULA('OTHER', 1 > 'HUORS', x < 'NONE' DEFAULT 0)", []),
        (
            "CALL_FORMULA('RATE', 1 > 'HOURS', x < 'RTAE' DEFAULT 0)",
            ["called-output 'RTAE'"],
        ),
        (
            "SET_INPUT('HOURS', 1) EXECUTE('RATE') x = GET_OUTPUT('AMOUNT', 0)",
            ["called-output 'AMOUNT'"],
        ),
        ("CALL_FORMULA('RATE', 'A' > 'HOURS')", ["called-type 'A'"]),
        (
            "CALL_FORMULA('RATE', 1 > 'HOURS', x < 'RATE' DEFAULT ' ')",
            ["called-type ' '"],
        ),
        (
            "x = ' ' CALL_FORMULA('RATE', 1 > 'HOURS', x < 'RATE')",
            ["called-type x"],
        ),
        # That formula says nothing of the type.
        ("CALL_FORMULA('RATE', 1 > 'HOURS', x < 'TOTAL' DEFAULT ' ')", []),
        ("EXECUTE('EXAMPLE')", ["recursive-call 'EXAMPLE'"]),
        ("EXECUTE('BACK')", ["recursive-call 'BACK'"]),
        # They call each other, which is told there.
        ("EXECUTE('ROUND_1')", []),
        ("EXECUTE('DEEP_1')", ["call-depth 'DEEP_1'"]),
        ("EXECUTE('DEEP_2')", ["call-depth 'DEEP_2'"]),
        ("EXECUTE('DEEP_3')", []),
    ],
)
def test_a_call_is_compared_with_the_called_formula(
    text: str, expected: list[str]
) -> None:
    text += " RETURN"
    marked = [f"{each.code} {each.span.text_in(text)}" for each in found(text)]
    assert marked == expected


def test_the_way_back_is_told() -> None:
    (diagnostic,) = found("EXECUTE('BACK') RETURN")
    assert "from EXAMPLE to BACK to EXAMPLE" in diagnostic.message


def test_a_near_name_is_offered() -> None:
    text = "CALL_FORMULA('RATE', 1 > 'huors') RETURN"
    (diagnostic,) = found(text)
    mended = apply_edits(text, diagnostic.fixes[0].edits)
    assert mended == text.replace("huors", "HOURS")
    assert found(mended) == []


def test_a_single_file_is_not_judged() -> None:
    assert found("CALL_FORMULA('RATE', 1 > 'HUORS') RETURN", alone=True) == []
