"""An input is nearly one that the formula type hands over, but not quite.

Inputs are filled by name. One that the type does not know stays empty: the formula
works with its DEFAULT, or ends with an error where there is none.

Formula type: Global Absence Plan Duration

Bad:
    INPUTS ARE IV_ABS_STRAT_DATE (DATE), IV_ABS_END_DATE (DATE)
    duration = DAYS_BETWEEN(IV_ABS_END_DATE, IV_ABS_STRAT_DATE) + 1
    RETURN duration

Good:
    INPUTS ARE IV_ABS_START_DATE (DATE), IV_ABS_END_DATE (DATE)
    duration = DAYS_BETWEEN(IV_ABS_END_DATE, IV_ABS_START_DATE) + 1
    RETURN duration
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Analysis
from fastformula.diagnostic import Fix, Severity
from fastformula.linter.contracts import known_contract, severity
from fastformula.linter.rule import Finding, Rule
from fastformula.linter.spelling import nearest
from fastformula.text import Edit


def check(analysis: Analysis) -> Iterator[Finding]:
    """Each input that the contract lacks and that is near to one it has."""
    contract = known_contract(analysis)
    if contract is None:
        return
    known = [each.name for each in contract.inputs if each.name not in analysis.symbols]
    for symbol in analysis.inputs:
        if contract.find_input(symbol.key):
            continue
        similar = nearest(symbol.key, known)
        if similar:
            edits = tuple(Edit(use.name.span, similar) for use in symbol.uses)
            yield Finding(
                symbol.uses[0].name.span,
                f"{contract.name} formulas get no input `{symbol.name}`. Did you mean "
                f"`{similar}`?",
                (Fix(f"Write {similar}", edits),),
                severity=severity(analysis),
            )


RULE = Rule("misspelt-input", "contract", Severity.WARNING, check)
