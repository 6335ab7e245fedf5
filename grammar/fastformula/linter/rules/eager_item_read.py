"""A database item is read before anybody knows whether it is needed.

Reading an item can mean a query. Where only one branch uses it, or the formula returns
before it is used, read it there: Oracle fetches an item when it is read for the first
time, and those who never come that way do not pay for it. This is said once per
formula.

Bad:
    DEFAULT FOR PER_ASG_GRADE_CODE IS ' '
    INPUTS ARE hours (NUMBER)
    grade = PER_ASG_GRADE_CODE
    bonus = 0
    IF hours > 40 THEN (
        IF grade = 'A' THEN
            bonus = 100
    )
    RETURN bonus

Bad:
    DEFAULT FOR PER_ASG_GRADE_CODE IS ' '
    INPUTS ARE hours (NUMBER)
    bonus = 0
    grade = PER_ASG_GRADE_CODE
    IF hours < 40 THEN
        RETURN bonus
    IF grade = 'A' THEN
        bonus = 100
    RETURN bonus

Good:
    DEFAULT FOR PER_ASG_GRADE_CODE IS ' '
    INPUTS ARE hours (NUMBER)
    bonus = 0
    IF hours > 40 THEN (
        grade = PER_ASG_GRADE_CODE
        IF grade = 'A' THEN
            bonus = 100
    )
    RETURN bonus
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from fastformula.analysis import Access, Analysis, Symbol, Use
from fastformula.analysis.model import Scope
from fastformula.diagnostic import Related, Severity
from fastformula.linter.nodes import inner
from fastformula.linter.rule import Finding, Rule
from fastformula.syntax.tree import Assign, ChangeContexts, If, Name, Return
from fastformula.text import Span

MOST = 5
"""Further places that are named."""


class Early(NamedTuple):
    """An item that is copied too early."""

    copy: Symbol
    write: Use
    item: Symbol
    where: str
    """Where to read it instead."""
    place: Span


def check(analysis: Analysis) -> Iterator[Finding]:
    """The first such copy, with others."""
    leaving: dict[int, list[If]] = defaultdict(list)
    for placed in analysis.statements:
        statement = placed.statement
        if isinstance(statement, If) and _leaves(statement):
            leaving[id(placed.scope)].append(statement)
    early = [
        found
        for symbol in analysis.locals
        if (found := _judge(analysis, symbol, leaving)) is not None
    ]
    if not early:
        return
    early.sort(key=lambda each: each.write.name.span)
    first, *others = early
    yield Finding(
        first.write.name.span,
        f"`{first.item.name}` is fetched here in every case, but `{first.copy.name}` "
        f"is used only {first.where}. Read it there.",
        related=(
            Related(first.place, f"`{first.copy.name}` is used only {first.where}."),
            *(
                Related(
                    each.write.name.span,
                    f"`{each.copy.name}` is used only {each.where}, too.",
                )
                for each in others[: MOST - 1]
            ),
        ),
    )


def _leaves(statement: If) -> bool:
    """Whether it does nothing but end the formula in some cases."""
    statements = statement.then.statements
    return (
        statement.orelse is None
        and bool(statements)
        and isinstance(statements[-1], Return)
    )


def _judge(
    analysis: Analysis, symbol: Symbol, leaving: Mapping[int, Sequence[If]]
) -> Early | None:
    if len(symbol.writes) != 1 or not symbol.reads:
        return None
    write = symbol.writes[0]
    scope = write.scope
    if (
        write.access is not Access.WRITE
        or not isinstance(write.statement, Assign)
        or scope.loop is not None
        or scope.context_changes
    ):
        return None
    value = inner(write.statement.value)
    item = analysis.symbol_of(value) if isinstance(value, Name) else None
    if item is None or item.item is None or item.item.kind != "item":
        return None
    uses = [
        use
        for use in (*symbol.uses, *item.uses)
        if use.statement is not write.statement and not use.access.declares
    ]
    if any(
        use.scope.context_changes or isinstance(use.statement, ChangeContexts)
        for use in uses
    ):
        # There the item would be another.
        return None
    branch = _branch(scope, uses)
    if branch is not None:
        return Early(symbol, write, item, "in one branch of an IF", branch)
    start = min(use.name.span.start for use in uses)
    for statement in leaving.get(id(scope), ()):
        if write.name.span.start < statement.span.start < statement.span.end <= start:
            where = "behind a RETURN that may come first"
            return Early(symbol, write, item, where, statement.condition.span)
    return None


def _branch(scope: Scope, uses: Sequence[Use]) -> Span | None:
    """The condition of the IF below `scope` in one branch of which all uses stand."""
    branches = {id(branch): branch for branch in (_below(scope, use) for use in uses)}
    if len(branches) == 1:
        for branch in branches.values():
            if branch is not None and isinstance(branch.node, If):
                return branch.node.condition.span
    return None


def _below(scope: Scope, use: Use) -> Scope | None:
    """The scope between `scope` and the use, as far out as can be."""
    below = None
    for each in use.scope.chain():
        if each is scope:
            return below
        below = each
    return None


RULE = Rule("eager-item-read", "performance", Severity.HINT, check, needs_whole=True)
