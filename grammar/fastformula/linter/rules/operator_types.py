"""An operator stands between values it does not work on.

Numbers and texts do not mix, and dates take no operators. Oracle converts nothing by
itself: the compiler says "Incorrect operator usage". Convert with TO_CHAR or TO_NUMBER,
and reckon with dates by ADD_DAYS, DAYS_BETWEEN and their like.

Bad:
    INPUTS ARE hours (NUMBER), day (DATE)
    label = 'Hours: ' || hours
    due = ADD_DAYS(day, 1) + 7
    RETURN label, due

Bad:
    INPUTS ARE grade (TEXT)
    IF grade = 5 THEN
        rate = 12
    ELSE
        rate = 8
    RETURN rate

Good:
    INPUTS ARE hours (NUMBER), day (DATE), grade (TEXT)
    label = 'Hours: ' || TO_CHAR(hours)
    due = ADD_DAYS(day, 8)
    IF grade = '5' THEN
        rate = 12
    ELSE
        rate = 8
    RETURN label, due, rate
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Analysis
from fastformula.diagnostic import Severity
from fastformula.linter.rule import Finding, Rule, reported


def check(analysis: Analysis) -> Iterator[Finding]:
    """What the analysis found while it typed the expressions."""
    return reported(analysis, "operator-types")


RULE = Rule("operator-types", "compiler", Severity.ERROR, check)
