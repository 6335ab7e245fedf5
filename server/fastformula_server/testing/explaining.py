"""Which of the statements of a run made a value."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from fastformula.interpreter import Step
from fastformula.syntax import walk
from fastformula.syntax.tree import Call, CallFormula, Return, Statement, Text

_MOST = 12
"""Statements that are shown for a failure."""


def explain(
    steps: Sequence[Step], formula: str, names: Collection[str]
) -> tuple[Step, ...]:
    """The statements that led to the values of `names`, the last one of each.

    They are upper-case names of `formula`; what it takes from others is followed there.
    """
    wanted = {(formula, name) for name in names}
    asked: set[str] = set()
    shown: list[Step] = []
    for step in reversed(steps):
        reads = {(step.formula, name.upper()) for name in step.reads}
        if isinstance(step.statement, Return):
            handed = {each for each in reads if each[1] in asked}
            wanted |= handed
            asked -= {name for _, name in handed}
        written = {(step.formula, name.upper()) for name in step.writes} & wanted
        if not written or len(shown) == _MOST:
            continue
        shown.append(step)
        # What it read was made further up; what it wrote is explained.
        wanted = wanted - written | reads
        asked |= _outputs(step.statement)
    return tuple(reversed(shown))


def last_of(steps: Sequence[Step], formula: str, name: str) -> Step | None:
    """The last statement that gave a value to the name, else the last one of all."""
    for step in reversed(steps):
        if step.formula == formula and name in map(str.upper, step.writes):
            return step
    return steps[-1] if steps else None


def _outputs(statement: Statement) -> set[str]:
    """The outputs of called formulas that a statement takes, as far as it names them.

    They are among the texts of such a statement, and few others stand there.
    """
    nodes = list(walk(statement))
    takes = any(
        isinstance(each, CallFormula)
        or (isinstance(each, Call) and each.function.key == "GET_OUTPUT")
        for each in nodes
    )
    texts = {each.value.upper() for each in nodes if isinstance(each, Text)}
    return texts if takes else set()
