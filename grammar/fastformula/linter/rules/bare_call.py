"""A function is called and its result is dropped.

Oracle's own formulas assign every result, also one that nobody reads:
`l_log = ESS_LOG_WRITE('…')`. Only SET_INPUT, EXECUTE, WSA_SET and WSA_DELETE stand
alone. Whether Oracle's compiler takes another call as a statement is not known. Assign
the result to a local variable.

Bad:
    INPUTS ARE hours (NUMBER)
    ESS_LOG_WRITE('Hours: ' || TO_CHAR(hours))
    pay = hours * 12
    RETURN pay

Good:
    INPUTS ARE hours (NUMBER)
    l_log = ESS_LOG_WRITE('Hours: ' || TO_CHAR(hours))
    pay = hours * 12
    RETURN pay

Uncertain: Whether a call of an ordinary function may stand alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Analysis
from fastformula.diagnostic import Fix, Severity
from fastformula.language import find_functions
from fastformula.linter.rule import Finding, Rule
from fastformula.syntax.tree import CallStatement
from fastformula.text import Edit, Span


def check(analysis: Analysis) -> Iterator[Finding]:
    """Every call that stands alone and gives a value."""
    for statement, *_ in analysis.statements:
        if isinstance(statement, CallStatement):
            overloads = find_functions(statement.call.function.key)
            if overloads and all(
                each.returns not in ("STATEMENT", "CONDITION") for each in overloads
            ):
                yield _describe(statement, overloads[0].returns)


def _describe(statement: CallStatement, kind: str) -> Finding:
    name, start = statement.call.function.text, statement.span.start
    local = {"TEXT": "l_text", "DATE": "l_date"}.get(kind, "l_dummy")
    return Finding(
        statement.call.function.span,
        f"The result of {name} is dropped, and Oracle may not take a call that stands "
        f"alone. Write `{local} = {name}(…)`.",
        (
            Fix(
                "Assign the result to a local variable",
                (Edit(Span(start, start), f"{local} = "),),
            ),
        ),
    )


RULE = Rule("bare-call", "suspicious", Severity.WARNING, check)
