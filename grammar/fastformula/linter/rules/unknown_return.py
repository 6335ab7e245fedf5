"""RETURN names a variable that the formula type does not take back.

Whoever runs the formula looks for certain names and passes over others; benefits
processes end with "The formula returned an invalid value". Mostly the name is misspelt,
or left over from a formula of another type.

Formula type: Global Absence Plan Duration

Bad:
    INPUTS ARE IV_ABS_START_DATE (DATE), IV_ABS_END_DATE (DATE)
    duraton = DAYS_BETWEEN(IV_ABS_END_DATE, IV_ABS_START_DATE) + 1
    RETURN duraton

Good:
    INPUTS ARE IV_ABS_START_DATE (DATE), IV_ABS_END_DATE (DATE)
    duration = DAYS_BETWEEN(IV_ABS_END_DATE, IV_ABS_START_DATE) + 1
    RETURN duration

Uncertain: Oracle's pages may leave out names that work. So this is said only for types
whose page lists all returns; for others only of names that are nearly right.
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Access, Analysis
from fastformula.diagnostic import Fix, Severity
from fastformula.language.formula_type import FormulaType
from fastformula.linter.contracts import known_contract, severity, stated_contract
from fastformula.linter.rule import Finding, Rule
from fastformula.linter.spelling import nearest
from fastformula.text import Edit


def check(analysis: Analysis) -> Iterator[Finding]:
    """The first RETURN of each such name."""
    contract = known_contract(analysis)
    if contract is None or not contract.returns:
        return
    is_closed = (
        contract is stated_contract(analysis)
        and not contract.open_returns
        # Where Oracle's page takes the names for examples, others work.
        and any(each.required is not False for each in contract.returns)
    )
    known = [
        each.name for each in contract.returns if each.name not in analysis.symbols
    ]
    for symbol in analysis.symbols.values():
        use = next((use for use in symbol.uses if use.access is Access.RETURN), None)
        if use is None or contract.find_return(use.name.key):
            continue
        similar = nearest(use.name.key, known)
        if similar:
            edits = tuple(Edit(each.name.span, similar) for each in symbol.uses)
            yield Finding(
                use.name.span,
                f"{contract.name} formulas return no `{use.name.text}`. Did you mean "
                f"`{similar}`?",
                (Fix(f"Write {similar}", edits),),
                severity=severity(analysis),
            )
        elif is_closed:
            yield Finding(
                use.name.span,
                f"{contract.name} formulas return no `{use.name.text}`, so the value "
                f"gets lost. They return {_listed(contract)}.",
            )


def _listed(contract: FormulaType) -> str:
    names = [
        f"{each.name} to {each.name[:-1]}{each.numbered_to}"
        if each.numbered_to
        else each.name
        for each in contract.returns
    ]
    if len(names) > 8:
        names[8:] = ["others"]
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


RULE = Rule(
    "unknown-return",
    "contract",
    Severity.WARNING,
    check,
    yields_to=("unassigned-return",),
)
