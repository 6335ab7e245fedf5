"""Which formulas call which: the callers of one, and where it calls others."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from fastformula.analysis import Analysis, FormulaSignature, Library
from fastformula.syntax.tree import Call, Text
from fastformula.text import Span


def called_names(analysis: Analysis) -> Iterator[tuple[Span, str]]:
    """Where calls name a formula, with its upper-case name, in source order."""
    for call in analysis.formula_calls:
        node = call.node
        name = node.arguments[0] if isinstance(node, Call) else node.formula
        if call.formula and isinstance(name, Text):
            yield name.span, call.formula


def names_of(library: Library, path: str) -> frozenset[str]:
    """All names under which the formula at `path` is called."""
    return frozenset(
        name
        for name in library.names()
        if (found := library.find(name)) is not None and found.path == path
    )


def find_callers(
    library: Library, names: Collection[str]
) -> tuple[FormulaSignature, ...]:
    """The formulas that call one of the `names`, by their own names."""
    found: dict[str, FormulaSignature] = {}
    for name in library.names():
        signature = library.find(name)
        if signature is not None and not signature.calls.isdisjoint(names):
            found.setdefault(signature.path, signature)
    return tuple(found.values())
