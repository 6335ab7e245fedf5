"""Names of formulas and of what they are handed, where they are called."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fastformula import Parsed, apply_edits, parse
from fastformula.analysis import analyze
from fastformula.editor.formula_names import (
    find_calls,
    find_formula_name,
    find_header_name,
)
from fastformula.editor.formula_renaming import (
    Parameter,
    find_parameter,
    find_passed,
    read_formula_name,
    rename_formula,
)
from fastformula.editor.navigation import find_occurrences
from fastformula.editor.rename import Refusal, Renamable, prepare_rename, rename

Sample = Callable[[str], tuple[Parsed, int]]

CALLS = """\
/* Formula Name: Acme Pay */
CALL_FORMULA('ACME_RATE', 1 > 'HOURS', 2 > 'RATE', l_rate < 'RATE')
SET_INPUT('HOURS', 1) SET_INPUT('OTHER', 2) EXECUTE('acme_rate')
l_rate = GET_OUTPUT('RATE', 0)
CALL_FORMULA('OTHER', 1 > 'HOURS')
EXECUTE('ACME_PAY')
EXECUTE(l_name)
RETURN l_rate
"""


@pytest.mark.parametrize(
    ("formula", "name", "written"),
    [
        ("/* 😀 */ CALL_FORMULA('ACME$0_Rate')", "ACME_RATE", "ACME_Rate"),
        ("EXECUTE($0'rate')", "RATE", "rate"),
        ("EXECUTE('rate'$0)", "RATE", "rate"),
        ("/* Formula Name: Acme$0 Pay */\nRETURN x", "ACME_PAY", "Acme Pay"),
        ("CALL_FORMULA('RATE', 1 > 'HO$0URS')", None, ""),
        ("l_name = 'RA$0TE' EXECUTE(l_name)", None, ""),
        ("/* Formula $0Name: Acme Pay */\nRETURN x", None, ""),
        ("EXECUTE($0", None, ""),
    ],
)
def test_a_formula_is_named_where_it_is_called_and_in_its_header(
    sample: Sample, formula: str, name: str | None, written: str
) -> None:
    parsed, offset = sample(formula)
    analysis = analyze(parsed)
    found = find_formula_name(analysis, offset)
    assert (found and found.name) == name
    prepared = prepare_rename(analysis, offset)
    assert prepared == (found and Renamable(found.span, written))
    if found is not None:
        assert isinstance(rename(analysis, offset, "X"), Refusal)


def test_a_formula_gets_another_name_where_it_is_called() -> None:
    analysis = analyze(parse(CALLS))
    own = find_header_name(CALLS)
    edits = rename_formula(find_calls(analysis), own, "ACME_RATE", "Tax")
    renamed = apply_edits(CALLS, edits)
    assert renamed == CALLS.replace("'ACME_RATE'", "'Tax'").replace(
        "'acme_rate'", "'Tax'"
    )
    edits = rename_formula(find_calls(analysis), own, "ACME_PAY", "PAY")
    assert apply_edits(CALLS, edits) == CALLS.replace("Acme Pay", "PAY").replace(
        "ACME_PAY", "PAY"
    )
    assert rename_formula(find_calls(analysis), None, "NOBODY", "X") == ()


@pytest.mark.parametrize(
    ("new", "meant"),
    [
        ("ACME_TAX", "ACME_TAX"),
        (" acme tax ", "acme_tax"),
        ("", None),
        ("1st", None),
        ("a'b", None),
        ("a/b", None),
        ("a\nb", None),
        ("x" * 256, None),
    ],
)
def test_a_name_of_a_formula_can_be_that_of_a_file(new: str, meant: str | None) -> None:
    found = read_formula_name(new)
    assert (None if isinstance(found, Refusal) else found) == meant


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("INPUTS ARE $0hours RETURN x", Parameter("HOURS", True, False)),
        ("INPUTS ARE hours x = h$0ours", Parameter("HOURS", True, False)),
        ("x = 1 y = $0x RETURN x", Parameter("X", False, True)),
        ("INPUTS ARE x x = x + 1 RETURN $0x", Parameter("X", True, True)),
        (
            "ALIAS PER_ASG_GRADE_NAME AS g RETURN $0g",
            Parameter("G", False, True),
        ),
        ("ALIAS PER_ASG_GRADE_NAME AS g x = PER_ASG$0_GRADE_NAME RETURN g", None),
        ("l_x = 1 y = $0l_x RETURN y", None),
        ("x = GET_CONTEXT(PERSON$0_ID, 0) RETURN x", None),
        ("x = ROU$0ND(1)", None),
    ],
)
def test_callers_know_inputs_and_what_is_returned(
    sample: Sample, formula: str, expected: Parameter | None
) -> None:
    parsed, offset = sample(formula)
    assert find_parameter(analyze(parsed), offset) == expected


@pytest.mark.parametrize(
    ("parameter", "formulas", "lines"),
    [
        (Parameter("HOURS", True, False), {"ACME_RATE"}, [2, 3]),
        (Parameter("RATE", True, False), {"ACME_RATE"}, [2]),
        (Parameter("RATE", False, True), {"ACME_RATE"}, [2, 4]),
        (Parameter("RATE", True, True), {"ACME_RATE"}, [2, 2, 4]),
        (Parameter("HOURS", False, True), {"ACME_RATE"}, []),
        (Parameter("HOURS", True, False), {"OTHER", "RATE"}, [5]),
        (Parameter("HOURS", True, False), set(), []),
    ],
)
def test_a_parameter_is_found_in_the_calls_of_its_formula(
    parameter: Parameter, formulas: set[str], lines: list[int]
) -> None:
    spans = find_passed(find_calls(analyze(parse(CALLS))), formulas, parameter)
    assert {each.text_in(CALLS) for each in spans} <= {f"'{parameter.name}'"}
    assert [CALLS.count("\n", 0, each.start) + 1 for each in spans] == lines


def test_all_places_of_a_formula_are_lit(sample: Sample) -> None:
    parsed, offset = sample(CALLS.replace("'ACME_PAY'", "'ACME$0_PAY'"))
    found = find_occurrences(analyze(parsed), offset)
    assert found is not None
    words = [(each.span.text_in(CALLS), each.role) for each in found.references]
    assert words == [("Acme Pay", "declared"), ("ACME_PAY", "read")]
    assert found.span == found.references[1].span
