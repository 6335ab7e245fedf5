"""A name is used with two types, or a value is put where another type belongs.

A variable has one type throughout a formula: that of its declaration, of its DEFAULT,
or of the first value it is given. The same holds for the elements and the index of an
array, and for contexts. Oracle says "Inconsistent Data Type Usage". Use a second
variable, or convert the value.

Bad:
    INPUTS ARE hours (NUMBER)
    result = hours * 2
    result = 'none'
    RETURN result

Bad:
    INPUTS ARE hours (NUMBER_TEXT)
    total = hours[1]
    RETURN total

Good:
    INPUTS ARE hours (NUMBER_TEXT)
    total = hours['MON'] * 2
    message = 'none'
    RETURN total, message
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Analysis
from fastformula.diagnostic import Severity
from fastformula.linter.rule import Finding, Rule, reported


def check(analysis: Analysis) -> Iterator[Finding]:
    """What the analysis found while it typed the expressions."""
    return reported(analysis, "inconsistent-types")


RULE = Rule("inconsistent-types", "compiler", Severity.ERROR, check)
