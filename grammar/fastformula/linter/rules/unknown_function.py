"""A function does not exist, or is called with arguments that none of its forms takes.

Oracle finds a function by its name, the number and types of its arguments and the type
of its result, and says "Unknown function used in statement" for anything else. In
E-Business Suite, where customers define functions of their own, an unknown name is a
warning; so is a call that only a signature forbids which Oracle does not document.

Bad:
    INPUTS ARE hours (NUMBER)
    pay = ROUNDD(hours, 2)
    RETURN pay

Bad:
    INPUTS ARE grade (TEXT)
    rate = GET_TABLE_VALUE('RATES', 'HOURLY', 5)
    RETURN rate

Bad:
    pay = ROUND('abc', 2)
    RETURN pay

Good:
    INPUTS ARE hours (NUMBER), grade (TEXT)
    rate = TO_NUMBER(GET_TABLE_VALUE('RATES', 'HOURLY', grade))
    pay = ROUND(hours * rate, 2)
    RETURN pay
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Analysis
from fastformula.diagnostic import Severity
from fastformula.linter.rule import Finding, Rule, reported


def check(analysis: Analysis) -> Iterator[Finding]:
    """What the analysis found while it typed the expressions."""
    return reported(analysis, "unknown-function")


RULE = Rule("unknown-function", "compiler", Severity.ERROR, check)
