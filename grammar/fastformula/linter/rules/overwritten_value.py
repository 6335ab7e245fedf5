"""A value is replaced by the very next statement.

Nobody can have read it in between. Mostly the second line was copied from the first,
and its name was not changed. A constant that the next line replaces is not told: some
authors give each variable a first value.

Bad:
    INPUTS ARE hours (NUMBER), rate (NUMBER)
    regular_pay = hours * rate
    regular_pay = hours * rate / 2
    RETURN regular_pay

Good:
    INPUTS ARE hours (NUMBER), rate (NUMBER)
    regular_pay = hours * rate
    overtime_pay = hours * rate / 2
    RETURN regular_pay, overtime_pay

Good:
    INPUTS ARE hours (NUMBER), rate (NUMBER)
    pay = hours * rate
    pay = pay + 100
    RETURN pay
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Analysis
from fastformula.analysis.words import shorten
from fastformula.diagnostic import Related, Severity
from fastformula.linter.nodes import are_alike, inner, is_steady
from fastformula.linter.rule import Finding, Rule
from fastformula.syntax import walk
from fastformula.syntax.tree import Assign, Constant, Name


def check(analysis: Analysis) -> Iterator[Finding]:
    """Assignments side by side in a list, of which the second does not read it."""
    last: dict[int, Assign] = {}
    for placed in analysis.statements:
        statement = placed.statement
        before = last.pop(id(placed.scope), None)
        if not isinstance(statement, Assign):
            continue
        last[id(placed.scope)] = statement
        if (
            before is not None
            and are_alike(before.target, statement.target)
            and not isinstance(inner(before.value), Constant)
            and is_steady(before.value)
            and not _reads(statement)
        ):
            written = shorten(statement.target.span.text_in(analysis.parsed.text))
            yield Finding(
                statement.target.span,
                f"`{written}` has just been given a value, which is lost here. Did "
                "you mean another variable?",
                related=(Related(before.span, "This value is never used."),),
            )


def _reads(statement: Assign) -> bool:
    """Whether the value mentions the variable that is assigned."""
    names = {each.key for each in walk(statement.target) if isinstance(each, Name)}
    return any(
        isinstance(each, Name) and each.key in names for each in walk(statement.value)
    )


RULE = Rule("overwritten-value", "suspicious", Severity.WARNING, check)
