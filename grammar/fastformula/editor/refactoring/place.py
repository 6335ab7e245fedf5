"""A selection, what stands there, and how lines are put around it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Self

from fastformula.analysis import Analysis, Use
from fastformula.analysis.model import Placed, Scope
from fastformula.editor.navigation import use_at
from fastformula.linter.regions import broken_regions, head, overlap
from fastformula.syntax import path_to
from fastformula.syntax.tree import Body, Node, Statement
from fastformula.text import Edit, Span

Kind = Literal["extract", "inline", "rewrite"]

STEP = "    "
"""What a block is indented by."""


@dataclass(frozen=True, slots=True)
class Refactoring:
    """A change that an author can choose by its title."""

    title: str
    kind: Kind
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """What is selected, without the blanks around it."""

    analysis: Analysis
    span: Span
    path: tuple[Node, ...]
    """The nodes that hold the selection, from the formula to the innermost."""
    placed: Placed
    """The innermost statement that does; a condition belongs to its IF."""

    @classmethod
    def find(cls, analysis: Analysis, span: Span) -> Self | None:
        """The place; None where no intact statement holds all of the selection."""
        text = analysis.parsed.text
        chosen = span.text_in(text)
        start = span.start + len(chosen) - len(chosen.lstrip())
        span = Span(start, max(start, span.end - len(chosen) + len(chosen.rstrip())))
        path = tuple(
            node
            for node in path_to(analysis.parsed.tree, span.start)
            if node.span.end >= span.end
        )
        holding = {id(node) for node in path}
        placed = None
        for each in analysis.statements:
            if id(each.statement) in holding:
                placed = each
        if placed is None or not is_intact(analysis, placed.statement):
            return None
        return cls(analysis, span, path, placed)

    @property
    def text(self) -> str:
        """The formula's."""
        return self.analysis.parsed.text

    @property
    def use(self) -> Use | None:
        """The name under the cursor."""
        return use_at(self.analysis, self.span.start)

    def written(self, node: Node) -> str:
        """What `node` is in the text."""
        return node.span.text_in(self.text)


def is_intact(analysis: Analysis, statement: Statement) -> bool:
    """Whether no syntax error stands in the statement or right beside it."""
    regions = broken_regions(analysis)
    return not any(overlap(head(statement), region) for region in regions)


def newline_of(text: str) -> str:
    """What ends the lines of `text`."""
    return "\r\n" if "\r\n" in text else "\n"


def indentation(text: str, offset: int) -> str:
    """The blanks that the line of `offset` begins with."""
    start = max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1
    match = re.compile(r"[ \t]*").match(text, start)
    assert match is not None
    return match.group()


def begins_line(text: str, offset: int) -> bool:
    """Whether nothing but blanks stands before `offset` in its line."""
    start = max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1
    return not text[start:offset].strip()


def insert_before(place: Place, line: str) -> Iterator[Edit]:
    """Put a statement before that of `place`, in brackets with it where need be."""
    text, statement = place.text, place.placed.statement
    body = place.placed.scope.body
    newline = newline_of(text)
    start = statement.span.start
    margin = indentation(text, start)
    if body is None or body.bracketed:
        between = f"{newline}{margin}" if begins_line(text, start) else " "
        yield Edit(Span(start, start), f"{line}{between}")
        return
    yield from put_in_brackets(text, place.placed.scope, body, line)


def insert_after(place: Place, line: str) -> Iterator[Edit]:
    """Put a statement behind that of `place`, in brackets with it where need be."""
    text, statement = place.text, place.placed.statement
    body = place.placed.scope.body
    end = statement.span.end
    if body is None or body.bracketed:
        start = statement.span.start
        margin = indentation(text, start)
        between = f"{newline_of(text)}{margin}" if begins_line(text, start) else " "
        yield Edit(Span(end, end), f"{between}{line}")
        return
    yield from put_in_brackets(text, place.placed.scope, body, behind=line)


def put_in_brackets(
    text: str, scope: Scope, body: Body, before: str = "", behind: str = ""
) -> Iterator[Edit]:
    """Make a list in parentheses of a body that is one statement, with others in it."""
    start, end = body.span
    if not begins_line(text, start):
        first = f"{before} " if before else ""
        last = f" {behind}" if behind else ""
        yield Edit(Span(start, start), f"({first}")
        yield Edit(Span(end, end), f"{last})")
        return
    newline = newline_of(text)
    outer = indentation(text, scope.node.span.start)
    margin = indentation(text, start)
    if len(margin) <= len(outer):
        margin = f"{outer}{STEP}"
    line_start = start - len(indentation(text, start))
    lead = f"{outer}({newline}{margin}"
    first = f"{before}{newline}{margin}" if before else ""
    last = f"{newline}{margin}{behind}" if behind else ""
    yield Edit(Span(line_start, start), f"{lead}{first}")
    yield Edit(Span(end, end), f"{last}{newline}{outer})")
