"""RETURN names a variable that is never given a value.

Oracle allows it, and whoever runs the formula gets nothing under that name. Mostly the
name is misspelt: then another variable is worked out and thrown away.

Bad:
    INPUTS ARE hours (NUMBER)
    total_pay = hours * 12
    RETURN total_pya

Bad:
    INPUTS ARE hours (NUMBER)
    pay = hours * 12
    RETURN pay, message

Good:
    INPUTS ARE hours (NUMBER)
    total_pay = hours * 12
    IF hours > 60 THEN
        message = 'Please check the hours.'
    RETURN total_pay, message
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Analysis, Symbol
from fastformula.analysis.words import replace
from fastformula.diagnostic import Fix, Severity
from fastformula.linter.misspellings import unassigned_returns
from fastformula.linter.rule import Finding, Rule
from fastformula.syntax.tree import Name
from fastformula.text import Edit


def check(analysis: Analysis) -> Iterator[Finding]:
    """The first RETURN of each such variable."""
    for key, similar in unassigned_returns(analysis).items():
        name = analysis.symbols[key].uses[0].name
        if similar is None:
            yield Finding(
                name.span,
                f"`{name.text}` is returned, but never given a value, so the caller "
                "gets nothing under this name.",
            )
        else:
            yield Finding(
                name.span,
                f"`{name.text}` is returned, but never given a value. Did you mean "
                f"`{similar.name}`, which nothing reads or returns?",
                (_agree(analysis, name, similar),),
                severity=Severity.WARNING,
            )


def _agree(analysis: Analysis, returned: Name, assigned: Symbol) -> Fix:
    """The fix that makes both names one: the one that the formula type knows."""
    claim = analysis.formula_type
    if claim is None or not claim.type.find_return(returned.key):
        return replace(returned, assigned.name)
    return Fix(
        f"Assign to {returned.text}",
        tuple(Edit(use.name.span, returned.text) for use in assigned.writes),
    )


RULE = Rule(
    "unassigned-return",
    "suspicious",
    Severity.HINT,
    check,
    needs_whole=True,
    yields_to=("uninitialized-variable",),
)
