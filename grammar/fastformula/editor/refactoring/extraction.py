"""An expression to a variable of its own."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, pairwise
from typing import get_args

from fastformula.analysis import Analysis
from fastformula.analysis.names import out_functions
from fastformula.editor.refactoring.place import Place, Refactoring, insert_before
from fastformula.syntax import walk
from fastformula.syntax.tree import (
    Binary,
    Call,
    CallFormula,
    Declaration,
    Expression,
    FormulaInput,
    Index,
    Logic,
    Method,
    Name,
    Node,
    While,
)
from fastformula.text import Edit

NAME = "l_value"
"""What the new variable is called, with a number where that is taken."""

_ITEM_NAMES = frozenset(
    "WSA_GET WSA_SET WSA_EXISTS WSA_DELETE SET_INPUT GET_OUTPUT EXECUTE IS_EXECUTABLE "
    "GET_CONTEXT CONTEXT_IS_SET NEED_CONTEXT".split()
)
"""Functions whose first argument is a name, which a variable would hide."""


def extract(place: Place) -> Iterator[Refactoring]:
    """Compute the selected expression in a statement before."""
    node = next((each for each in place.path if each.span == place.span), None)
    if not isinstance(node, get_args(Expression)) or isinstance(node, Name):
        return
    if isinstance(place.placed.statement, (While, *get_args(Declaration))):
        # A loop computes its condition anew each time; a declaration takes literals.
        return
    if node is getattr(place.placed.statement, "value", None):
        # It has a variable of its own.
        return
    if not _can_stand_before(place, node):
        return
    name = _free_name(place.analysis)
    line = f"{name} = {place.written(node)}"
    edits = (*insert_before(place, line), Edit(node.span, name))
    yield Refactoring(f"Extract to the variable {name}", "extract", edits)


def _can_stand_before(place: Place, node: Node) -> bool:
    """Whether it may be computed earlier, and a name may stand in its place."""
    analysis = place.analysis
    kind = analysis.type_of(node)
    if kind is None:
        return False
    for outer, inner in pairwise(place.path):
        match outer:
            case Logic(operands=operands) if inner is not operands[0]:
                # What stands before may be what makes it safe to compute.
                if any(map(_may_fail, walk(node))):
                    return False
            case Call(function=function, arguments=arguments):
                at = next(i for i, each in enumerate(arguments) if each is inner)
                if at in out_functions().get(function.key, ()):
                    return False
                if at == 0 and function.key in _ITEM_NAMES:
                    return False
            case CallFormula() if not isinstance(inner, FormulaInput):
                return False
            case FormulaInput(value=value) if inner is not value:
                return False
    return True


def _may_fail(node: Node) -> bool:
    return isinstance(node, Index | Method | Call) or (
        isinstance(node, Binary) and node.operator == "/"
    )


def _free_name(analysis: Analysis) -> str:
    taken = {use.name.key for use in analysis.uses}
    names = (NAME if number == 1 else f"{NAME}_{number}" for number in count(1))
    return next(name for name in names if name.upper() not in taken)
