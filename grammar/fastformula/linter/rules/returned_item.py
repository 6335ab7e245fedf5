"""RETURN names a database item.

Every RETURN in the formulas that Oracle publishes names variables. Nothing is known of
one that names a database item or global value. Copy the value to a local variable and
return that.

Bad:
    DEFAULT FOR PER_ASG_FTE_VALUE IS 1
    RETURN PER_ASG_FTE_VALUE

Good:
    DEFAULT FOR PER_ASG_FTE_VALUE IS 1
    fte = PER_ASG_FTE_VALUE
    RETURN fte

Uncertain: Whether Oracle's compiler takes a database item in a RETURN.
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Access, Analysis
from fastformula.diagnostic import Severity
from fastformula.linter.rule import Finding, Rule


def check(analysis: Analysis) -> Iterator[Finding]:
    """The first RETURN of each item that is known or shaped as one."""
    for symbol in analysis.items:
        if symbol.writes:
            # Told by misuse-of-assignment.
            continue
        for use in symbol.uses:
            if use.access is Access.RETURN:
                yield Finding(
                    use.name.span,
                    f"`{use.name.text}` is a database item, and no known formula "
                    "returns one. Copy it to a local variable and return that.",
                )
                break


RULE = Rule("returned-item", "suspicious", Severity.HINT, check)
