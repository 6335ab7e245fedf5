"""From a name to where it is declared, and to everywhere it is used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fastformula.analysis import Access, Analysis, Symbol, Use
from fastformula.editor.formula_names import (
    find_calls,
    find_formula_name,
    find_header_name,
    inside,
)
from fastformula.text import Span

Role = Literal["declared", "read", "written"]

_OF_CONTEXTS = frozenset({Access.CONTEXT, Access.SET_CONTEXT})


@dataclass(frozen=True, slots=True)
class Reference:
    """One place where a name stands, and what is done with it there."""

    span: Span
    role: Role


@dataclass(frozen=True, slots=True)
class Occurrences:
    """All places of one variable, item, context, function or formula, in order."""

    span: Span
    """The one under the cursor."""
    references: tuple[Reference, ...]


def use_at(analysis: Analysis, offset: int) -> Use | None:
    """The use of a name that `offset` is in, or right behind."""
    for use in analysis.uses:
        if use.name.span.start <= offset <= use.name.span.end:
            return use
    return None


def find_definitions(analysis: Analysis, offset: int) -> tuple[Span, ...]:
    """Where the name at `offset` is declared; none for what Oracle declares.

    An input is declared by INPUTS ARE, an alias by ALIAS, an item by its DEFAULT. A
    local variable has no declaration: where it gets its values stands for one.
    """
    use = use_at(analysis, offset)
    if use is None or use.access in _OF_CONTEXTS:
        return ()
    symbol = analysis.symbols[use.key]
    if symbol.alias is not None and use.name.key == symbol.alias.alias.key:
        return (symbol.alias.alias.span,)
    if symbol.input is not None:
        return (symbol.input.name.span,)
    if symbol.kind == "local" and symbol.writes:
        return _first_writes(symbol)
    declared = symbol.default or symbol.default_data
    return (declared.name.span,) if declared else ()


def _first_writes(symbol: Symbol) -> tuple[Span, ...]:
    """The first write, and with it those in other branches that it does not reach."""
    writes = symbol.writes
    fresh = [use for use in writes if use.assigned != "yes"]
    return tuple(use.name.span for use in fresh or writes[:1])


def find_occurrences(analysis: Analysis, offset: int) -> Occurrences | None:
    """Every place of what is named at `offset`; None where there is no name."""
    use = use_at(analysis, offset)
    if use is None:
        return _function_at(analysis, offset) or _formula_at(analysis, offset)
    if use.access in _OF_CONTEXTS:
        uses = [
            each
            for each in analysis.uses
            if each.key == use.key and each.access in _OF_CONTEXTS
        ]
    else:
        uses = list(analysis.symbols[use.key].uses)
    references = sorted(
        (Reference(each.name.span, _role(each.access)) for each in uses),
        key=lambda each: each.span,
    )
    return Occurrences(use.name.span, tuple(references))


def _function_at(analysis: Analysis, offset: int) -> Occurrences | None:
    for site in analysis.calls:
        name = site.call.function
        if name.span.start <= offset <= name.span.end:
            return Occurrences(
                name.span,
                tuple(
                    Reference(each.call.function.span, "read")
                    for each in analysis.calls
                    if each.key == site.key
                ),
            )
    return None


def _formula_at(analysis: Analysis, offset: int) -> Occurrences | None:
    """The name of a formula, in its calls and in the header."""
    found = find_formula_name(analysis, offset)
    if found is None:
        return None
    own = find_header_name(analysis.parsed.text)
    references = [
        Reference(inside(each.span), "read")
        for each in find_calls(analysis)
        if each.formula == found.name
    ]
    if own and own.name == found.name:
        references.insert(0, Reference(own.span, "declared"))
    return Occurrences(found.span, tuple(references))


def _role(access: Access) -> Role:
    if access.declares:
        return "declared"
    writes = access.writes or access in (Access.DELETE, Access.SET_CONTEXT)
    return "written" if writes else "read"


def called_formula_at(analysis: Analysis, offset: int) -> tuple[Span, str] | None:
    """The name of the formula whose call `offset` is in the name of, upper case."""
    for call in find_calls(analysis):
        if call.span.start <= offset <= call.span.end:
            return call.span, call.formula
    return None
