"""WAS DEFAULTED asks about an input or item that has no DEFAULT.

Without a DEFAULT nothing is ever defaulted: where the value is missing, the formula
ends with an error before the test is made.

Bad:
    grade = ' '
    IF PER_ASG_GRADE_NAME WAS NOT DEFAULTED THEN
        grade = PER_ASG_GRADE_NAME
    RETURN grade

Good:
    DEFAULT FOR PER_ASG_GRADE_NAME IS ' '
    grade = ' '
    IF PER_ASG_GRADE_NAME WAS NOT DEFAULTED THEN
        grade = PER_ASG_GRADE_NAME
    RETURN grade
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Access, Analysis
from fastformula.diagnostic import Fix, Severity
from fastformula.linter.declarations import declare, default_for
from fastformula.linter.rule import Finding, Rule


def check(analysis: Analysis) -> Iterator[Finding]:
    """The first such test of each name."""
    for symbol in analysis.symbols.values():
        if symbol.kind == "local" or symbol.default or symbol.default_data:
            continue
        for use in symbol.uses:
            if use.access is Access.TEST:
                declaration = default_for(symbol.name, symbol.type or "TEXT")
                edit = declare(analysis, declaration)
                yield Finding(
                    use.name.span,
                    f"`{use.name.text}` has no DEFAULT, so it is never defaulted: "
                    "where the value is missing, the formula ends with an error.",
                    (Fix(f"Add {declaration}", (edit,)),) if symbol.type else (),
                )
                break


RULE = Rule(
    "was-defaulted-without-default",
    "suspicious",
    Severity.WARNING,
    check,
    needs_whole=True,
    yields_to=("uninitialized-variable", "misspelt-item"),
)
