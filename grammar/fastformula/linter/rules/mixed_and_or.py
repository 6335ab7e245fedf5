"""AND and OR stand side by side without parentheses.

AND binds tighter than OR: `a OR b AND c` holds whenever `a` does, whatever `c` is.
Readers take such a line one way and Oracle takes it the other. Write the parentheses,
even where it is meant as it stands.

Bad:
    INPUTS ARE grade (TEXT), hours (NUMBER)
    bonus = 0
    IF grade = 'A' OR grade = 'B' AND hours > 40 THEN
        bonus = 100
    RETURN bonus

Good:
    INPUTS ARE grade (TEXT), hours (NUMBER)
    bonus = 0
    IF (grade = 'A' OR grade = 'B') AND hours > 40 THEN
        bonus = 100
    RETURN bonus

Good:
    INPUTS ARE grade (TEXT), hours (NUMBER)
    bonus = 0
    IF grade = 'A' OR (grade = 'B' AND hours > 40) THEN
        bonus = 100
    RETURN bonus
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Analysis
from fastformula.diagnostic import Fix, Related, Severity
from fastformula.linter.rule import Finding, Rule
from fastformula.syntax import walk
from fastformula.syntax.tree import If, Logic, While
from fastformula.text import Edit, Span


def check(analysis: Analysis) -> Iterator[Finding]:
    """Each OR once, at the first AND below it."""
    for placed in analysis.statements:
        if not isinstance(placed.statement, If | While):
            continue
        for node in walk(placed.statement.condition):
            if not isinstance(node, Logic) or node.operator != "OR":
                continue
            joined = [each for each in node.operands if isinstance(each, Logic)]
            if joined:
                edits = [
                    edit
                    for each in joined
                    for edit in (
                        Edit(Span(each.span.start, each.span.start), "("),
                        Edit(Span(each.span.end, each.span.end), ")"),
                    )
                ]
                yield Finding(
                    joined[0].span,
                    "AND binds tighter than OR, so this part is asked as one. Put it "
                    "into parentheses, or the part that is meant.",
                    (Fix("Put each AND into parentheses", tuple(edits)),),
                    (Related(node.span, "It is one of the ways to meet this OR."),),
                )


RULE = Rule("mixed-and-or", "suspicious", Severity.HINT, check, safe=True)
