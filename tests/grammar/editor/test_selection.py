"""Growing a selection step by step."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from fastformula import Parsed, parse
from fastformula.editor.selection import grow

Sample = Callable[[str], tuple[Parsed, int]]


@pytest.mark.parametrize(
    ("formula", "steps"),
    [
        (
            "/* 😀 */ x = 1 IF a = 1 THEN (y = f($0b + 1) * 2)",
            [
                "b",
                "b + 1",
                "f(b + 1)",
                "f(b + 1) * 2",
                "y = f(b + 1) * 2",
                "(y = f(b + 1) * 2)",
                "IF a = 1 THEN (y = f(b + 1) * 2)",
                "/* 😀 */ x = 1 IF a = 1 THEN (y = f(b + 1) * 2)",
            ],
        ),
        ("x = 'a b$0c'", ["'a bc'", "x = 'a bc'"]),
        ("x = 1 /* so$0 */ y = 2", ["/* so */", "x = 1 /* so */ y = 2"]),
        ("INPUTS ARE a, b$0 (TEXT)", ["b", "b (TEXT)", "INPUTS ARE a, b (TEXT)"]),
        ("$0", [""]),
    ],
)
def test_each_step_holds_the_one_before(
    sample: Sample, formula: str, steps: list[str]
) -> None:
    parsed, offset = sample(formula)
    assert [span.text_in(parsed.text) for span in grow(parsed, offset)] == steps


def test_every_offset_has_an_answer(own_formulas: dict[str, str]) -> None:
    for text in own_formulas.values():
        parsed = parse(text)
        for offset in range(0, len(text) + 1, 11):
            spans = grow(parsed, offset)
            assert spans[-1] == (0, len(text))
            for inner, outer in pairwise(spans):
                assert outer.start <= inner.start <= inner.end <= outer.end
                assert inner != outer
