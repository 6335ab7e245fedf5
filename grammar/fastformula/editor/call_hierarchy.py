"""Which formulas call one, and under which names."""

from __future__ import annotations

from collections.abc import Collection

from fastformula.analysis import FormulaSignature, Library


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
