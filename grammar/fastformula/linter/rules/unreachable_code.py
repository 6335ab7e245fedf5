"""Statements stand where the formula never comes.

RETURN ends the formula and EXIT the loop, so what stands behind them in the same block
is never carried out. The same goes for what follows an IF of which both branches end
so. Oracle does not object.

Bad:
    INPUTS ARE hours (NUMBER)
    pay = hours * 12
    RETURN pay
    pay = pay + 100

Good:
    INPUTS ARE hours (NUMBER)
    pay = hours * 12
    pay = pay + 100
    RETURN pay
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Analysis
from fastformula.diagnostic import Severity
from fastformula.linter.rule import Finding, Rule
from fastformula.text import Span


def check(analysis: Analysis) -> Iterator[Finding]:
    """What is left of each block from its first such statement on."""
    dead = {
        id(placed.statement)
        for placed in analysis.statements
        if not placed.is_reachable
    }
    told: set[int] = set()
    for statement, scope, is_reachable in analysis.statements:
        if is_reachable or id(scope) in told or id(scope.node) in dead:
            continue
        told.add(id(scope))
        block = scope.body or analysis.parsed.tree
        yield Finding(
            Span(statement.span.start, block.statements[-1].span.end),
            "The formula never comes here: what stands before ends it, or leaves the "
            "loop, on every way.",
        )


RULE = Rule(
    "unreachable-code",
    "suspicious",
    Severity.HINT,
    check,
    unnecessary=True,
    needs_whole=True,
)
