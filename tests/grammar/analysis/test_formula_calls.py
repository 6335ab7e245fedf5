"""Calls of other formulas, both ways to write them; what a formula is to others."""

import pytest
from fastformula import parse
from fastformula.analysis import Analysis, analyze, summarise


def read(text: str) -> Analysis:
    parsed = parse(text)
    assert not parsed.errors
    return analyze(parsed)


def test_call_formula_says_what_goes_in_and_what_comes_out() -> None:
    text = (
        "INPUTS ARE hours CALL_FORMULA('Rate converter', hours > 'Amount', > 'UNSET',"
        " rate < 'RESULT' DEFAULT 0, note < 'NOTE' DEFAULT ' ') RETURN rate, note"
    )
    (call,) = read(text).formula_calls
    assert call.formula == "RATE CONVERTER"
    assert [(each.name, each.type) for each in call.inputs] == [
        ("AMOUNT", "NUMBER"),
        ("UNSET", None),
    ]
    assert [(each.name, each.type) for each in call.outputs] == [
        ("RESULT", "NUMBER"),
        ("NOTE", "TEXT"),
    ]


@pytest.mark.parametrize(
    ("inputs", "outputs", "text"),
    [
        (
            ["A", "B"],
            ["X", "Y"],
            "SET_INPUT('A', 1) SET_INPUT('B') EXECUTE('F')"
            " x = GET_OUTPUT('X', 0) y = GET_OUTPUT('Y', ' ') RETURN x, y",
        ),
        # What a branch sets may be set.
        (
            ["A"],
            ["X"],
            "INPUTS ARE c IF c = 1 THEN SET_INPUT('A', 1) EXECUTE('F')"
            " IF c = 2 THEN x = GET_OUTPUT('X', 0) RETURN x",
        ),
        # Here nobody can tell which formula was called last.
        (
            [],
            [],
            "INPUTS ARE c IF c = 1 THEN EXECUTE('F') x = GET_OUTPUT('X', 0) RETURN x",
        ),
    ],
)
def test_set_input_execute_and_get_output_are_one_call(
    inputs: list[str], outputs: list[str], text: str
) -> None:
    (call,) = read(text).formula_calls
    assert call.formula == "F"
    assert [each.name for each in call.inputs] == inputs
    assert [each.name for each in call.outputs] == outputs


def test_a_computed_name_is_no_name() -> None:
    (call,) = read("INPUTS ARE f (TEXT) EXECUTE(f || 'X')").formula_calls
    assert call.formula is None


def test_the_working_storage_area() -> None:
    text = (
        "WSA_SET('Rates', EMPTY_NUMBER_TEXT) IF WSA_EXISTS('RATES') THEN"
        " r = WSA_GET('rates', EMPTY_NUMBER_TEXT) WSA_DELETE('RATES') WSA_DELETE"
    )
    assert [(use.operation, use.item, use.type) for use in read(text).storage] == [
        ("set", "RATES", "NUMBER_TEXT"),
        ("exists", "RATES", None),
        ("get", "RATES", "NUMBER_TEXT"),
        ("delete", "RATES", None),
        ("delete", None, None),
    ]


def test_what_others_need_to_know() -> None:
    text = (
        "DEFAULT FOR rate IS 0 INPUTS ARE hours, rate, note (TEXT)"
        " EXECUTE('OTHER') WSA_SET('A', 1) WSA_DELETE('B')"
        " pay = hours * rate RETURN pay, note, never"
    )
    signature = summarise(read(text), "Night premium", "night.ff")
    assert signature.name == "NIGHT PREMIUM"
    assert signature.inputs == {"HOURS": "NUMBER", "RATE": "NUMBER", "NOTE": "TEXT"}
    assert signature.optional == {"RATE"}
    assert signature.outputs == {"PAY": "NUMBER", "NOTE": "TEXT", "NEVER": None}
    assert signature.calls == {"OTHER"}
    assert (signature.stored, signature.deleted) == ({"A"}, {"B"})
    assert not signature.deletes_all
