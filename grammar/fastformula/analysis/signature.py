"""What other formulas need to know of one."""

from __future__ import annotations

from fastformula.analysis.environment import FormulaSignature
from fastformula.analysis.model import Access, Analysis


def summarise(analysis: Analysis, name: str, path: str) -> FormulaSignature:
    """The inputs, outputs and calls of a formula, under the `name` that others use."""
    inputs = analysis.inputs
    return FormulaSignature(
        name=name.upper(),
        path=path,
        inputs={each.key: each.type if each.is_sure else None for each in inputs},
        optional=frozenset(each.key for each in inputs if each.default is not None),
        outputs={
            use.name.key: symbol.type if symbol and symbol.is_sure else None
            for use in analysis.uses
            if use.access is Access.RETURN
            for symbol in (analysis.symbols.get(use.key),)
        },
        calls=frozenset(
            call.formula for call in analysis.formula_calls if call.formula is not None
        ),
        stored=frozenset(
            use.item for use in analysis.storage if use.operation == "set" and use.item
        ),
        deleted=frozenset(
            use.item
            for use in analysis.storage
            if use.operation == "delete" and use.item
        ),
        deletes_all=any(
            use.operation == "delete" and not use.call.arguments
            for use in analysis.storage
        ),
    )
