"""Offsets, positions and edits agree with a slow and plain way to count them."""

import pytest
from fastformula import Edit, LineIndex, Position, Span, apply_edits
from hypothesis import given
from hypothesis import strategies as st

TEXTS = st.text(alphabet="ab \t\r\n\u2028\u0085\x0b\x0c😀é", max_size=60)


def count(text: str, offset: int) -> Position:
    """Line and column of `offset`, character by character."""
    line = column = 0
    for at in range(offset):
        crlf = text[at] == "\r" and text[at + 1 : at + 2] == "\n"
        if text[at] in "\r\n" and not crlf:
            line, column = line + 1, 0
        else:
            column += 1
    return Position(line, column)


@given(TEXTS)
def test_positions_are_those_counted_one_by_one(text: str) -> None:
    index = LineIndex(text)
    for offset in range(len(text) + 1):
        position = index.position(offset)
        assert position == count(text, offset)
        assert index.offset(position) == offset


@given(TEXTS)
def test_lines_cover_the_text(text: str) -> None:
    index = LineIndex(text)
    spans = [index.line_span(line) for line in range(len(index.starts))]
    assert "".join(text[start:end] for start, end in spans) == text
    assert [start for start, _ in spans] == index.starts


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", [0]),
        ("a\r\nb\rc\nd", [0, 3, 5, 7]),
        ("a\u2028b\u0085c", [0]),
        ("x\n", [0, 2]),
    ],
)
def test_only_what_an_editor_breaks_at_is_a_line_end(
    text: str, lines: list[int]
) -> None:
    assert LineIndex(text).starts == lines


@given(TEXTS, st.integers(-3, 99), st.integers(-3, 99), st.integers(-9, 99))
def test_places_outside_the_text_are_clamped(
    text: str, line: int, column: int, offset: int
) -> None:
    index = LineIndex(text)
    assert 0 <= index.offset(Position(line, column)) <= len(text)
    assert index.position(offset) == count(text, max(0, min(offset, len(text))))


@given(TEXTS, st.lists(st.tuples(st.integers(0, 60), st.integers(0, 9), TEXTS)))
def test_edits_are_made_in_offsets_of_the_text_as_it_was(
    text: str, wanted: list[tuple[int, int, str]]
) -> None:
    edits: list[Edit] = []
    expected, done = text, len(text) + 1
    for start, size, new in sorted(wanted, key=lambda each: -each[0]):
        end = start + size
        if end >= done or end > len(text):
            continue
        edits.append(Edit(Span(start, end), new))
        expected = expected[:start] + new + expected[end:]
        done = start
    assert apply_edits(text, edits) == expected
    assert apply_edits(text, reversed(edits)) == expected


def test_two_insertions_at_one_place_are_both_made() -> None:
    edits = [Edit(Span(1, 1), "x"), Edit(Span(1, 1), "y")]
    assert apply_edits("ab", edits) == "axyb"


def test_edits_that_overlap_are_refused() -> None:
    edits = [Edit(Span(0, 2), "x"), Edit(Span(1, 3), "y")]
    with pytest.raises(ValueError, match="overlap at offset 1"):
        apply_edits("abc", edits)
