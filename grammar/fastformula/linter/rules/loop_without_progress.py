"""A way through a loop changes nothing that the loop asks about.

On that way each round is like the one before, so the loop never ends: Oracle stops it
with "Too Many Iterations". Mostly the counter, or the step with NEXT, has slipped into
a branch. Take the step on every way, or leave the loop by EXIT.

Bad:
    DEFAULT FOR PER_HIST_ASG_ASSIGNMENT_ID IS EMPTY_NUMBER_NUMBER
    found = 0
    i = PER_HIST_ASG_ASSIGNMENT_ID.FIRST(-1)
    WHILE PER_HIST_ASG_ASSIGNMENT_ID.EXISTS(i) LOOP (
        IF PER_HIST_ASG_ASSIGNMENT_ID[i] > 0 THEN (
            found = found + 1
            i = PER_HIST_ASG_ASSIGNMENT_ID.NEXT(i, -1)
        )
    )
    RETURN found

Bad:
    total = 0
    i = 1
    WHILE 1 = 1 LOOP (
        IF i > 10 THEN
            EXIT
        total = total + i
    )
    RETURN total

Good:
    DEFAULT FOR PER_HIST_ASG_ASSIGNMENT_ID IS EMPTY_NUMBER_NUMBER
    found = 0
    i = PER_HIST_ASG_ASSIGNMENT_ID.FIRST(-1)
    WHILE PER_HIST_ASG_ASSIGNMENT_ID.EXISTS(i) LOOP (
        IF PER_HIST_ASG_ASSIGNMENT_ID[i] > 0 THEN
            found = found + 1
        i = PER_HIST_ASG_ASSIGNMENT_ID.NEXT(i, -1)
    )
    RETURN found
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from fastformula.analysis import Access, Analysis, Use
from fastformula.diagnostic import Related, Severity
from fastformula.linter.loops import uses_within
from fastformula.linter.nodes import is_steady
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

DEEPEST = 60
"""Blocks nested deeper are written by programs only, and are not judged."""


def check(analysis: Analysis) -> Iterator[Finding]:
    """Each loop, with what all conditions in it depend on."""
    for placed in analysis.statements:
        loop = placed.statement
        if not isinstance(loop, While) or not loop.body.statements:
            continue
        inside = uses_within(analysis, loop.span)
        headers = {
            id(use.statement): use.statement
            for use in inside
            if isinstance(use.statement, If | While)
        }
        conditions = [
            each.condition
            for each in (loop, *headers.values())
            if isinstance(each, If | While)
        ]
        if not all(map(is_steady, conditions)):
            continue
        asked = _asked(inside)
        moves = {
            id(use.statement): use
            for use in inside
            if _changes(use) and use.key in asked
        }
        if _stands_still(loop.body.statements, moves, 0):
            yield _describe(loop, moves)


def _changes(use: Use) -> bool:
    return use.access.writes or use.access is Access.DELETE


def _asked(uses: Sequence[Use]) -> set[str]:
    """What conditions mention, and what those variables are computed from."""
    sources: dict[str, set[str]] = defaultdict(set)
    reads: dict[int, set[str]] = defaultdict(set)
    pending = set()
    for use in uses:
        if isinstance(use.statement, If | While):
            pending.add(use.key)
        elif use.access.reads:
            reads[id(use.statement)].add(use.key)
    for use in uses:
        if _changes(use):
            sources[use.key] |= reads[id(use.statement)]
    asked: set[str] = set()
    while pending:
        key = pending.pop()
        if key not in asked:
            asked.add(key)
            pending |= sources[key]
    return asked


def _stands_still(
    statements: Sequence[Statement], moves: dict[int, Use], depth: int
) -> bool:
    """Whether a way leads to the end of the list past every statement of `moves`."""
    if depth > DEEPEST:
        return False
    for statement in statements:
        match statement:
            case Exit() | Return():
                return False
            case If():
                if not any(
                    branch is None or _stands_still(branch.statements, moves, depth + 1)
                    for branch in _branches(statement)
                ):
                    return False
            case ChangeContexts(body=body):
                if not _stands_still(body.statements, moves, depth + 1):
                    return False
            case While(body=body):
                # Whether it has a round cannot be told: it moves if that would.
                if not _stands_still(body.statements, moves, depth + 1):
                    return False
            case _:
                if id(statement) in moves:
                    return False
    return True


def _branches(statement: If) -> Iterator[Body | None]:
    """The bodies of a chain; None for the way past an IF without ELSE."""
    while True:
        yield statement.then
        orelse = statement.orelse
        if orelse is None or orelse.bracketed or len(orelse.statements) != 1:
            yield orelse
            return
        only = orelse.statements[0]
        if not isinstance(only, If):
            yield orelse
            return
        statement = only


def _describe(loop: While, moves: dict[int, Use]) -> Finding:
    steps = list({use.key: use for use in moves.values()}.values())[:3]
    if steps:
        named = " or ".join(f"`{use.name.text}`" for use in steps)
        message = (
            f"A way through this loop leaves {named} as it is, so that the next round "
            "is the same. Oracle says: Too Many Iterations. Change it on every way, or "
            "leave the loop by EXIT."
        )
    else:
        message = (
            "Nothing in this loop changes what its conditions ask, so that each round "
            "is like the first. Oracle says: Too Many Iterations."
        )
    return Finding(
        loop.condition.span,
        message,
        related=tuple(
            Related(use.name.span, f"`{use.name.text}` changes only here.")
            for use in steps
        ),
    )


RULE = Rule(
    "loop-without-progress",
    "suspicious",
    Severity.WARNING,
    check,
    needs_whole=True,
    yields_to=("constant-loop-condition",),
)
