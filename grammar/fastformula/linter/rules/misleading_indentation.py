"""A line is indented as if it belonged to the IF, ELSE or loop above, but does not.

Without parentheses only one statement belongs to THEN, ELSE, LOOP or CHANGE_CONTEXTS.
What follows runs in every case, however it is indented. Oracle does not see lines and
says nothing. Put the lines that belong together into parentheses. A line behind an
empty line, or behind RETURN or EXIT, is taken for what it is.

Bad:
    INPUTS ARE hours (NUMBER), rate (NUMBER)
    overtime = 0
    pay = hours * rate
    IF hours > 40 THEN
        overtime = hours - 40
        pay = pay + overtime * rate / 2
    RETURN pay, overtime

Bad:
    INPUTS ARE grade (TEXT)
    bonus = 0
    IF grade = 'A' THEN
        bonus = 500
    ELSE
        bonus = 100
        grade = 'B'
    RETURN bonus, grade

Good:
    INPUTS ARE hours (NUMBER), rate (NUMBER)
    overtime = 0
    pay = hours * rate
    IF hours > 40 THEN (
        overtime = hours - 40
        pay = pay + overtime * rate / 2
    )
    RETURN pay, overtime
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from fastformula.analysis import Analysis
from fastformula.diagnostic import Fix, Related, Severity
from fastformula.linter.regions import head
from fastformula.linter.rule import Finding, Rule
from fastformula.syntax.tree import (
    Body,
    ChangeContexts,
    Exit,
    If,
    Return,
    Statement,
    While,
)
from fastformula.text import LINE_BREAK, Edit, Span

_BLANK = re.compile(r"[ \t]*")
_EMPTY_LINE = re.compile(r"(?:\n|\r(?!\n))[ \t]*[\r\n]")


def check(analysis: Analysis) -> Iterator[Finding]:
    """Pairs of statements that follow each other in a list."""
    yield from _pairs(analysis, analysis.parsed.tree.statements)
    for placed in analysis.statements:
        match placed.statement:
            case If(then=then, orelse=orelse):
                yield from _pairs(analysis, then.statements)
                if orelse is not None:
                    yield from _pairs(analysis, orelse.statements)
            case While(body=body) | ChangeContexts(body=body):
                yield from _pairs(analysis, body.statements)


def _pairs(analysis: Analysis, statements: Sequence[Statement]) -> Iterator[Finding]:
    text = analysis.parsed.text
    for at, statement in enumerate(statements[1:], 1):
        margin = _margin(text, statement.span.start)
        before = Span(statements[at - 1].span.end, statement.span.start)
        if margin is None or _EMPTY_LINE.search(before.text_in(text)):
            continue
        for header, body in _open_bodies(analysis, statements[at - 1]):
            only = body.statements[0]
            outer = _indent(text, header.start)
            if (
                _margin(text, only.span.start) == margin
                and margin.startswith(outer)
                and margin != outer
                and not isinstance(only, Return | Exit)
            ):
                follow = _same_margin(text, statements[at:], margin)
                word = header.text_in(text).upper()
                yield Finding(
                    _first_line(text, head(statement)),
                    f"This is indented as if it belonged to the {word} above, but only "
                    "one statement does, so this runs in every case. Put what belongs "
                    "together into parentheses.",
                    (_brackets(analysis, body, follow[-1], outer),),
                    (Related(header, f"Only one statement belongs to this {word}."),),
                )
                break


def _open_bodies(
    analysis: Analysis, statement: Statement
) -> Iterator[tuple[Span, Body]]:
    """Bodies without parentheses that end the statement, each behind its last word."""
    last: Statement | None = statement
    while last is not None:
        match last:
            case If(then=then, orelse=None):
                body, word = then, Span(last.span.start, last.span.start + len("IF"))
            case If(orelse=Body() as orelse):
                body, word = orelse, _word_before(analysis, orelse.span.start)
            case While(body=inside):
                body = inside
                word = Span(last.span.start, last.span.start + len("WHILE"))
            case ChangeContexts(body=inside):
                body = inside
                word = Span(last.span.start, last.span.start + len("CHANGE_CONTEXTS"))
            case _:
                return
        if body.bracketed or not body.statements:
            return
        yield word, body
        last = body.statements[-1]


def _word_before(analysis: Analysis, offset: int) -> Span:
    tokens = analysis.parsed.tokens
    at = bisect_left(tokens, offset, key=lambda token: token.start)
    return tokens[at - 1].span


def _indent(text: str, offset: int) -> str:
    """The blanks at the start of the line of `offset`."""
    start = max(text.rfind(sign, 0, offset) for sign in "\r\n") + 1
    match = _BLANK.match(text, start)
    return match.group() if match else ""


def _margin(text: str, offset: int) -> str | None:
    """The blanks before `offset`; None where something else stands there."""
    start = offset
    while start and text[start - 1] in " \t":
        start -= 1
    return text[start:offset] if start == 0 or text[start - 1] in "\r\n" else None


def _same_margin(
    text: str, statements: Sequence[Statement], margin: str
) -> list[Statement]:
    """The statements from the first one on that begin with `margin`."""
    found = []
    for statement in statements:
        if _margin(text, statement.span.start) != margin:
            break
        found.append(statement)
    return found


def _first_line(text: str, span: Span) -> Span:
    said = span.text_in(text)
    return Span(span.start, span.start + len(LINE_BREAK.split(said, 1)[0].rstrip()))


def _brackets(analysis: Analysis, body: Body, last: Statement, outer: str) -> Fix:
    opened = _word_before(analysis, body.span.start).end
    return Fix(
        "Put these lines into parentheses",
        (
            Edit(Span(opened, opened), " ("),
            Edit(Span(last.span.end, last.span.end), f"\n{outer})"),
        ),
    )


RULE = Rule("misleading-indentation", "suspicious", Severity.WARNING, check)
