"""What each word is, for colours that tell an input from a database item."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple, get_args

from fastformula.analysis import Access, Analysis, Symbol, Use
from fastformula.text import Span

TokenType = Literal["parameter", "variable", "property", "enumMember", "function"]
"""Inputs, locals, database items and global values, contexts, functions.

Keywords, literals and comments are left to the grammar of the editor, which colours
them before any server answers.
"""

Modifier = Literal[
    "declaration", "readonly", "modification", "defaulted", "databaseItem", "unknown"
]

TOKEN_TYPES: tuple[TokenType, ...] = get_args(TokenType)
MODIFIERS: tuple[Modifier, ...] = get_args(Modifier)


class SemanticToken(NamedTuple):
    """A word with its type; never over a line end."""

    span: Span
    type: TokenType
    modifiers: frozenset[Modifier]


def find_semantic_tokens(analysis: Analysis) -> tuple[SemanticToken, ...]:
    """All names of the formula, in source order; each word once."""
    found = {each.span: each for each in _tokens(analysis)}
    return tuple(found[span] for span in sorted(found))


def _tokens(analysis: Analysis) -> Iterator[SemanticToken]:
    for use in analysis.uses:
        if use.access in (Access.CONTEXT, Access.SET_CONTEXT):
            known = analysis.contexts.get(use.key) is not None
            context: set[Modifier] = set() if known else {"unknown"}
            if use.access is Access.SET_CONTEXT:
                context.add("modification")
            yield SemanticToken(use.name.span, "enumMember", frozenset(context))
            continue
        symbol = analysis.symbols[use.key]
        yield SemanticToken(use.name.span, _type(symbol), _modifiers(symbol, use))
    for site in analysis.calls:
        span = site.call.function.span
        unknown: frozenset[Modifier] = (
            frozenset() if site.function else frozenset({"unknown"})
        )
        yield SemanticToken(span, "function", unknown)


def _type(symbol: Symbol) -> TokenType:
    if symbol.item is not None:
        return "property"
    return "parameter" if symbol.kind == "input" else "variable"


def _modifiers(symbol: Symbol, use: Use) -> frozenset[Modifier]:
    found: set[Modifier] = set()
    if use.access.declares:
        found.add("declaration")
    if use.access.writes or use.access is Access.DELETE:
        found.add("modification")
    if symbol.item is not None:
        found |= {"readonly", "databaseItem"}
        if symbol.item.evidence == "shape":
            found.add("unknown")
    if symbol.default is not None or symbol.default_data is not None:
        found.add("defaulted")
    return frozenset(found)
