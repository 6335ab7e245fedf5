"""The formula type is not named, but the inputs and returns give it away.

With the type known, names and types of inputs and returns are checked against what
Oracle hands over and takes back. Name it in a comment at the top, or for many files in
fastformula.toml.

Bad:
    INPUTS ARE IV_START_DATE (DATE), IV_END_DATE (DATE)
    valid = 'Y'
    error_message = ' '
    IF IV_END_DATE < IV_START_DATE THEN (
        valid = 'N'
        error_message = 'The absence ends before it begins.'
    )
    RETURN valid, error_message

Good:
    /* Formula Type: Global Absence Entry Validation */
    INPUTS ARE IV_START_DATE (DATE), IV_END_DATE (DATE)
    valid = 'Y'
    error_message = ' '
    IF IV_END_DATE < IV_START_DATE THEN (
        valid = 'N'
        error_message = 'The absence ends before it begins.'
    )
    RETURN valid, error_message
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Analysis
from fastformula.diagnostic import Fix, Severity
from fastformula.linter.rule import Finding, Rule
from fastformula.text import Edit, Span


def check(analysis: Analysis) -> Iterator[Finding]:
    """The first of the names that gave it away."""
    claim = analysis.formula_type
    if claim is None or claim.origin != "inferred":
        return
    if claim.type.detail != "documented":
        # Its contract would not be held against the formula anyway.
        return
    name = claim.type.name
    symbol = analysis.symbols.get(claim.reasons[0])
    if symbol is None:
        return
    comment = Edit(Span(0, 0), f"/* Formula Type: {name} */\n")
    reasons = [f"`{key}`" for key in claim.reasons[:4]]
    if len(claim.reasons) > 4:
        reasons[3:] = ["others"]
    yield Finding(
        symbol.uses[0].name.span,
        f"By {', '.join(reasons[:-1])} and {reasons[-1]} this looks like a formula of "
        f"the type {name}. If so, say it in a comment `Formula Type: {name}`.",
        (Fix(f"Add a comment Formula Type: {name}", (comment,)),),
    )


RULE = Rule("inferred-type", "contract", Severity.HINT, check, needs_whole=True)
