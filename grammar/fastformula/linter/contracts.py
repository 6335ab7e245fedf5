"""How far the contract of a formula's type can be held against it."""

from __future__ import annotations

from fastformula.analysis import Analysis
from fastformula.diagnostic import Severity
from fastformula.language.formula_type import FormulaType


def stated_contract(analysis: Analysis) -> FormulaType | None:
    """The formula type, where the author names it and Oracle describes it."""
    claim = analysis.formula_type
    if claim is None or claim.origin == "inferred":
        return None
    return claim.type if claim.type.detail == "documented" else None


def known_contract(analysis: Analysis) -> FormulaType | None:
    """The formula type, named or inferred, with whatever is known of it."""
    claim = analysis.formula_type
    return None if claim is None else claim.type


def severity(analysis: Analysis) -> Severity | None:
    """Of what contradicts a contract: a hint where the type is inferred, else its own.

    Whoever has the type wrong in the first place is not to be warned of what follows.
    """
    claim = analysis.formula_type
    is_guess = claim is not None and claim.origin == "inferred"
    return Severity.HINT if is_guess else None
