"""What belongs to one of Oracle's two products only."""

from __future__ import annotations

from fastformula.analysis import Analysis
from fastformula.language.context import Context


def find_context(analysis: Analysis, key: str) -> Context | None:
    """The context of that upper-case name which the formula's product has."""
    context = analysis.environment.catalogue.find_context(key)
    if context is None or context.product not in ("both", analysis.product):
        return None
    return context
