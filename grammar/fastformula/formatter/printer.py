"""From a document to the gaps between its tokens, so that lines are not too long."""

from __future__ import annotations

from collections.abc import Sequence

from fastformula.formatter.document import Group, Part, first_of, last_of
from fastformula.formatter.gaps import write_inside
from fastformula.formatter.source import Source
from fastformula.text import LINE_BREAK

_RELATIONS = frozenset(("MORETHAN", "LESSTHAN"))


def lay_out(source: Source, part: Part, column: int, tail: int) -> dict[int, str]:
    """The gaps within `part`, which begins at `column`; `tail` columns follow it."""
    printer = _Printer(source, column)
    printer.print(part, tail)
    return printer.gaps


class _Printer:
    def __init__(self, source: Source, column: int) -> None:
        self.source = source
        self.gaps: dict[int, str] = {}
        self.column = self.line = column
        self.pads: dict[int, int] = {}

    def print(self, part: Part, tail: int) -> None:
        """Print `part`, behind which `tail` columns must be left in its last line."""
        first, last = first_of(part), last_of(part)
        if isinstance(part, Group) and not self.fits(first, last, tail):
            self.print_broken(part, tail)
            return
        self.word(first)
        for at in range(first + 1, last + 1):
            self.gap(at, 0, ends=False)
            self.word(at)

    def print_broken(self, group: Group, tail: int) -> None:
        start = self.column
        below = start + group.hang
        segments = _segments(group)
        if group.manner == "table":
            self.align(segments, start)
        for number, segment in enumerate(segments):
            rest = tail if segment is segments[-1] else 0
            for place, part in enumerate(segment):
                wanted = rest + self.lead(segment[place + 1 :])
                if place:
                    self.lead_in(part, below, wanted)
                elif number:
                    ends = group.manner != "fill" or self.must_end(segment, below, rest)
                    self.gap(first_of(part), below, ends=ends)
                self.print(part, wanted)

    def lead_in(self, part: Part, below: int, tail: int) -> None:
        """Write the gap before a part that goes on in its line, if it can."""
        at = first_of(part)
        shifted = self.line + 2 * self.source.style.indent
        if isinstance(part, Group) and part.shifts and shifted < self.column:
            blank = not self.source.is_tight(at)
            width = self.source.style.width
            # Where even that does not help, as with a long text, it may as well stay.
            if (
                not self.fits(at, part.last, tail + blank)
                and self.column + blank + self.need(part) > width
                and shifted + self.need(part) <= width
            ):
                self.gap(at, shifted, ends=True)
                return
        self.gap(at, below, ends=False)

    def must_end(self, segment: Sequence[Part], below: int, rest: int) -> bool:
        """Whether a line is better ended before `segment` than within it."""
        first, last = first_of(segment[0]), last_of(segment[-1])
        blank = not self.source.is_tight(first)
        if self.fits(first, last, rest + blank):
            return False
        width = self.source.style.width
        flat = self.source.flat(first, last)
        if not self.source.is_broken(first, last) and below + flat + rest <= width:
            return True
        need = self.segment_need(segment)
        return self.column + blank + need > width and below < self.column

    def align(self, segments: Sequence[Sequence[Part]], start: int) -> None:
        """Pad the arguments of CALL_FORMULA, so that they stand in columns."""
        if not self.source.style.align:
            return
        signs = {
            sign: row
            for row, *_ in segments
            if isinstance(row, Group)
            for sign in row.parts[:2]
            if isinstance(sign, int) and self.source.tokens[sign].kind in _RELATIONS
        }
        rows = signs.values()
        values = {
            sign: self.flat(row.parts[0]) if sign > row.first else -1
            for sign, row in signs.items()
        }
        names = {
            first_of(row.parts[3]): self.flat(row.parts[2])
            for row in rows
            if len(row.parts) > 3
        }
        for cells in (values, names):
            widest = max(cells.values(), default=0)
            pads = {at: widest - width for at, width in cells.items()}
            ends = (
                start
                + self.source.flat(row.first, row.last)
                + 1
                + sum(
                    pads.get(at, 0) + self.pads.get(at, 0)
                    for at in range(row.first, row.last + 1)
                )
                for row in rows
            )
            if all(end <= self.source.style.width for end in ends):
                self.pads |= pads

    def fits(self, first: int, last: int, more: int) -> bool:
        """Whether some tokens, and `more` columns, fit into the line as it is."""
        if self.source.is_broken(first, last):
            return False
        end = self.column + self.source.flat(first, last) + more
        return end <= self.source.style.width

    def flat(self, part: Part) -> int:
        return self.source.flat(first_of(part), last_of(part))

    def lead(self, parts: Sequence[Part]) -> int:
        """How much of `parts` stands in the line that they begin in, at least."""
        width = 0
        for part in parts:
            if part is None:
                break
            width += not self.source.is_tight(first_of(part))
            if isinstance(part, Group) and part.breaks:
                inner = self.lead(part.parts)
                return width + inner - (not self.source.is_tight(part.first))
            width += self.flat(part)
        return width

    def need(self, part: Part) -> int:
        """How wide `part` is at least, with every line ended that can be."""
        if not isinstance(part, Group) or not part.breaks:
            return self.flat(part)
        return max(
            self.segment_need(segment) + (part.hang if number else 0)
            for number, segment in enumerate(_segments(part))
        )

    def segment_need(self, segment: Sequence[Part]) -> int:
        width = widest = 0
        for place, part in enumerate(segment):
            if place:
                width += not self.source.is_tight(first_of(part))
            need = self.need(part)
            widest = max(widest, width + need)
            width += min(need, self.flat(part))
        return widest

    def gap(self, at: int, column: int, *, ends: bool) -> None:
        written = write_inside(self.source, at, column, ends=ends)
        written += " " * self.pads.get(at, 0)
        if self.source.newline in written:
            self.line = column
            self.column = len(LINE_BREAK.split(written)[-1])
        else:
            self.column += len(written)
        self.gaps[at] = written

    def word(self, at: int) -> None:
        word = self.source.words[at]
        *others, last = LINE_BREAK.split(word)
        self.column = len(last) if others else self.column + len(word)


def _segments(group: Group) -> list[list[Part]]:
    """The parts of a group between its places."""
    segments: list[list[Part]] = [[]]
    for part in group.parts:
        if part is None:
            segments.append([])
        else:
            segments[-1].append(part)
    return segments
