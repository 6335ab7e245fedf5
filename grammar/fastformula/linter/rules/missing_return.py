"""The formula can come to its end without a RETURN.

Then nothing is handed back on that way, which is the same as a RETURN without names.
Whoever runs the formula goes on with nothing. Put a RETURN at the end, so that every
way comes to one.

Bad:
    INPUTS ARE hours (NUMBER)
    IF hours > 40 THEN (
        pay = hours * 12
        RETURN pay
    )

Good:
    INPUTS ARE hours (NUMBER)
    pay = 0
    IF hours > 40 THEN (
        pay = hours * 12
    )
    RETURN pay
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Analysis
from fastformula.diagnostic import Severity
from fastformula.linter.declarations import first_executable
from fastformula.linter.rule import Finding, Rule
from fastformula.syntax.tree import Return
from fastformula.text import Span


def check(analysis: Analysis) -> Iterator[Finding]:
    """The last word of the text, where some way reaches it."""
    if not analysis.ends_without_return or first_executable(analysis) is None:
        return
    last = analysis.parsed.tree.statements[-1]
    token = max(
        (each for each in analysis.parsed.tokens if each.end <= last.span.end),
        key=lambda each: each.end,
    )
    has_any = any(isinstance(each.statement, Return) for each in analysis.statements)
    yield Finding(
        Span(token.start, token.end),
        "The formula can come to its end here without a RETURN. On that way it hands "
        "nothing back."
        if has_any
        else "The formula has no RETURN, so it hands nothing back.",
    )


RULE = Rule("missing-return", "suspicious", Severity.WARNING, check, needs_whole=True)
