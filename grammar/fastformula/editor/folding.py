"""What can be folded away: blocks, long comments, runs of declarations, regions."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from fastformula.editor.declarations import find_runs
from fastformula.syntax import Parsed, trivia, walk
from fastformula.syntax.tokens import COMMENT_KINDS
from fastformula.syntax.tree import Body, CallFormula, ChangeContexts, If, Node, While
from fastformula.text import LineIndex, Span

_BLOCKS = (If, While, ChangeContexts)


@dataclass(frozen=True, slots=True)
class Fold:
    """What disappears: all after `span.start` up to `span.end`.

    The line of `span.start` stays in sight, that of `span.end` is the last to go.
    """

    span: Span
    kind: Literal["block", "comment", "declarations", "region"]


def fold(parsed: Parsed) -> tuple[Fold, ...]:
    """All folds of more than one line, at most one for each line they begin on."""
    lines = LineIndex(parsed.text)
    widest: dict[int, Fold] = {}
    for candidate in (
        *_declarations(parsed),
        *_comments(parsed, lines),
        *_regions(parsed),
        *_blocks(parsed, lines),
    ):
        start, end = candidate.span
        line = lines.position(start).line
        if lines.position(end).line > line and (
            line not in widest or end > widest[line].span.end
        ):
            widest[line] = candidate
    return tuple(widest[line] for line in sorted(widest))


def _declarations(parsed: Parsed) -> Iterator[Fold]:
    for run in find_runs(parsed.tree):
        yield Fold(run.span, "declarations")


def _spans(parsed: Parsed) -> Iterator[Span]:
    """The comments."""
    for token in parsed.tokens:
        if token.start - token.lead > 1:
            for piece in trivia(parsed.text, token):
                if piece.kind in COMMENT_KINDS:
                    yield piece.span


def _comments(parsed: Parsed, lines: LineIndex) -> Iterator[Fold]:
    """Comments of several lines, and lines of comments below each other."""
    run: Span | None = None
    for span in _spans(parsed):
        first = lines.position(span.start)
        if lines.position(span.end).line > first.line:
            yield Fold(span, "comment")
            continue
        alone = not parsed.text[lines.starts[first.line] : span.start].strip()
        if _REGION.match(parsed.text, span.start):
            alone = False
        if run and alone and lines.position(run.end).line + 1 == first.line:
            run = Span(run.start, span.end)
        else:
            if run:
                yield Fold(run, "comment")
            run = span if alone else None
    if run:
        yield Fold(run, "comment")


_REGION = re.compile(r"(?:/\*|#|--|//)[ \t]*#?(?P<end>end)?region\b", re.IGNORECASE)


def _regions(parsed: Parsed) -> Iterator[Fold]:
    """From `/* #region …` or `# region …` to the `endregion` that belongs to it."""
    begun: list[int] = []
    for span in _spans(parsed):
        mark = _REGION.match(parsed.text, span.start)
        if mark is None:
            continue
        if not mark["end"]:
            begun.append(span.start)
        elif begun:
            yield Fold(Span(begun.pop(), span.end), "region")


def _blocks(parsed: Parsed, lines: LineIndex) -> Iterator[Fold]:
    starts = [token.start for token in parsed.tokens]
    for node in walk(parsed.tree):
        if isinstance(node, CallFormula):
            yield Fold(node.span, "block")
        for body in _bodies(node):
            # The word before the body, or the `)` of CHANGE_CONTEXTS.
            header = parsed.tokens[max(0, bisect_left(starts, body.span.start) - 1)]
            chained = not body.bracketed and isinstance(body.statements[0], _BLOCKS)
            if chained and "\n" not in parsed.text[header.end : body.span.start]:
                # `ELSE IF …` folds as the IF that it holds.
                continue
            end = _last_hidden(parsed.text, body, lines)
            yield Fold(Span(header.end, end), "block")


def _bodies(node: Node) -> Iterator[Body]:
    match node:
        case If(then=then, orelse=orelse):
            yield then
            if orelse is not None:
                yield orelse
        case While(body=body) | ChangeContexts(body=body):
            yield body


def _last_hidden(text: str, body: Body, lines: LineIndex) -> int:
    """Where `body` ends, or the line before if its `)` begins a line of its own."""
    end = body.span.end
    if body.bracketed:
        start = lines.starts[lines.position(end).line]
        if not text[start : end - 1].strip():
            return max(body.span.start, start - 1)
    return end
