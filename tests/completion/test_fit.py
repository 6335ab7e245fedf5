"""Which completions fit, at cursors marked ▮."""

import pytest
from fastformula import parse
from fastformula_completion.fit import Place, fits, open_place, trim_to_fit, trims

HEADER = "IF c = 1 THEN\n  ▮\nx = 1\n"


def place_of(marked: str) -> Place:
    assert marked.count("▮") == 1
    return open_place(marked.replace("▮", ""), marked.index("▮"))


FITS = [
    # Whole and half statements.
    ("a = ▮\n", "1", True),
    ("a = ▮\n", "F(1, 'x')", True),
    ("a = ▮\n", "F(1", False),
    ("a = ▮\n", "(1", False),
    ("a = ▮\n", "1)", False),
    ("▮", "a = 1", True),
    ("▮", "a =", False),
    ("a = 1\n▮\nb = 2\n", "c = 3", True),
    ("a = 1\n▮\nb = 2\n", "c = 3\nd = 4", True),
    ("a = 1\n▮\nb = 2\n", "c =", False),
    ("a = 1\n▮\nb = 2\n", "c = 3 +", False),
    ("a = 1\n▮\nb = 2\n", ")", False),
    ("a = 1 ▮\nb = 2\n", "+ 2", True),
    ("a = 1 ▮\nb = 2\n", "2", False),
    ("IF a = 1▮ THEN b = 2", " AND c = 2", True),
    ("IF a = 1▮ THEN b = 2", " + 1", True),
    ("IF a = 1▮ THEN b = 2", " THEN x = 1 ELSE IF b = 2", False),
    # What follows must keep its parent.
    ("IF c = 1 THEN ▮ x = 1", "y = 2", False),
    ("IF c = 1 THEN\n  ▮x = 1\ny = 2\n", "y = 2\n  ", False),
    ("IF c = 1 THEN (\n  ▮\n  x = 1\n)\n", "y = 2", True),
    ("IF c = 1 THEN (\n  x = 1\n  ▮\n)\ny = 2\n", "y = 3", True),
    ("IF c = 1 THEN (\n  x = 1\n  ▮\n)\ny = 2\n", "y = 3 )", False),
    ("IF c = 1 THEN (\n  x = 1\n  ▮\n)\ny = 2\n", "IF d = 1 THEN", False),
    ("a = 1\n▮\nx = 1\n", "IF c = 1 THEN", False),
    ("a = 1\n▮\nx = 1\n", "IF c = 1 THEN b = 2", True),
    ("a = 1\n▮\nx = 1\n", "WHILE c = 1 LOOP", False),
    ("a = 1\n▮\nx = 1\n", "CHANGE_CONTEXTS(C = 1)", False),
    ("IF c = 1 THEN x = 1 ▮\ny = 2\n", "ELSE", False),
    ("IF c = 1 THEN x = 1 ▮\ny = 2\n", "ELSE x = 2", True),
    ("IF c = 1 THEN x = 1 ▮ ELSE x = 2\n", "y = 3", False),
    # A header whose body is, by the layout, still to be written, is the exception.
    ("IF c = 1 THEN ▮\nx = 1\n", "y = 2", True),
    (HEADER, "y = 2", True),
    ("IF c = 1 THEN ▮\n  x = 1\n", "y = 2", False),
    ("IF c = 1 THEN ▮\n  x = 1\n", "(\n  y = 2", False),
    ("WHILE c = 1 LOOP\n  ▮\nx = 1\n", "c = 2", True),
    ("IF c = 1 THEN a = 1\nELSE\n  ▮\nx = 1\n", "a = 2", True),
    ("IF c = 1 THEN ▮", "y = 2", True),
    # A bracket grows around what was in it.
    ("a = f(▮)\n", "x, y", True),
    ("a = f(▮)\n", "1", True),
    ("a = f(▮)\n", "g(1)", True),
    ("a = f(▮)\n", "g(1", False),
    ("a = f(x▮)\n", ", y", True),
    ("a = b[▮]\n", "i + 1", True),
    ("a = (b▮) * 2\n", " + c", True),
    ("a = f(▮) b = 2\n", "x) c = g(1", True),
    ("INPUTS ARE a▮\nb = 1", ", c (TEXT)", True),
    ("INPUTS ARE a (▮)\nb = 1", "TEXT", True),
    ("CALL_FORMULA('F'▮)", ", a > 'X'", True),
    ("CHANGE_CONTEXTS(A = 1▮) b = 2", ", B = 2", True),
    # A cursor in a word makes it longer.
    ("total = a\nb = tot▮\n", "al", True),
    ("b = tot▮\n", "al = 1", False),
    ("RET▮\n", "URN a", True),
    ("a = 1▮\n", "5", True),
    ("a = 'x' ▮\n", "|| 'y'", True),
    ("IF a = 1 THE▮\n  b = 2\n", "N", True),
    # A RETURN is a list, or not, by what the two tokens behind it are.
    ("RETURN ▮", "a", True),
    ("RETURN ▮", "a, b", True),
    ("RETURN a▮", ", b", True),
    ("RETURN a▮\nb = 1", ", c", True),
    ("IF c = 1 THEN RETURN ▮\nb = 1", "a", True),
    ("RETURN ▮\nb = 1\n", "a, c", True),
    ("RETURN a, ▮\n", "b", True),
    # Openers would swallow the text below.
    ("a = 1 ▮\nb = 2\n", "/* x", False),
    ("a = ▮\nb = 2\n", "'x", False),
    ("a = ▮\nb = 'y'\nc = 'z'\n", "'x", False),
    ("a = 1 ▮\nb = 2 /* y */\n", "/* x", False),
    ("a = 1▮ + b", " # rest", False),
    # Other languages and prose are no completion.
    ("▮", "Sure, here is the formula:", False),
    ("a = 1\n▮\nb = 2\n", "This sets c to 3.", False),
    ("a = 1\n▮\nb = 2\n", "END IF", False),
    ("a = ▮\n", "b ? c : d", False),
    ("a = ▮\n", "{x}", False),
    # A text broken further down may stay so; one broken before does not matter.
    ("a = ▮\nb = = 2\nc = 3\n", "1", True),
    ("a = ▮\nb = = 2\nc = 3\n", "(1", False),
    ("z = = 1\na = ▮\nc = 3\n", "1", True),
    ("z = ) 1\nIF a = 1 THEN (\n  b = ▮\n)\nc = 3\n", "2", True),
    ("IF x > THEN y = 1\na = ▮", "F(2)", True),
]  # fmt: skip


@pytest.mark.parametrize(("marked", "middle", "expected"), FITS)
def test_fits(marked: str, middle: str, expected: bool) -> None:
    place = place_of(marked)
    assert fits(place, middle) is expected
    if expected:
        before, after = marked.split("▮")
        known = len(parse(before + after).errors)
        assert len(parse(before + middle + after).errors) <= known


@pytest.mark.parametrize(
    ("marked", "middle", "kept"),
    [
        ("a = ▮\n", "b + c) * 2", "b + c"),
        ("a = f(▮)\n", "x, y))", "x, y"),
        ("a = f(▮)\n", "x, y)\nb = 2", "x, y"),
        ("a = ▮\n", "1\nThis adds one.", "1"),
        ("a = ▮\nb = 2\n", "1 This adds one.", "1"),
        ("a = 1\n▮\n", "b = 2\nEND IF", "b = 2"),
        ("a = 1\n▮\n", "b = 2\nc = (3", "b = 2"),
        ("a = ▮\n", "Sure! Here it is", "Sure"),
        ("a = 1\n▮\n", "Sure! Here it is", ""),
        ("IF a = 1 THEN (\n  ▮\n)\n", "b = 2\n)\nELSE (\n  c = 3\n)", "b = 2"),
        ("a = ▮\n", "'x' || 'y", "'x'"),
        ("a = 1 ▮\nb = 2\n", "/* half", ""),
        ("a = ▮\n", "1 /* why */ + 2", "1 /* why */ + 2"),
        ("RETURN ▮", "a, b,", "a, b"),
        ("a = ▮\n", "GREATEST(a, LEAST(b, c)", "GREATEST(a, LEAST(b, c))"),
        ("a = GREATEST(▮\nb = 1", "c, 2", "c, 2)"),
        ("a = GREATEST(▮\n, 2)", "c", "c"),
        ("a = ▮\n", "b.COUNT + c.", "b.COUNT + c"),
        ("a = ▮\n", "", ""),
    ],
)
def test_what_does_not_fit_is_cut_off(marked: str, middle: str, kept: str) -> None:
    assert trim_to_fit(place_of(marked), middle) == kept


def test_a_beginning_that_ends_its_line_is_worth_more_than_a_longer_one() -> None:
    place = place_of("▮\n")
    assert trim_to_fit(place, "a = 1\nb = 2\nc = 3 + (4") == "a = 1\nb = 2"
    assert trim_to_fit(place, "a = 1 + (2\nb = 3") == "a = 1"


def test_shorter_and_shorter_beginnings_are_tried() -> None:
    place = place_of("total = ra▮\n")
    assert list(trims(place, "te + 'x y'")) == ["te + 'x y'", "te"]
    place = place_of("▮\n")
    assert list(trims(place, "a = 1\nb = 2 + 3")) == [
        "a = 1\nb = 2 + 3",
        "a = 1",
        "a = 1\nb = 2",
    ]


# What lacks at the cursor has to be there with the completion.
BROKEN = [
    ("IF a = 1▮\n(\n  b = 1\n)\n", " THEN", True),
    ("IF a = 1▮\n(\n  b = 1\n)\n", " AND c = 1", False),
    ("IF a = ▮\n  b = 1\nc = 2\n", "1 THEN", True),
    ("▮\n  b = 1\n)\nc = 2\n", "IF a = 1 THEN (", True),
    ("▮\n  b = 1\n)\nc = 2\n", "a = 1", False),
    ("IF a = 1 THEN (\n  b = 1\n)\n▮\n  b = 2\n)\n", "ELSE (", True),
    ("IF a = 1 THEN (\n  b = 1\n)\n▮\n  b = 2\n)\n", "c = 3", False),
    ("▮\n  AND b = 2 THEN\n(\n  c = 1\n)\n", "IF a = 1", True),
    ("▮\n  AND b = 2 THEN\n(\n  c = 1\n)\n", "a = 1", False),
    ("a = ▮\n  b, 2)\nc = 1\n", "GREATEST(d,", True),
    ("a = ▮\n  b, 2)\nc = 1\n", "d", False),
    ("a = ▮\n  || 'x'\n", "'y'", True),
    ("a = 'y'\n  || ▮\n  || 'x'\n", "b", True),
    ("a = ▮\nELSE\n  b = 1\n", "IF", False),
    ("DEFAULT FOR ▮\nb = a\n", "a IS 0", True),
    ("DEFAULT FOR ▮\nb = a\n", "a", False),
    # A block is closed on the line that opens it, or is for later lines.
    ("IF a = 1 THEN (\n  b = ▮\n", "1", True),
    ("IF a = 1 THEN (\n  b = ▮\n", "1)", True),
    ("IF a = 1 THEN (\n  b = ▮\n", "1))", False),
    ("IF a = 1 THEN (\n  b = ▮\n", "f(1", False),
    ("CHANGE_CONTEXTS(A = 1) (\n  b = ▮\n", "1", True),
    ("CHANGE_CONTEXTS(A = 1) (\n  b = ▮\n", "(1", False),
    # Wrong before the cursor, in its own statement: nothing could make it right.
    ("a = = b + ▮\n", "1", False),
    ("a := b + ▮\n", "1", False),
    ("a = = b\n▮\n", "c = 1", True),
]


@pytest.mark.parametrize(("marked", "middle", "expected"), BROKEN)
def test_what_lacks_at_the_cursor(marked: str, middle: str, expected: bool) -> None:
    assert fits(place_of(marked), middle) is expected


@pytest.mark.parametrize(
    ("marked", "middle", "kept"),
    [
        ("IF a = 1 THEN (b = ▮\n", "2", "2)"),
        ("IF a = 1 THEN (▮\n", "b = 2", "b = 2)"),
        ("  IF a = 1 THEN (▮\n", "\n    b = 2\n", "\n    b = 2\n  )"),
        ("IF a = 1 THEN (\n  b = ▮\n", "2", "2"),
        ("a = 1 ▮\n", "-- why\nb = 2", ""),
    ],
)
def test_a_block_is_closed_where_it_is_opened(
    marked: str, middle: str, kept: str
) -> None:
    assert trim_to_fit(place_of(marked), middle) == kept


def test_a_place_is_broken_where_something_lacks() -> None:
    assert not place_of("a = ▮1").is_broken
    assert place_of("a = ▮").is_broken
    assert not place_of("a = 1;▮").is_broken
    assert not place_of("a = 1▮\nb = = 2\nc = 3\n").is_broken


def test_asking_again_gives_the_same_answer() -> None:
    place = place_of("z = = 1\na = ▮\nIF b = 1 THEN (\n  c = 2\n)\n")
    middles = ("1", "(1", "1)", "f(2)")
    answers = [fits(place, each) for each in middles]
    assert answers == [True, False, False, True]
    assert answers == [fits(place, each) for each in middles]
