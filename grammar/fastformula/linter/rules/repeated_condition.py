"""A condition asks what has been asked already.

In a chain of ELSE IF, a condition that stood further up is never reached when it
holds, so its branch is dead. Within one condition the second asking says nothing.
Mostly a line was copied and its value not changed.

Bad:
    INPUTS ARE grade (TEXT)
    IF grade = 'A' THEN
        bonus = 500
    ELSE IF grade = 'A' THEN
        bonus = 300
    ELSE
        bonus = 0
    RETURN bonus

Bad:
    INPUTS ARE status (TEXT)
    IF status = 'LEAVE' OR status = 'LEAVE' THEN
        pays = 'N'
    ELSE
        pays = 'Y'
    RETURN pays

Good:
    INPUTS ARE grade (TEXT)
    IF grade = 'A' THEN
        bonus = 500
    ELSE IF grade = 'B' THEN
        bonus = 300
    ELSE
        bonus = 0
    RETURN bonus
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Analysis
from fastformula.analysis.words import shorten
from fastformula.diagnostic import Related, Severity
from fastformula.linter.nodes import inner_condition, is_steady, shape
from fastformula.linter.rule import Finding, Rule
from fastformula.syntax import walk
from fastformula.syntax.tree import Body, Condition, If, Logic, While
from fastformula.text import Span

Seen = dict[tuple[object, ...], Span]


def check(analysis: Analysis) -> Iterator[Finding]:
    """Chains from their first IF on, and every AND and OR."""
    chained: set[int] = set()
    for placed in analysis.statements:
        statement = placed.statement
        if isinstance(statement, If | While):
            yield from _within(analysis, statement.condition)
        if isinstance(statement, If) and id(statement) not in chained:
            links = [statement]
            while (following := _next(links[-1].orelse)) is not None:
                links.append(following)
            chained.update(map(id, links))
            yield from _along(analysis, [link.condition for link in links])


def _next(orelse: Body | None) -> If | None:
    if orelse is not None and not orelse.bracketed:
        for statement in orelse.statements:
            return statement if isinstance(statement, If) else None
    return None


def _along(analysis: Analysis, conditions: list[Condition]) -> Iterator[Finding]:
    seen: Seen = {}
    for condition in conditions:
        if not is_steady(condition):
            continue
        told = next(
            (
                seen[key]
                for each in _operands(condition, "AND")
                if (key := shape(each)) in seen
            ),
            None,
        )
        if told is not None:
            written = shorten(condition.span.text_in(analysis.parsed.text))
            yield Finding(
                condition.span,
                f"`{written}` never holds here: where it does, an IF further up in "
                "this chain has already taken its branch.",
                related=(Related(told, "It is asked here first."),),
            )
        for each in _operands(condition, "OR"):
            seen.setdefault(shape(each), each.span)


def _within(analysis: Analysis, condition: Condition) -> Iterator[Finding]:
    for logic in walk(condition):
        if not isinstance(logic, Logic):
            continue
        seen: Seen = {}
        for operand in logic.operands:
            first = seen.setdefault(shape(operand), operand.span)
            if first != operand.span and is_steady(operand):
                written = shorten(operand.span.text_in(analysis.parsed.text))
                yield Finding(
                    operand.span,
                    f"`{written}` stands here twice, joined by {logic.operator}. "
                    "Change one of them to what was meant, or remove it.",
                    related=(Related(first, "It is asked here first."),),
                )


def _operands(condition: Condition, operator: str) -> tuple[Condition, ...]:
    """The operands of an AND or OR; of anything else, the condition itself."""
    condition = inner_condition(condition)
    if isinstance(condition, Logic) and condition.operator == operator:
        return condition.operands
    return (condition,)


RULE = Rule("repeated-condition", "suspicious", Severity.WARNING, check)
