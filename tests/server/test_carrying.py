"""What was found in one version, taken over into the next."""

from __future__ import annotations

import pytest
from fastformula.diagnostic import Diagnostic, Fix, Related, Severity
from fastformula.text import Edit, Span
from fastformula_server.carrying import carry, hold_back
from fastformula_server.documents import Document, DocumentStore
from hypothesis import given
from hypothesis import strategies as st

TEXTS = st.text("ab\n\r😀\u2028", max_size=30)


def document(text: str) -> Document:
    return DocumentStore().open("file:///pay.ff", 1, text)


def found(start: int, end: int, *related: Span) -> Diagnostic:
    span = Span(start, end)
    return Diagnostic(
        "unused-local",
        Severity.HINT,
        span,
        "Nobody reads it.",
        (Fix("Remove it", (Edit(span, ""),)),),
        tuple(Related(other, "Here.") for other in related),
    )


def lines(document: Document, span: Span) -> str:
    """The whole lines that the span touches."""
    first, last = (document.lines.position(offset).line for offset in span)
    start = document.lines.starts[first]
    return document.text[start : document.lines.line_span(last)[1]]


@given(TEXTS, TEXTS, TEXTS, TEXTS, st.data())
def test_what_is_taken_over_stands_in_the_same_lines_at_the_same_words(
    head: str, old: str, new: str, tail: str, data: st.DataObject
) -> None:
    before, after = document(head + old + tail), document(head + new + tail)
    start = data.draw(st.integers(0, len(before.text)))
    end = data.draw(st.integers(start, len(before.text)))
    for each in carry([found(start, end)], before, after):
        assert each.span.text_in(after.text) == before.text[start:end]
        # A line that was the last may have got an end since.
        kept = lines(before, Span(start, end)).rstrip("\r\n")
        assert lines(after, each.span).rstrip("\r\n") == kept
        assert each.fixes == ()


@pytest.mark.parametrize(
    ("before", "after", "kept"),
    [
        ("a = 1\nb = 2\n", "a = 1\nb = 23\n", ["a"]),
        ("a = 1\nb = 2\n", "a = 12\nb = 2\n", ["b"]),
        ("a = 1\nb = 2\n", "\n\na = 1\nb = 2\n", ["a", "b"]),
        ("a = 1\nb = 2\n", "a = 1\nb = 2\n", ["a", "b"]),
        ("a = 1\nx\nb = 2\n", "a = 1\nb = 2\n", ["a", "b"]),
        ("a = 1\nb = 2\n", "", []),
    ],
)
def test_all_but_the_changed_lines_is_kept(
    before: str, after: str, kept: list[str]
) -> None:
    here = [found(before.index(each), before.index(each) + 1) for each in "ab"]
    carried = carry(here, document(before), document(after))
    assert [each.span.text_in(after) for each in carried] == kept


def test_other_places_move_along_or_are_left_out() -> None:
    before = "a = 1\nb = 2\nc = 3\n"
    after = "a = 1\nb = 22\nc = 3\n"
    diagnostic = found(12, 13, Span(0, 1), Span(6, 7))
    (carried,) = carry([diagnostic], document(before), document(after))
    assert carried.span == Span(13, 14)
    assert [other.span for other in carried.related] == [Span(0, 1)]


@pytest.mark.parametrize(
    ("old", "new", "shown", "expected"),
    [
        ("a = 1\nb\nc", "a = 1\nb = \nc", "", ""),
        ("a = 1\nb\nc", "a = 1\nb = \nc =", "", ""),
        ("a = 1\nb\nc = 2", "a = \nb\nc = 2", "b", "b"),
        ("a = 1\nb \nc", "a = 1\nb =\nc", "b", "b"),
        ("a = 1\nb\nc", "a = 1\nb\nc", "b", "b"),
        ("😀\r\nb\r\nc", "😀 x\r\nb\r\nc", "", "b"),
        ("😀\r\nb\r\nc", "😀\r\n\r\nb\r\nc", "", "b"),
    ],
)
def test_what_is_new_in_a_line_that_is_typed_in_has_to_wait(
    old: str, new: str, shown: str, expected: str
) -> None:
    def mistake(text: str, words: str) -> list[Diagnostic]:
        at = text.index(words)
        return [found(at, at + 1)] if words else []

    told = hold_back(
        mistake(new, "b"), mistake(old, shown), document(old), document(new)
    )
    assert [each.span.text_in(new) for each in told] == list(expected)
