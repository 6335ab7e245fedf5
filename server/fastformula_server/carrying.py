"""Diagnostics of an earlier version, where its lines still stand in the present one.

A list that empties at each keystroke and fills again flickers. What was found stays in
sight until it is judged anew, except in the lines that were changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from fastformula.diagnostic import Diagnostic
from fastformula.text import Span

from fastformula_server.documents import Document


def carry(
    diagnostics: Iterable[Diagnostic], before: Document, after: Document
) -> Iterator[Diagnostic]:
    """Those of `before` in lines that `after` still has, moved there, without fixes.

    All between the first and the last place where the texts differ is changed.
    """
    old, new = before.text, after.text
    head, tail, moved = _compare(old, new)

    def move(span: Span) -> Span | None:
        first = before.lines.position(span.start).line
        last = before.lines.position(span.end).line
        start, end = before.lines.starts[first], before.lines.line_span(last)[1]
        # Where a line has no end, or what is before it is new, it may have grown.
        if end <= head and end == after.lines.line_span(last)[1]:
            return span
        if start >= len(old) - tail and after.lines.position(start + moved).column == 0:
            return Span(span.start + moved, span.end + moved)
        return None

    for each in diagnostics:
        span = move(each.span)
        if span is not None:
            related = tuple(
                replace(other, span=place)
                for other in each.related
                if (place := move(other.span)) is not None
            )
            yield replace(each, span=span, related=related, fixes=())


def hold_back(
    found: Iterable[Diagnostic],
    shown: Iterable[Diagnostic],
    before: Document,
    after: Document,
) -> Iterator[Diagnostic]:
    """Those of `found` in `after` that are no news in a line that is being typed.

    A half-written line is nearly always wrong, and its author knows. What was `shown`
    in `before`, the version judged last, stays in sight while it holds.
    """
    head, tail, _ = _compare(before.text, after.text)
    old, new = (_lines(each, head, len(each.text) - tail) for each in (before, after))
    known = {
        each.code
        for each in shown
        if before.lines.position(each.span.start).line in old
    }
    for each in found:
        line = after.lines.position(each.span.start).line
        if each.code in known or line not in new:
            yield each


def _lines(document: Document, start: int, end: int) -> range:
    """The lines from `start` to `end`, without one that only begins there."""
    first, last = (document.lines.position(offset) for offset in (start, end))
    ends_before = last.column == 0 and last.line > first.line
    return range(first.line, last.line + (not ends_before))


def _compare(old: str, new: str) -> tuple[int, int, int]:
    """How much the two have in common before and behind, and how much longer one is."""
    head = _count_common(old, new)
    most = min(len(old), len(new)) - head
    tail = min(most, _count_common(old[::-1], new[::-1]))
    return head, tail, len(new) - len(old)


def _count_common(one: str, other: str) -> int:
    """How many code points the two begin with alike."""
    least, most = 0, min(len(one), len(other))
    while least < most:
        middle = (least + most + 1) // 2
        if one[least:middle] == other[least:middle]:
            least = middle
        else:
            most = middle - 1
    return least
