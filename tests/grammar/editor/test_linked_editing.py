"""Typing in a name at all its places at once."""

from collections.abc import Callable

import pytest
from fastformula import Parsed
from fastformula.analysis import analyze
from fastformula.editor.linked_editing import find_linked

Sample = Callable[[str], tuple[Parsed, int]]


@pytest.mark.parametrize(
    "expected",
    [
        "/* 😀 l_pay */ [l_pay] = 1 x = [l_$0pay] + 1 RETURN [l_pay]",
        "DEFAULT FOR [h] IS 0 INPUTS ARE [h$0] x = [h] + 1 RETURN x",
        # One place alone, other spellings, quotes, and what has a name of Oracle's
        "l_p$0ay = 1",
        "l_pay = 1 x = L_P$0AY RETURN l_pay",
        '"p$0ay" = 1 x = "pay" RETURN x',
        "x = PER_ASG_GR$0ADE_NAME y = PER_ASG_GRADE_NAME",
        "ALIAS PER_ASG_GRADE_NAME AS g x = $0g y = g",
        "x = ROU$0ND(1, 2) y = ROUND(1, 2)",
        "x = 1 $0 y = x",
    ],
)
def test_the_places_that_are_typed_at_together(sample: Sample, expected: str) -> None:
    parsed, offset = sample(expected.replace("[", "").replace("]", ""))
    text = parsed.text[:offset] + "$0" + parsed.text[offset:]
    for start, end in reversed(find_linked(analyze(parsed), offset)):
        start, end = (at + 2 * (at > offset) for at in (start, end))
        end += 2 * (end == offset)
        text = f"{text[:start]}[{text[start:end]}]{text[end:]}"
    assert text == expected
