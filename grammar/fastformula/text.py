"""Offsets, lines and edits of a text; offsets count code points everywhere."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

LINE_BREAK = re.compile(r"\r\n|\n|\r")
"""What ends a line, for the Language Server Protocol and so for all of us.

`str.splitlines` also breaks at U+2028, U+0085 and others, which formulas
pasted from Word or PDF do contain.
"""


class Span(NamedTuple):
    """The half-open range `[start, end)` of a text, in code points."""

    start: int
    end: int

    def text_in(self, text: str) -> str:
        """The part of `text` that this span covers."""
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Position:
    """A place as an editor counts it: line and column from 0, in code points."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace what `span` covers by `new_text`."""

    span: Span
    new_text: str


class LineIndex:
    """Where each line of one text starts; converts offsets and positions."""

    __slots__ = ("length", "starts")

    def __init__(self, text: str) -> None:
        self.length = len(text)
        self.starts = [0, *(match.end() for match in LINE_BREAK.finditer(text))]

    def position(self, offset: int) -> Position:
        """The position of `offset`; an offset past the end is the end."""
        offset = max(0, min(offset, self.length))
        line = bisect_right(self.starts, offset) - 1
        return Position(line, offset - self.starts[line])

    def offset(self, position: Position) -> int:
        """The offset of `position`, clamped to its line and to the text."""
        if position.line < 0:
            return 0
        if position.line >= len(self.starts):
            return self.length
        start, end = self.line_span(position.line)
        return min(start + max(0, position.column), end)

    def line_span(self, line: int) -> tuple[int, int]:
        """Start of `line` and start of the next one (or the end of the text)."""
        start = self.starts[line]
        last = line + 1 >= len(self.starts)
        return start, self.length if last else self.starts[line + 1]


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """`text` with all `edits` made, each in offsets of the text as given.

    Raises ValueError when two edits overlap.
    """
    parts: list[str] = []
    done = 0
    for edit in sorted(edits, key=lambda edit: edit.span):
        if edit.span.start < done:
            raise ValueError(f"edits overlap at offset {edit.span.start}")
        parts += (text[done : edit.span.start], edit.new_text)
        done = edit.span.end
    parts.append(text[done:])
    return "".join(parts)
