"""A value is compared with itself.

Such a comparison says nothing: it is always true, or never. Mostly one of the two
names should be another, the copied line was not changed to the end.

Bad:
    INPUTS ARE hours (NUMBER), standard_hours (NUMBER)
    IF hours > hours THEN
        overtime = hours - standard_hours
    ELSE
        overtime = 0
    RETURN overtime

Good:
    INPUTS ARE hours (NUMBER), standard_hours (NUMBER)
    IF hours > standard_hours THEN
        overtime = hours - standard_hours
    ELSE
        overtime = 0
    RETURN overtime
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Analysis
from fastformula.analysis.words import shorten
from fastformula.diagnostic import Severity
from fastformula.linter.nodes import are_alike, is_steady
from fastformula.linter.rule import Finding, Rule
from fastformula.syntax import walk
from fastformula.syntax.tree import Compare, Constant, If, While


def check(analysis: Analysis) -> Iterator[Finding]:
    """Comparisons whose sides are alike; `1 = 1` is a way to loop until EXIT."""
    for placed in analysis.statements:
        if not isinstance(placed.statement, If | While):
            continue
        for node in walk(placed.statement.condition):
            if (
                isinstance(node, Compare)
                and not isinstance(node.left, Constant)
                and are_alike(node.left, node.right)
                and is_steady(node.left)
            ):
                written = shorten(node.left.span.text_in(analysis.parsed.text))
                always = "never" if node.operator in _UNEQUAL else "always"
                yield Finding(
                    node.span,
                    f"`{written}` is compared with itself, which is {always} true. "
                    "Compare it with what was meant.",
                )


_UNEQUAL = {"<>", "!=", "><", "<", ">"}

RULE = Rule("self-comparison", "suspicious", Severity.WARNING, check)
