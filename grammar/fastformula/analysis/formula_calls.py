"""Calls of other formulas and uses of the working storage area, as values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from fastformula.analysis.model import (
    CallSite,
    FormulaCall,
    Passed,
    Placed,
    StorageUse,
    Taken,
)
from fastformula.syntax.tree import CallFormula, Expression, FormulaInput, Text

_STORAGE = {
    "WSA_SET": "set",
    "WSA_GET": "get",
    "WSA_EXISTS": "exists",
    "WSA_DELETE": "delete",
}


def find_formula_calls(
    statements: Iterable[Placed],
    calls: Sequence[CallSite],
    types: Mapping[int, str | None],
) -> tuple[FormulaCall, ...]:
    """The calls of other formulas, in source order, both ways to write them.

    A GET_OUTPUT belongs to the last EXECUTE before it, if that is carried out on every
    way there; where branches call different formulas nobody can tell.
    """
    found = [
        _read_call(placed, placed.statement, types)
        for placed in statements
        if isinstance(placed.statement, CallFormula)
    ]
    inputs: list[Passed] = []
    current: FormulaCall | None = None
    executed: list[FormulaCall] = []
    for site in calls:
        arguments = site.call.arguments
        if site.key == "SET_INPUT" and arguments:
            value = arguments[1] if len(arguments) > 1 else None
            kind = types.get(id(value)) if value else None
            inputs.append(Passed(_name(arguments[0]), arguments[0], value, kind))
        elif site.key == "EXECUTE" and arguments:
            current = FormulaCall(
                site.call, _name(arguments[0]), tuple(inputs), (), site.scope
            )
            executed.append(current)
            inputs = []
        elif site.key == "GET_OUTPUT" and arguments:
            inputs = []
            if current is None or current.scope not in site.scope.chain():
                continue
            default = arguments[1] if len(arguments) > 1 else None
            taken = Taken(
                _name(arguments[0]),
                arguments[0],
                None,
                default,
                types.get(id(default)) if default else None,
            )
            current = current._replace(outputs=(*current.outputs, taken))
            executed[-1] = current
    return tuple(sorted([*found, *executed], key=lambda each: each.node.span))


def find_storage(
    calls: Iterable[CallSite], types: Mapping[int, str | None]
) -> tuple[StorageUse, ...]:
    """The uses of the working storage area, in source order."""
    return tuple(
        StorageUse(
            site.call,
            _STORAGE[site.key],  # type: ignore[arg-type]
            _name(site.call.arguments[0]) if site.call.arguments else None,
            types.get(id(site.call.arguments[1]))
            if site.key in ("WSA_SET", "WSA_GET") and len(site.call.arguments) > 1
            else None,
            site.scope,
        )
        for site in calls
        if site.key in _STORAGE
    )


def _read_call(
    placed: Placed, node: CallFormula, types: Mapping[int, str | None]
) -> FormulaCall:
    inputs: list[Passed] = []
    outputs: list[Taken] = []
    for each in node.arguments:
        if isinstance(each, FormulaInput):
            kind = types.get(id(each.value)) if each.value else None
            inputs.append(Passed(_name(each.name), each.name, each.value, kind))
        else:
            kind = types.get(id(each.default)) if each.default else None
            outputs.append(
                Taken(_name(each.name), each.name, each.target, each.default, kind)
            )
    return FormulaCall(
        node, _name(node.formula), tuple(inputs), tuple(outputs), placed.scope
    )


def _name(node: Expression) -> str | None:
    return node.value.upper() if isinstance(node, Text) else None
