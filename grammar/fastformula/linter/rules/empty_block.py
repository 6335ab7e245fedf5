"""Parentheses hold no statement, or stand twice around a block.

Nothing is known of an empty block in Oracle's formulas, so its compiler may object;
turn the condition round instead, or remove the branch. A second pair of parentheses
around a block says nothing.

Bad:
    INPUTS ARE hours (NUMBER)
    IF hours > 40 THEN
        ( )
    ELSE
        ( pay = hours * 12 )
    RETURN pay

Good:
    INPUTS ARE hours (NUMBER)
    IF hours <= 40 THEN
        ( pay = hours * 12 )
    RETURN pay

Uncertain: Whether Oracle's compiler takes an empty block.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from fastformula.analysis import Analysis
from fastformula.diagnostic import Fix, Severity
from fastformula.linter.rule import Finding, Rule
from fastformula.syntax.tree import Body, ChangeContexts, If, Statement, While
from fastformula.text import Edit, Span


def check(analysis: Analysis) -> Iterator[Finding]:
    """Every block without a statement, or in two pairs of parentheses."""
    tokens = analysis.parsed.tokens
    inner = {
        one.start: other
        for one, other in pairwise(tokens)
        if one.kind == other.kind == "LPAR"
    }
    closing = {
        other.end: one
        for one, other in pairwise(tokens)
        if one.kind == other.kind == "RPAR"
    }
    for statement, *_ in analysis.statements:
        for body in _bodies(statement):
            start, end = body.span
            if not body.bracketed or start == end:
                continue
            if start in inner and end in closing:
                pair = (inner[start], closing[end])
                edits = tuple(Edit(Span(each.start, each.end), "") for each in pair)
                yield Finding(
                    Span(pair[0].start, pair[0].end),
                    "This block has two pairs of parentheses. One is enough.",
                    (Fix("Remove the inner parentheses", edits),),
                )
            elif not body.statements:
                yield Finding(
                    body.span,
                    "This block is empty, which Oracle may not compile. Turn the "
                    "condition round, or remove the branch.",
                )


def _bodies(statement: Statement) -> Iterator[Body]:
    match statement:
        case If(then=then, orelse=orelse):
            yield then
            if orelse is not None:
                yield orelse
        case While(body=body) | ChangeContexts(body=body):
            yield body


RULE = Rule("empty-block", "suspicious", Severity.HINT, check)
