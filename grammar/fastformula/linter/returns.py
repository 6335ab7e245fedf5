"""Variables that are returned without a value, and those that are likely meant."""

from __future__ import annotations

from collections.abc import Mapping

from fastformula.analysis import Access, Analysis, Symbol
from fastformula.linter.spelling import nearest


def unassigned_returns(analysis: Analysis) -> Mapping[str, Symbol | None]:
    """By key of what is only ever returned: what is only ever assigned and near."""
    idle = {
        each.key: each for each in analysis.locals if each.writes and not each.reads
    }
    return {
        symbol.key: idle.get(nearest(symbol.key, idle))
        for symbol in analysis.locals
        if symbol.default is None
        and all(use.access is Access.RETURN for use in symbol.uses)
    }
