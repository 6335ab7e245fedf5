"""Which arguments a function takes, while they are typed."""

from collections.abc import Callable

import pytest
from fastformula import Parsed
from fastformula.analysis import analyze
from fastformula.editor.signature_help import help_with_signature

Sample = Callable[[str], tuple[Parsed, int]]


@pytest.mark.parametrize(
    ("function", "parameter", "formula"),
    [
        ("ROUND", "m: NUMBER", "x = ROUND($01, 2)"),
        ("ROUND", "[n: NUMBER]", "/* 😀 */ x = round(1, $02)"),
        ("ROUND", "[n: NUMBER]", "x = ROUND(1,$0"),
        ("ROUND", "[n: NUMBER]", "x = ROUND(ABS(-1), $0"),
        ("ABS", "n: NUMBER", "x = ROUND(ABS($0"),
        ("ROUND", "[n: NUMBER]", "x = ROUND((1 + 2) * 3, $0) y = 1"),
        ("SUBSTR", "expr: TEXT", "x = SUBSTR('a, b$0', 1)"),
        ("GREATEST", "m: NUMBER, ...", "x = GREATEST(1, 2, 3, $04)"),
        ("GREATEST", "b: TEXT, ...", "x = GREATEST('a', 'b', $0'c')"),
        ("ROUND", "d: DATE", "INPUTS ARE d (DATE) x = ROUND($0d)"),
        ("FIRST", "[default: INDEX]", "INPUTS ARE a (TEXT_NUMBER) x = a.FIRST($0"),
        ("NEXT", "default: INDEX", "INPUTS ARE a (TEXT_NUMBER) x = a.NEXT(1, $0"),
        ("WSA_EXISTS", "[type: TEXT]", "IF WSA_EXISTS('A', $0"),
        ("GET_CONTEXT", "default: ANY", "x = GET_CONTEXT(PERSON_ID, $0"),
    ],
)
def test_the_parameter_under_the_cursor_is_shown(
    sample: Sample, function: str, parameter: str, formula: str
) -> None:
    parsed, offset = sample(formula)
    found = help_with_signature(analyze(parsed), offset)
    assert found is not None
    signature = found.signatures[found.active]
    assert signature.label.removeprefix("array.").startswith(function)
    assert signature.parameters[found.argument].text_in(signature.label) == parameter


@pytest.mark.parametrize(
    "formula",
    [
        "$0x = ROUND(1, 2)",
        "x = ROUND$0(1, 2)",
        "x = ROUND(1, 2)$0",
        "x = (1 + $02)",
        "x = a[$01]",
        "x = UNKNOWN_F($01)",
        "IF ($0x = 1) THEN y = 1",
        "$0",
    ],
)
def test_elsewhere_nothing_is_shown(sample: Sample, formula: str) -> None:
    parsed, offset = sample(formula)
    assert help_with_signature(analyze(parsed), offset) is None
