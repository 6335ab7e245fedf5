"""A formula cut down to what has to do with some of its names.

Analysing a whole formula for every offer takes too long. What an offer means hangs on
the statements that speak of the names in it, and on the headers around those.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, get_args

from fastformula.analysis import Analysis
from fastformula.syntax.tree import (
    Body,
    ChangeContexts,
    Declaration,
    Exit,
    Formula,
    If,
    Return,
    Statement,
    While,
)
from fastformula.text import Span

WHOLE = 1_000
"""Texts of so many code points are not cut down at all."""


DECLARATIONS = get_args(Declaration)


MOST_SOURCES = 8
"""How many statements that give a name its values or declare it are kept at least."""


class Breadth(NamedTuple):
    """How much is kept."""

    nearest: int
    """Of the statements that speak of a name, how many on each side of the cursor."""
    sources: int
    """How many statements are kept because names in others hang on them."""
    ways_out: bool
    """Whether every RETURN and EXIT is kept."""


TIGHT = Breadth(2, 4, ways_out=False)
"""Enough to see that nothing is wrong. What it lacks may look like a mistake."""

LOOSE = Breadth(16, 40, ways_out=True)
"""Enough to believe a mistake that is seen in it."""


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """Where the names of a formula are spoken of; made once per text."""

    analysis: Analysis
    parents: dict[int, Statement] = field(default_factory=dict)
    """The statement around another, by `id`."""
    mentions: dict[str, list[Statement]] = field(default_factory=dict)
    """The statements that a name stands in, by its upper-case form."""
    sources: dict[str, list[Statement]] = field(default_factory=dict)
    """Those that give it a value or declare it."""
    words: dict[int, list[str]] = field(default_factory=dict)
    """The names in a statement, by its `id`."""


class Excerpt:
    """The pieces of a text that were kept, and where they stood."""

    __slots__ = ("_starts", "_texts", "text")

    def __init__(self, text: str, dropped: Sequence[Span]) -> None:
        """Leave `dropped`, which is in order and does not overlap, out of `text`."""
        self._texts: list[int] = []
        self._starts: list[int] = []
        pieces: list[str] = []
        at = length = 0
        for span in (*dropped, Span(len(text), len(text))):
            self._texts.append(at)
            self._starts.append(length)
            pieces.append(text[at : span.start])
            length += span.start - at
            at = span.end
        self.text = "".join(pieces)

    def place(self, offset: int) -> int:
        """Where in the whole text the excerpt's `offset` stands."""
        number = bisect_right(self._starts, offset) - 1
        return self._texts[number] + offset - self._starts[number]


def make_outline(analysis: Analysis) -> Outline:
    """Where names are spoken of in the text of `analysis`."""
    outline = Outline(analysis)
    for placed in analysis.statements:
        node = placed.scope.node
        if not isinstance(node, Formula):
            outline.parents[id(placed.statement)] = node
    for use in analysis.uses:
        key = use.name.key
        outline.mentions.setdefault(key, []).append(use.statement)
        outline.words.setdefault(id(use.statement), []).append(key)
        if use.access.writes or use.access.declares:
            outline.sources.setdefault(key, []).append(use.statement)
    return outline


def dropped_spans(
    outline: Outline, names: Iterable[str], around: Span, breadth: Breadth
) -> list[Span]:
    """What may go, in order, when only `names` matter and what stands in `around`."""
    tree = outline.analysis.parsed.tree
    text = outline.analysis.parsed.text
    if len(text) <= WHOLE:
        return []
    kept = _kept(outline, names, around, breadth)
    return [
        Span(span.start, _blanks_end(text, span.end))
        for span in _dropped(tree.statements, kept, text)
    ]


def _kept(
    outline: Outline, names: Iterable[str], around: Span, breadth: Breadth
) -> set[int]:
    """The statements to keep, by `id`."""
    kept: set[int] = set()

    def keep(statement: Statement) -> None:
        each: Statement | None = statement
        while each is not None and id(each) not in kept:
            kept.add(id(each))
            each = outline.parents.get(id(each))

    declared: Statement | None = None
    for placed in outline.analysis.statements:
        statement = placed.statement
        start, end = statement.span
        is_way_out = breadth.ways_out and isinstance(statement, Exit | Return)
        if is_way_out or (start <= around.end and around.start <= end):
            keep(statement)
        elif start > around.end and isinstance(statement, DECLARATIONS):
            # Nothing but declarations may stand before one.
            declared = declared or statement
    if declared is not None:
        keep(declared)
    pending = list(dict.fromkeys(names))
    known = set(pending)
    for name in pending:
        said = outline.mentions.get(name, [])
        at = bisect_right(said, around.start, key=lambda each: each.span.start)
        for statement in said[max(0, at - breadth.nearest) : at + breadth.nearest]:
            keep(statement)
        # Its type has to agree in all of these.
        for statement in outline.sources.get(name, [])[:MOST_SOURCES]:
            keep(statement)
    for name in pending:
        if len(known) > breadth.sources:
            break
        for source in outline.sources.get(name, ())[:2]:
            keep(source)
            for word in outline.words.get(id(source), ()):
                if word not in known:
                    known.add(word)
                    pending.append(word)
    return kept


def _dropped(
    statements: Sequence[Statement], kept: Collection[int], text: str
) -> Iterator[Span]:
    end = None
    for statement in statements:
        if id(statement) in kept:
            for body in _bodies(statement):
                # What has a value behind the block hangs on the ways out of it.
                staying = {
                    id(each)
                    for each in body.statements
                    if id(each) in kept or isinstance(each, Exit | Return)
                }
                # A block cannot be empty.
                first = {id(each) for each in body.statements[:1]}
                inside = {*kept, *(staying or first)}
                yield from _dropped(body.statements, inside, text)
        elif end is None or _EXCUSE in text[end : statement.span.start].lower():
            yield statement.span
        else:
            # The comments above it go along.
            yield Span(_blanks_end(text, end), statement.span.end)
        end = statement.span.end


def _bodies(statement: Statement) -> tuple[Body, ...]:
    match statement:
        case If():
            both = (statement.then, statement.orelse)
            return tuple(body for body in both if body is not None)
        case While() | ChangeContexts():
            return (statement.body,)
        case _:
            return ()


_EXCUSE = "fastformula"
"""What stands in a comment that is for the checks."""


def _blanks_end(text: str, offset: int) -> int:
    """Where the blanks behind a statement end, its line's end among them."""
    while offset < len(text) and text[offset] in " \t\r\n;":
        offset += 1
        if text[offset - 1] == "\n":
            break
    return offset
