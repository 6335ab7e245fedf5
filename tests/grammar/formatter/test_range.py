"""A range: the statements that it touches, and nothing else."""

from __future__ import annotations

import pytest
from fastformula import Span, parse
from fastformula.formatter import Style, format_range

TEXT = """\
a=1
/* c */
   b=2   /* d */
if x=1 then
(
  y=1
      z=2
)
c=3
"""


def formatted(first: str, last: str) -> str:
    span = Span(TEXT.index(first), TEXT.index(last) + len(last))
    return format_range(parse(TEXT), Style(), span).text


@pytest.mark.parametrize(
    ("first", "last", "before", "after"),
    [
        ("a=1", "a=1", "a=1", "a = 1"),
        ("=2", "=2", "   b=2", "b = 2"),
        ("z", "z", "      z=2", "  z = 2"),
        ("y=1", "z=2", "  y=1\n      z=2", "  y = 1\n  z = 2"),
        ("c=3", "c=3", "c=3", "c = 3"),
        ("/* c", "c */", "", ""),
        (
            "if",
            "if",
            "if x=1 then\n(\n  y=1\n      z=2\n)",
            "IF x = 1 THEN\n(\n  y = 1\n  z = 2\n)",
        ),
    ],
)
def test_only_what_is_touched_changes(
    first: str, last: str, before: str, after: str
) -> None:
    assert formatted(first, last) == TEXT.replace(before, after)


def test_the_whole_range_gives_the_whole_layout() -> None:
    text = "a=1\n\n\n\n\nb=2\n"
    whole = format_range(parse(text), Style(), Span(0, len(text)))
    assert whole.text == "a = 1\n\n\nb = 2\n"
