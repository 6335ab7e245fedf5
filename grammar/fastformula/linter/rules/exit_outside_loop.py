"""EXIT stands outside a WHILE.

It leaves the innermost loop, and there is none here; often the loop has no parentheses,
so that only its first statement is repeated. Oracle's compiler objects. To leave the
formula write RETURN; to leave a branch write an ELSE.

Bad:
    INPUTS ARE hours (NUMBER)
    IF hours > 24 THEN
        EXIT
    pay = hours * 12
    RETURN pay

Bad:
    day = 1
    WHILE day < 5 LOOP
        day = day + 1
    IF day = 3 THEN
        EXIT
    RETURN day

Good:
    day = 1
    WHILE day < 5 LOOP (
        day = day + 1
        IF day = 3 THEN
            EXIT
    )
    RETURN day
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Analysis
from fastformula.diagnostic import Fix, Related, Severity
from fastformula.linter.rule import Finding, Rule
from fastformula.syntax.tree import Exit, While
from fastformula.text import Edit


def check(analysis: Analysis) -> Iterator[Finding]:
    """Every EXIT with no WHILE around it."""
    loop: While | None = None
    for statement, scope, _ in analysis.statements:
        if isinstance(statement, While):
            loop = statement
        elif isinstance(statement, Exit) and scope.loop is None:
            yield _describe(statement, loop)


def _describe(statement: Exit, loop: While | None) -> Finding:
    message = "EXIT leaves a WHILE loop, but there is none around it."
    related: tuple[Related, ...] = ()
    if loop is not None and not loop.body.bracketed:
        message += (
            " The loop above has no parentheses, so only its first statement belongs "
            "to it."
        )
        related = (Related(loop.span, "This is all of the loop."),)
    else:
        message += " To leave the formula write RETURN."
    leave = Fix("Write RETURN", (Edit(statement.span, "RETURN"),))
    return Finding(statement.span, message, (leave,), related)


RULE = Rule("exit-outside-loop", "compiler", Severity.ERROR, check)
