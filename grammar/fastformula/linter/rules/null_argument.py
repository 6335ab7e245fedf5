"""NULL is handed to a function.

The language has no NULL. One printed example of Oracle has it among the arguments of a
call, a sister of that example has a blank in its place; whether it compiles is not
known. Hand over a blank `' '` or a number that stands for nothing.

Bad:
    INPUTS ARE grade (TEXT)
    rate = TO_NUMBER(GET_TABLE_VALUE('RATES', NULL, grade))
    RETURN rate

Good:
    INPUTS ARE grade (TEXT)
    rate = TO_NUMBER(GET_TABLE_VALUE('RATES', ' ', grade))
    RETURN rate

Uncertain: Whether Oracle's compiler takes NULL in a call.
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Analysis
from fastformula.diagnostic import Severity
from fastformula.linter.rule import Finding, Rule
from fastformula.syntax.tree import Name


def check(analysis: Analysis) -> Iterator[Finding]:
    """Every NULL that is an argument; elsewhere it is a syntax error."""
    for site in analysis.calls:
        for argument in site.call.arguments:
            if isinstance(argument, Name) and argument.text.upper() == "NULL":
                yield Finding(
                    argument.span,
                    "The language has no NULL, and Oracle may not compile this. Hand "
                    "over ' ' or a number that stands for nothing.",
                )


RULE = Rule("null-argument", "compiler", Severity.WARNING, check)
