"""Names without a value, and names without a use that were likely meant by them."""

from __future__ import annotations

from collections.abc import Mapping

from fastformula.analysis import Access, Analysis, Symbol
from fastformula.linter.spelling import index, look_up


def unassigned_returns(analysis: Analysis) -> Mapping[str, Symbol | None]:
    """By key of what is only ever returned: what is only ever assigned and near."""
    idle = {
        each.key: each for each in analysis.locals if each.writes and not each.reads
    }
    known = index(idle)
    return {
        symbol.key: idle.get(look_up(symbol.key, known))
        for symbol in analysis.locals
        if symbol.default is None
        and all(use.access is Access.RETURN for use in symbol.uses)
    }


def meant_elsewhere(analysis: Analysis) -> frozenset[str]:
    """Keys of symbols that nothing reads, but for a name that is likely misspelt.

    That name is reported, so the symbol need not be.
    """
    known = index(each.key for each in analysis.symbols.values() if not each.reads)
    return frozenset(
        look_up(symbol.key, known)
        for symbol in analysis.symbols.values()
        if symbol.reads and _is_unknown(symbol)
    )


def _is_unknown(symbol: Symbol) -> bool:
    """Whether nothing declares or assigns it, and no table has it."""
    if symbol.default or symbol.default_data or symbol.alias or symbol.writes:
        return False
    if symbol.item is not None:
        return symbol.item.evidence == "shape"
    return symbol.kind == "local"
