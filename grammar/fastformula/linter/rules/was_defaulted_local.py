"""WAS DEFAULTED asks about a local variable.

Only inputs and database items take a DEFAULT, so for a local variable the test is never
true. Ask about the item that the value comes from, before it is copied, or compare the
variable with the value that means nothing.

Bad:
    DEFAULT FOR PER_ASG_GRADE_NAME IS ' '
    grade = PER_ASG_GRADE_NAME
    rate = 12
    IF grade WAS DEFAULTED THEN
        rate = 8
    RETURN rate

Good:
    DEFAULT FOR PER_ASG_GRADE_NAME IS ' '
    rate = 12
    IF PER_ASG_GRADE_NAME WAS DEFAULTED THEN
        rate = 8
    RETURN rate

Uncertain: that it compiles and is false is a report from practice.
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Access, Analysis, Symbol
from fastformula.analysis.words import replace
from fastformula.diagnostic import Severity
from fastformula.linter.rule import Finding, Rule
from fastformula.syntax.tree import Assign, Name


def check(analysis: Analysis) -> Iterator[Finding]:
    """Each test of a local that has no DEFAULT."""
    for symbol in analysis.locals:
        if symbol.default or symbol.key in analysis.contexts:
            continue
        for use in symbol.uses:
            if use.access is not Access.TEST or not symbol.writes:
                continue
            source = _copied_from(analysis, symbol)
            advice = f" Did you mean `{source.text}`?" if source else ""
            yield Finding(
                use.name.span,
                f"`{use.name.text}` is a local variable, which is never defaulted, so "
                f"this is never true.{advice}",
                (replace(use.name, source.text),) if source else (),
            )


def _copied_from(analysis: Analysis, symbol: Symbol) -> Name | None:
    """The one name with a DEFAULT whose value the local always holds."""
    if len(symbol.writes) != 1:
        return None
    statement = symbol.writes[0].statement
    if not isinstance(statement, Assign) or not isinstance(statement.value, Name):
        return None
    source = analysis.symbol_of(statement.value)
    return statement.value if source and source.default else None


RULE = Rule(
    "was-defaulted-local",
    "suspicious",
    Severity.WARNING,
    check,
    needs_whole=True,
    yields_to=("uninitialized-variable",),
)
