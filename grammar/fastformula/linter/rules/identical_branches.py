"""THEN and ELSE do the same.

The condition decides nothing: whatever it says, the same happens. Mostly a branch was
copied and not changed.

Bad:
    INPUTS ARE status (TEXT), rate (NUMBER), reduced_rate (NUMBER)
    IF status = 'FULL_TIME' THEN
        pay_rate = rate
    ELSE
        pay_rate = rate
    RETURN pay_rate, reduced_rate

Good:
    INPUTS ARE status (TEXT), rate (NUMBER), reduced_rate (NUMBER)
    IF status = 'FULL_TIME' THEN
        pay_rate = rate
    ELSE
        pay_rate = reduced_rate
    RETURN pay_rate
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Analysis
from fastformula.diagnostic import Related, Severity
from fastformula.linter.nodes import are_alike
from fastformula.linter.rule import Finding, Rule
from fastformula.syntax.tree import If


def check(analysis: Analysis) -> Iterator[Finding]:
    """Branches that are alike, unless both are empty."""
    for placed in analysis.statements:
        statement = placed.statement
        if not isinstance(statement, If) or statement.orelse is None:
            continue
        then, orelse = statement.then, statement.orelse
        if then.statements and are_alike(then, orelse):
            yield Finding(
                statement.condition.span,
                "THEN and ELSE do the same, so this condition decides nothing. "
                "Change one of the branches, or keep one and drop the IF.",
                related=(
                    Related(then.span, "This happens when the condition holds."),
                    Related(orelse.span, "The same happens when it does not."),
                ),
            )


RULE = Rule("identical-branches", "suspicious", Severity.WARNING, check)
