"""Completions as they stand in the text, between ├ and ┤, and what is kept of them."""

import pytest
from fastformula_completion.filters import refusal, tidy

KEPT = [
    "a = ├1 + b┤\n",
    "a = 1\n├b = 2┤\n",
    "├IF a = 1 THEN\n  b = 2┤\nc = 3\n",
    "a = f(├x, y┤)\n",
    "l_log = F(1)\n├l_log = F(2)┤\n",
    # Equal lines, as a table of assignments has, are not yet a loop.
    "├a = 0\nb = 0\nc = 0┤\n",
    "x = '├aaaa┤'\n",
]
REFUSED = [
    ("a = f(1├)┤\n", "nothing but signs"),
    ("a = 1├ ┤\n", "nothing but signs"),
    ("a = b├,┤\n", "nothing but signs"),
    ("├b = 2┤\nb = 2\n", "repeats the next line"),
    ("├  B  = 2┤\n\n  b  = 2\n", "repeats the next line"),
    ("├b_total_amount = rate_of_pay * hours_worked┤\n"
     "b_total_amount = rate_of_pay * hours_works\n", "repeats the next line"),
    ("a = 1\n├a = 1┤\n", "repeats the line above"),
    ("a = 1\n\n├a = 1┤\n", "repeats the line above"),
    ("├a = 1\nb = 2\na = 1\nb = 2\na = 1┤\n", "repeats itself"),
    ("a = ├ababababababababab┤\n", "repeats itself"),
]  # fmt: skip


def split(marked: str) -> tuple[str, str, str]:
    before, rest = marked.split("├")
    middle, after = rest.split("┤")
    return before, middle, after


@pytest.mark.parametrize("marked", KEPT)
def test_kept(marked: str) -> None:
    before, middle, after = split(marked)
    assert tidy(before, middle) == middle
    assert refusal(before, middle, after) == ""


@pytest.mark.parametrize(("marked", "reason"), REFUSED)
def test_refused(marked: str, reason: str) -> None:
    assert refusal(*split(marked)) == reason


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("a = ├1  ┤\n", "1"),
        ("a = ├1\n\n┤\n", "1"),
        # On a blank line the text begins there, not one line further down.
        ("├\nb = 2┤\n", "b = 2"),
        ("  ├\n  b = 2┤\n", "b = 2"),
        ("├\n\r\nb = 2┤\n", "b = 2"),
        ("IF a = 1 THEN├\n  b = 2┤\n", "\n  b = 2"),
        ("├  b = 2┤\n", "  b = 2"),
    ],
)
def test_tidied(marked: str, expected: str) -> None:
    before, middle, _ = split(marked)
    assert tidy(before, middle) == expected
