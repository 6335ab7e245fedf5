"""A logging function prints nothing where this formula runs.

Each of them writes to the log of one kind of process. PAY_INTERNAL_LOG_WRITE writes to
that of payroll, SET_LOG to that of compensation. ESS_LOG_WRITE writes to the log of a
scheduled process: in a formula that is run while somebody enters something, nobody
ever sees it. The calls cost time all the same. This is said once per formula.

Formula type: Global Absence Entry Validation

Bad:
    INPUTS ARE IV_START_DATE (DATE)
    l_log = ESS_LOG_WRITE('Start: ' || TO_CHAR(IV_START_DATE))
    valid = 'Y'
    RETURN valid

Good:
    INPUTS ARE IV_START_DATE (DATE)
    valid = 'Y'
    IF IV_START_DATE < '2026/01/01 00:00:00' (DATE) THEN
        valid = 'N'
    RETURN valid

Uncertain: Oracle says that ESS_LOG_WRITE shows nothing outside scheduled processes. It
does not list which formula types run in both. Only types that check an entry as it is
saved are judged.
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Analysis
from fastformula.diagnostic import Related, Severity
from fastformula.language.formula_type import FormulaType
from fastformula.linter.rule import Finding, Rule

MOST = 5
"""Further places that are named."""

_ON_ENTRY = frozenset(
    {
        "Global Absence Entry Validation",
        "Payroll User Interface Configuration",
        "User Table Validation",
    }
)
"""Types of formulas that run while somebody works on a page."""

_PAYROLL_NEVER = frozenset({"Absence", "Benefits", "Compensation", "Recruiting"})
"""Chapters of formula types that no payroll process runs."""


def check(analysis: Analysis) -> Iterator[Finding]:
    """The first call that is in vain, with others."""
    claim = analysis.formula_type
    if claim is None or claim.origin == "inferred":
        return
    vain = [site for site in analysis.calls if _is_vain(site.key, claim.type)]
    if vain:
        first, *others = vain
        yield Finding(
            first.call.function.span,
            f"{first.key} prints nothing in a formula of the type {claim.type.name}. "
            "Remove it, or return what you want to see as a message.",
            related=tuple(
                Related(site.call.function.span, "Nothing is printed here either.")
                for site in others[:MOST]
            ),
        )


def _is_vain(function: str, kind: FormulaType) -> bool:
    match function:
        case "ESS_LOG_WRITE":
            return kind.name in _ON_ENTRY
        case "PAY_INTERNAL_LOG_WRITE":
            return kind.name in _ON_ENTRY or kind.chapter in _PAYROLL_NEVER
        case "SET_LOG":
            return kind.chapter in _PAYROLL_NEVER - {"Compensation"}
    return False


RULE = Rule("silent-log", "performance", Severity.HINT, check)
