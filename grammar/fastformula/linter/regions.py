"""Parts of a text that are judged as one: heads of statements, broken places."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from fastformula.analysis import Analysis
from fastformula.diagnostic import Severity
from fastformula.syntax import Parsed
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


def overlap(one: Span, other: Span) -> bool:
    """Whether two spans share a character, or are the same place."""
    return one == other or (one.start < other.end and other.start < one.end)


def touch(one: Span, other: Span) -> bool:
    """Whether two spans share a place, be it an end."""
    return one.start <= other.end and other.start <= one.end


class Places:
    """Many spans, asked whether one more overlaps any of them."""

    __slots__ = ("_merged", "_spans")

    def __init__(self, spans: Iterable[Span]) -> None:
        self._spans = frozenset(spans)
        merged: list[Span] = []
        for span in sorted(self._spans):
            if merged and span.start < merged[-1].end:
                merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
            else:
                merged.append(span)
        self._merged = merged

    def overlap(self, span: Span) -> bool:
        """Whether `span` shares a character with one of them, or is one of them."""
        at = bisect_left(self._merged, span.end, key=lambda each: each.start)
        return span in self._spans or (at > 0 and overlap(self._merged[at - 1], span))


@dataclass(frozen=True, slots=True)
class Broken:
    """What the parser had to guess, so that no rule should judge it."""

    text: str
    regions: tuple[Span, ...]
    names: frozenset[str]
    """Upper-case words in these: what they mean elsewhere may hang on the guess."""

    def holds(self, span: Span) -> bool:
        """Whether what is at `span` may only be an echo of a syntax error."""
        return any(touch(span, region) for region in self.regions) or any(
            word in self.names for word in _words(span.text_in(self.text))
        )


_REST_IS_LOST = frozenset({"syntax-comment-not-closed", "syntax-too-many"})


def find_broken(analysis: Analysis) -> Broken | None:
    """What is broken in a formula; None where it has no syntax error."""
    regions = broken_regions(analysis)
    if not regions:
        return None
    text = analysis.parsed.text
    words = (_words(region.text_in(text)) for region in regions)
    return Broken(text, regions, frozenset(chain.from_iterable(words)))


def broken_regions(analysis: Analysis) -> tuple[Span, ...]:
    """The syntax errors, each with the statements that it stands in or beside."""
    parsed = analysis.parsed
    errors = [
        Span(each.span.start, len(parsed.text))
        if each.code in _REST_IS_LOST
        else _widen(parsed, each.span)
        for each in parsed.errors
        if each.severity is Severity.ERROR
    ]
    heads = (head(placed.statement) for placed in analysis.statements if errors)
    hit = (span for span in heads if any(touch(span, error) for error in errors))
    return (*errors, *hit)


def _widen(parsed: Parsed, error: Span) -> Span:
    """`error` up to the tokens beside it, to either of which it may belong."""
    tokens = parsed.tokens
    first = bisect_left(tokens, error.start, key=lambda token: token.end)
    after = bisect_left(tokens, error.end, key=lambda token: token.start)
    return Span(
        min(error.start, tokens[first].lead),
        max(error.end, tokens[min(after, len(tokens) - 1)].start),
    )


_WORD = re.compile(r"[^\W\d]\w*")


def _words(text: str) -> Iterator[str]:
    return (match.group().upper() for match in _WORD.finditer(text))
