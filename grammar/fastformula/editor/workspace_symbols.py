"""The formulas of a workspace by a part of their name."""

from __future__ import annotations

from fastformula.analysis import FormulaSignature, Library
from fastformula.language.search import search_sorted

_MOST = 200
"""Formulas that are shown at once."""


def find_formulas(library: Library, query: str) -> tuple[FormulaSignature, ...]:
    """At most 200 formulas that `query` may mean, the likeliest first; each once.

    A formula is known by the name of its file and by that in its header. An empty query
    means all.
    """
    pattern = query.strip().upper().replace(" ", "_")
    names = search_sorted(library.names(), pattern, _MOST)
    found: dict[str, FormulaSignature] = {}
    for name in names:
        signature = library.find(name)
        if signature is not None:
            found.setdefault(signature.path, signature)
    return tuple(found.values())
