"""Parentheses around what a header governs, and chains of IF."""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis.model import Scope
from fastformula.editor.refactoring.place import Place, Refactoring, put_in_brackets
from fastformula.syntax.tree import Body, If
from fastformula.text import Edit, Span


def bracket(place: Place) -> Iterator[Refactoring]:
    """Put the one statement that a branch consists of in parentheses."""
    scope = place.placed.scope
    body = scope.body
    if body is not None and not body.bracketed and not _is_chain(body):
        edits = tuple(put_in_brackets(place.text, scope, body))
        yield Refactoring("Put the statement in parentheses", "rewrite", edits)


def nest(place: Place) -> Iterator[Refactoring]:
    """Put the IF behind ELSE, with all that hangs on it, in parentheses."""
    statement = place.placed.statement
    if isinstance(statement, If) and _is_chain(statement.orelse):
        assert statement.orelse is not None
        start, end = statement.orelse.span
        edits = (Edit(Span(start, start), "("), Edit(Span(end, end), ")"))
        yield Refactoring("Put the IF behind ELSE in parentheses", "rewrite", edits)


def chain(place: Place) -> Iterator[Refactoring]:
    """Turn ELSE ( IF … ) into ELSE IF …."""
    statement = place.placed.statement
    if not isinstance(statement, If) or statement.orelse is None:
        return
    body = statement.orelse
    if not body.bracketed or len(body.statements) != 1:
        return
    nested = body.statements[0]
    if not isinstance(nested, If) or not _may_stand_open(place.placed.scope, nested):
        return
    opening = Span(body.span.start, nested.span.start)
    closing = Span(nested.span.end, body.span.end)
    if opening.text_in(place.text).strip() != "(":
        # A comment stands there, and would lose its place.
        return
    if closing.text_in(place.text).strip() != ")":
        return
    edits = (Edit(opening, ""), Edit(closing, ""))
    yield Refactoring("Join ELSE and IF to ELSE IF", "rewrite", edits)


def _is_chain(body: Body | None) -> bool:
    return (
        body is not None
        and not body.bracketed
        and len(body.statements) == 1
        and isinstance(body.statements[0], If)
    )


def _may_stand_open(scope: Scope, nested: If) -> bool:
    """Whether no ELSE further down would fall to `nested` without parentheses."""
    last: If = nested
    while last.orelse is not None and _is_chain(last.orelse):
        inner = last.orelse.statements[0]
        assert isinstance(inner, If)
        last = inner
    if last.orelse is not None:
        return True
    for each in scope.chain():
        if each.body is None or each.body.bracketed:
            return True
        is_then = isinstance(each.node, If) and each.node.then is each.body
        if is_then and isinstance(each.node, If) and each.node.orelse is not None:
            return False
    return True
