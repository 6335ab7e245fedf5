"""Which statements of a formula with mistakes are surely read as they were meant."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from fastformula.diagnostic import Diagnostic, Severity
from fastformula.formatter.sameness import same_tree
from fastformula.syntax import Parsed, children, parse
from fastformula.syntax.tree import Body, Node
from fastformula.text import Span


class Run(NamedTuple):
    """Statements in a row, between which there is nothing wrong either."""

    statements: tuple[Node, ...]
    is_outermost: bool
    """Whether no statement holds them."""
    from_start: bool
    """Whether nothing but remarks stands before them."""
    to_end: bool
    """Whether nothing but remarks stands behind them."""


def has_errors(parsed: Parsed) -> bool:
    """Whether something of the text was not read as it stands there."""
    return any(map(_is_error, parsed.errors))


def find_runs(parsed: Parsed) -> Iterator[Run]:
    """The intact statements, also those within statements that are not."""
    if not has_errors(parsed):
        yield Run(parsed.tree.statements, True, True, True)
        return
    wrong = [_reach(parsed, error) for error in parsed.errors if _is_error(error)]

    def make_run(statements: list[Node], is_outermost: bool) -> Run:
        start, end = statements[0].span.start, statements[-1].span.end
        return Run(
            tuple(statements),
            is_outermost,
            parsed.tokens[0].start == start and _is_clean(0, start, wrong),
            parsed.tokens[-1].lead == end and _is_clean(end, len(parsed.text), wrong),
        )

    pending: list[tuple[tuple[Node, ...], bool]] = [(parsed.tree.statements, True)]
    while pending:
        statements, is_outermost = pending.pop()
        run: list[Node] = []
        for statement in statements:
            intact = _is_intact(parsed.text, statement, wrong)
            if run and not (
                intact and _is_clean(run[-1].span.end, statement.span.start, wrong)
            ):
                yield make_run(run, is_outermost)
                run = []
            if intact:
                # Where one stands within others must not depend on their layout.
                if run or is_outermost or _begins_line(parsed.text, statement):
                    run.append(statement)
            else:
                pending += [
                    (body.statements, False)
                    for body in children(statement)
                    if isinstance(body, Body)
                ]
        if run:
            yield make_run(run, is_outermost)


def _is_error(diagnostic: Diagnostic) -> bool:
    return diagnostic.severity is Severity.ERROR


def _reach(parsed: Parsed, error: Diagnostic) -> Span:
    """What a mistake may have to do with: up to the tokens before and behind it.

    The parser mends some mistakes by where lines end, so these must stay there.
    """
    if error.code == "syntax-comment":
        return error.span
    before = bisect_left(parsed.tokens, error.span.start, key=lambda each: each.end)
    behind = bisect_left(parsed.tokens, error.span.end, key=lambda each: each.start)
    start = parsed.tokens[before - 1].end if before else 0
    return Span(start, parsed.tokens[min(behind, len(parsed.tokens) - 1)].start)


def _begins_line(text: str, statement: Node) -> bool:
    """Whether only blanks stand before it; how wide a tab is, its lines must agree."""
    at = statement.span.start
    while at > 0 and text[at - 1] == " ":
        at -= 1
    return at == 0 or text[at - 1] in "\r\n"


def _is_clean(start: int, end: int, wrong: Sequence[Span]) -> bool:
    return not any(span.start <= end and start <= span.end for span in wrong)


def _is_intact(text: str, statement: Node, wrong: Sequence[Span]) -> bool:
    """Whether `statement` holds no mistake and means by itself what it means here."""
    start, end = statement.span
    if start == end or not _is_clean(start, end, wrong):
        return False
    alone = parse(text[start:end])
    return (
        not has_errors(alone)
        and len(alone.tree.statements) == 1
        and same_tree(alone.tree.statements[0], statement)
    )
