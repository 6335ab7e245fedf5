"""Nothing in a loop changes what its condition asks.

Such a loop runs never or for ever: Oracle stops it with "Too Many Iterations". Change
a variable of the condition in the loop, or leave the loop by EXIT.

Bad:
    INPUTS ARE days (NUMBER)
    total = 0
    i = 1
    WHILE i <= days LOOP (
        total = total + 8
    )
    RETURN total

Bad:
    DEFAULT FOR PER_HIST_ASG_ASSIGNMENT_ID IS EMPTY_NUMBER_NUMBER
    count_of_assignments = 0
    i = PER_HIST_ASG_ASSIGNMENT_ID.FIRST(-1)
    WHILE PER_HIST_ASG_ASSIGNMENT_ID.EXISTS(i) LOOP (
        count_of_assignments = count_of_assignments + 1
        next_one = PER_HIST_ASG_ASSIGNMENT_ID.NEXT(i, -1)
    )
    RETURN count_of_assignments, next_one

Good:
    INPUTS ARE days (NUMBER)
    total = 0
    i = 1
    WHILE i <= days LOOP (
        total = total + 8
        i = i + 1
    )
    RETURN total
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Access, Analysis
from fastformula.diagnostic import Related, Severity
from fastformula.linter.loops import changes, uses_within
from fastformula.linter.rule import Finding, Rule
from fastformula.syntax.tree import Assign, Exit, Method, Return, Statement, While


def check(analysis: Analysis) -> Iterator[Finding]:
    """Loops that are left by their condition or not at all."""
    loops = [p for p in analysis.statements if isinstance(p.statement, While)]
    if not loops:
        return
    changed = changes(analysis)
    left = {
        id(each.node)
        for placed in analysis.statements
        for each in placed.scope.chain()
        if isinstance(placed.statement, Return)
    } | {
        id(placed.scope.loop)
        for placed in analysis.statements
        if isinstance(placed.statement, Exit)
    }
    for placed in loops:
        loop = placed.statement
        assert isinstance(loop, While)
        if id(loop) in left or not loop.body.statements:
            continue
        if not changed.can_touch(loop.condition, loop.body.span):
            yield _describe(analysis, loop)


def _describe(analysis: Analysis, loop: While) -> Finding:
    names: dict[str, str] = {}
    steps = []
    for use in uses_within(analysis, loop.span):
        if use.statement is loop:
            if analysis.symbols[use.key].kind == "local":
                names.setdefault(use.key, use.name.text)
        elif use.access is Access.WRITE and _steps_on(use.statement):
            message = f"This steps on, but into `{use.name.text}`."
            steps.append(Related(use.name.span, message))
    named = " or ".join(f"`{name}`" for name in list(names.values())[:2])
    advice = f"Change {named} in it" if named else "Ask about a variable that changes"
    return Finding(
        loop.condition.span,
        "Nothing in the loop changes this, so it runs never or until Oracle says: Too "
        f"Many Iterations. {advice}, or leave it by EXIT.",
        related=tuple(steps),
    )


def _steps_on(statement: Statement) -> bool:
    """Whether it assigns the next or previous index of an array."""
    return (
        isinstance(statement, Assign)
        and isinstance(statement.value, Method)
        and statement.value.method in _STEPS
    )


_STEPS = {"NEXT", "PRIOR", "PREVIOUS"}

RULE = Rule(
    "constant-loop-condition", "suspicious", Severity.WARNING, check, needs_whole=True
)
