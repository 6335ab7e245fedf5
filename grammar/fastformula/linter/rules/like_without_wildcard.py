"""LIKE is given a text without `%` or `_`.

Without one of them it asks for exactly that text, as `=` does. Mostly the `%` was
forgotten: `LIKE 'Weekly%'` also takes 'Weekly 2026'.

Bad:
    INPUTS ARE period_type (TEXT)
    factor = 12
    IF period_type LIKE 'Week' THEN
        factor = 52
    RETURN factor

Good:
    INPUTS ARE period_type (TEXT)
    factor = 12
    IF period_type LIKE '%Week%' THEN
        factor = 52
    RETURN factor

Uncertain: that `_` stands for any one character is taken over from SQL; Oracle's
formulas only show `%`.
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Analysis
from fastformula.diagnostic import Severity
from fastformula.linter.rule import Finding, Rule
from fastformula.syntax import walk
from fastformula.syntax.tree import If, Like, Text, While


def check(analysis: Analysis) -> Iterator[Finding]:
    """Patterns that are literals."""
    for placed in analysis.statements:
        if not isinstance(placed.statement, If | While):
            continue
        for node in walk(placed.statement.condition):
            if (
                isinstance(node, Like)
                and isinstance(node.pattern, Text)
                and not set("%_") & set(node.pattern.value)
            ):
                sign = "<>" if node.negated else "="
                yield Finding(
                    node.pattern.span,
                    f"Without `%` this asks for exactly this text, as `{sign}` does. "
                    f"Write the `%` where other text may stand, or `{sign}`.",
                )


RULE = Rule("like-without-wildcard", "suspicious", Severity.HINT, check)
