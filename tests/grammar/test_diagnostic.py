"""How mistakes are drawn for a terminal."""

import pytest
from fastformula import Diagnostic, Fix, Severity, Span
from fastformula.diagnostic import render


def draw(text: str, start: int, end: int, *fixes: Fix) -> list[str]:
    diagnostic = Diagnostic("syntax-x", Severity.ERROR, Span(start, end), "No.", fixes)
    return render(text, [diagnostic], "f.ff").split("\n")


@pytest.mark.parametrize(
    ("text", "start", "end", "head", "line", "carets"),
    [
        ("x = ", 2, 3, "1:3", "x = ", "  ^"),
        ("a\nbb = 1\n", 2, 4, "2:1", "bb = 1", "^^"),
        ("a\r\nbb = 1\r\n", 3, 5, "2:1", "bb = 1", "^^"),
        # A tab stays one, so that the carets stand below what they mean.
        ("\tx\t= 1", 3, 4, "1:4", "\tx\t= 1", "\t \t^"),
        # One column per code point, as every position counts.
        ("'😀' x", 4, 5, "1:5", "'😀' x", "    ^"),
        # An empty place still gets a caret, also behind the last character.
        ("x =", 3, 3, "1:4", "x =", "   ^"),
        ("x =\n", 4, 4, "2:1", "", "^"),
        ("", 0, 0, "1:1", "", "^"),
        # What runs over several lines is marked to the end of its first.
        ("'ab\ncd'", 0, 7, "1:1", "'ab", "^^^"),
    ],
)
def test_carets_stand_below_what_is_wrong(
    text: str, start: int, end: int, head: str, line: str, carets: str
) -> None:
    drawn = draw(text, start, end)
    assert drawn[0] == f"f.ff:{head}: error: No. [syntax-x]"
    assert drawn[1:3] == ["    " + line, "    " + carets]


def test_the_first_fix_is_named() -> None:
    fixes = Fix("Do this", ()), Fix("Or that", ())
    assert draw("x", 0, 1, *fixes)[3] == "    fix: Do this"
    assert "Or that" not in "".join(draw("x", 0, 1, *fixes))


def test_mistakes_are_drawn_apart() -> None:
    one = Diagnostic("a", Severity.HINT, Span(0, 1), "One.")
    two = Diagnostic("b", Severity.WARNING, Span(1, 2), "Two.")
    assert render("xy", [one, two], "p") == (
        "p:1:1: hint: One. [a]\n    xy\n    ^\n"
        "\n"
        "p:1:2: warning: Two. [b]\n    xy\n     ^\n"
    )
    assert render("xy", [], "p") == ""
