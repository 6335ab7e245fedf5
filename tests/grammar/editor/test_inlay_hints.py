"""What the text does not say, shown in it."""

import re

import pytest
from fastformula import parse
from fastformula.analysis import analyze
from fastformula.editor.inlay_hints import hint
from fastformula.text import Span


def shown(text: str, span: Span | None = None) -> str:
    """The text with its hints in braces."""
    hints = hint(analyze(parse(text)), span or Span(0, len(text)))
    for each in reversed(hints):
        text = text[: each.offset] + "{" + each.label + "}" + text[each.offset :]
    return text


@pytest.mark.parametrize(
    "expected",
    [
        "/* 😀 */ x{: TEXT} = TO_CHAR(1) x = 'a'",
        "INPUTS ARE d (DATE) x{: DATE} = ADD_DAYS(d, 1)",
        "INPUTS ARE a (TEXT_NUMBER) x{: TEXT_NUMBER} = a y{: TEXT} = a[1]",
        "x{: TEXT} = SUBSTR({expr:}'abc', {m:}1, {n:}2)",
        "DEFAULT FOR h IS 1.5 INPUTS ARE h IF h WAS DEFAULTED{: 1.5} THEN x = 1",
        "DEFAULT FOR h IS 0 INPUTS ARE h IF h WAS NOT DEFAULTED{: 0} THEN x = 1",
        # What the eye sees anyway
        "x = 1 y = 'a' z (NUMBER) = x + 1",
        "DEFAULT FOR x IS 0 x = ABS(1)",
        "x{: NUMBER} = ROUND(1.5, 2)",
        "INPUTS ARE t (TEXT), i, n x{: TEXT} = SUBSTR(t, i, n)",
        "x = XX_BONUS_ASG_RUN",
        "x{: NUMBER} = GREATEST({n:}1, 2, 3)",
    ],
)
def test_hints(expected: str) -> None:
    assert shown(re.sub(r"\{[^}]*\}", "", expected)) == expected


def test_only_what_is_asked_for_is_hinted() -> None:
    text = "x = ABS(1) y = ABS(2)"
    assert shown(text, Span(0, 10)) == "x{: NUMBER} = ABS(1) y = ABS(2)"
