"""The formula needs a context that formulas of its type do not have.

Each type of formula runs with certain contexts. GET_CONTEXT of another one only ever
gives its default. Functions and database items that need one the type lacks are not
there for the formula: Oracle says "Unknown function used in statement", or takes the
item for a local variable without a value. Set the context with CHANGE_CONTEXTS, or look
for another way to the value.

Formula type: Flow Schedule

Bad:
    INPUTS ARE SCHEDULED_DATE (DATE)
    days = 7
    IF GET_CONTEXT(PERSON_ID, 0) = 0 THEN
        days = 14
    next_scheduled_date = ADD_DAYS(SCHEDULED_DATE, days)
    RETURN next_scheduled_date

Good:
    INPUTS ARE SCHEDULED_DATE (DATE)
    next_scheduled_date = ADD_DAYS(SCHEDULED_DATE, 7)
    RETURN next_scheduled_date

Uncertain: whether a context beyond those of the type can be set by CHANGE_CONTEXTS.
Oracle's own examples do it, so nothing is said of that.
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Access, Analysis
from fastformula.analysis.model import CallSite
from fastformula.diagnostic import Severity
from fastformula.linter.rule import Finding, Rule


def check(analysis: Analysis) -> Iterator[Finding]:
    """Where contexts are read, and what silently needs them."""
    claim = analysis.formula_type
    if claim is None or claim.origin == "inferred":
        return
    kind = claim.type
    if kind.contexts_evidence != "documented":
        return
    available = set(kind.contexts) | {
        use.key for use in analysis.uses if use.access is Access.SET_CONTEXT
    }
    told = set()
    for use in analysis.uses:
        known = analysis.contexts.get(use.key)
        if use.access is not Access.CONTEXT or known is None or use.key in told:
            continue
        if use.key not in available:
            told.add(use.key)
            yield Finding(
                use.name.span,
                f"{kind.name} formulas do not have the context {use.key}, so it is "
                "never set here.",
            )
    for site in analysis.calls:
        missing = _missing(site, available)
        if missing and site.key not in told:
            told.add(site.key)
            yield Finding(
                site.call.function.span,
                f"{site.key} needs the context {missing[0]}, which {kind.name} "
                "formulas do not have. Oracle may say: Unknown function.",
            )
    for symbol in analysis.items:
        needs = symbol.item.contexts if symbol.item else ()
        missing = [each for each in needs if each not in available]
        if missing:
            yield Finding(
                symbol.uses[0].name.span,
                f"`{symbol.name}` needs the context {missing[0]}, which {kind.name} "
                "formulas do not have. Oracle may take it for a local variable.",
            )


def _missing(site: CallSite, available: set[str]) -> list[str]:
    function = site.function
    if function is None or function.confidence != "documented":
        return []
    return [each for each in function.contexts if each not in available]


RULE = Rule("unavailable-context", "contract", Severity.WARNING, check)
