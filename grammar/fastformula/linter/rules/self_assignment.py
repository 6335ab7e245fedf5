"""A variable is given its own value.

The statement does nothing. Either it can go, or one of the two names should be
another.

Bad:
    INPUTS ARE bonus (NUMBER), cap (NUMBER)
    IF bonus > cap THEN
        bonus = bonus
    RETURN bonus

Good:
    INPUTS ARE bonus (NUMBER), cap (NUMBER)
    IF bonus > cap THEN
        bonus = cap
    RETURN bonus
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Analysis
from fastformula.analysis.words import shorten
from fastformula.diagnostic import Severity
from fastformula.linter.nodes import are_alike
from fastformula.linter.rule import Finding, Rule
from fastformula.syntax.tree import Assign, Index, Name


def check(analysis: Analysis) -> Iterator[Finding]:
    """Assignments whose two sides are alike."""
    for placed in analysis.statements:
        statement = placed.statement
        if (
            isinstance(statement, Assign)
            and isinstance(statement.target, Name | Index)
            and are_alike(statement.target, statement.value)
        ):
            written = shorten(statement.target.span.text_in(analysis.parsed.text))
            yield Finding(
                statement.span,
                f"`{written}` is given its own value, so nothing happens. Write what "
                "was meant, or remove the line.",
            )


RULE = Rule("self-assignment", "suspicious", Severity.WARNING, check, unnecessary=True)
