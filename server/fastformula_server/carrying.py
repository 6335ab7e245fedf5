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
    head = _count_common(old, new)
    most = min(len(old), len(new)) - head
    tail = min(most, _count_common(old[::-1], new[::-1]))
    moved = len(new) - len(old)

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
