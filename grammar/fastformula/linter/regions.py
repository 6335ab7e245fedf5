"""Parts of a text that are judged as one: heads of statements, broken places."""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Analysis
from fastformula.diagnostic import Severity
from fastformula.syntax.tree import ChangeContexts, If, Statement, While
from fastformula.text import Span


def head(statement: Statement) -> Span:
    """The statement without the statements in it: of an IF, all up to its branch."""
    match statement:
        case If(then=body) | While(body=body) | ChangeContexts(body=body):
            # What was missing from the text has an empty span at its very start.
            if body.span.start > statement.span.start:
                return Span(statement.span.start, body.span.start)
    return statement.span


def touch(one: Span, other: Span) -> bool:
    """Whether two spans share a place, be it an end."""
    return one.start <= other.end and other.start <= one.end


def overlap(one: Span, other: Span) -> bool:
    """Whether two spans share a character, or are the same place."""
    return one == other or (one.start < other.end and other.start < one.end)


def broken_regions(analysis: Analysis) -> tuple[Span, ...]:
    """The syntax errors, each with the statement that it stands in or at.

    The parser guessed what is meant there, so no rule should judge it.
    """
    return tuple(_regions(analysis))


def _regions(analysis: Analysis) -> Iterator[Span]:
    errors = [
        each.span for each in analysis.parsed.errors if each.severity is Severity.ERROR
    ]
    yield from errors
    if errors:
        for placed in analysis.statements:
            region = head(placed.statement)
            if any(touch(region, error) for error in errors):
                yield region
