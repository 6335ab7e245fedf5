"""The formulas that a formula calls, where the workspace has them."""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Analysis, FormulaSignature
from fastformula.analysis.model import FormulaCall, Taken
from fastformula.syntax.tree import CallFormula, Expression, Name


def found_calls(analysis: Analysis) -> Iterator[tuple[FormulaCall, FormulaSignature]]:
    """Each call of a formula that is at hand, with what is known of that one."""
    library = analysis.environment.library
    if library.is_alone():
        return
    for call in analysis.formula_calls:
        signature = library.find(call.formula) if call.formula else None
        if signature is not None:
            yield call, signature


def name_node(call: FormulaCall) -> Expression:
    """Where a call names the formula."""
    if isinstance(call.node, CallFormula):
        return call.node.formula
    return call.node.arguments[0]


def target_type(analysis: Analysis, taken: Taken) -> str | None:
    """The type of the variable that takes an output; None where nothing is sure."""
    if not isinstance(taken.target, Name):
        return None
    symbol = analysis.symbol_of(taken.target)
    return symbol.type if symbol and symbol.is_sure else None
