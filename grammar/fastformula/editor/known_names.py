"""Names that can be typed: of the formula, its type, contexts, database items."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from fastformula.analysis import Analysis, Symbol
from fastformula.editor.candidates import Candidate, Item, in_case
from fastformula.editor.ranking import Paths, nearness
from fastformula.editor.snippets import default_data_snippet, default_snippet
from fastformula.editor.spot import Spot
from fastformula.language.context import Context, load_contexts
from fastformula.language.formula_type import Variable
from fastformula.language.types import ARRAYS
from fastformula.linter.declarations import default_data_for, default_for
from fastformula.syntax import Parsed, Token
from fastformula.syntax.tree import Unknown
from fastformula.text import Span

_OF_CONTEXTS = frozenset({"GET_CONTEXT", "CONTEXT_IS_SET", "NEED_CONTEXT"})

_LOOKED_THROUGH = 300
"""Database items of which the best are taken, by their types."""


def context_place(spot: Spot) -> bool:
    """Whether the cursor is where only the name of a context fits."""
    bracket = spot.bracket()
    if bracket is None or bracket.kind != "LPAR":
        return False
    word = spot.word(bracket.at)
    if word == "CHANGE_CONTEXTS":
        return spot.last in ("LPAR", "COMMA")
    return word in _OF_CONTEXTS and spot.last == "LPAR"


def find_contexts(analysis: Analysis, spot: Spot) -> list[Candidate]:
    """Those of the formula's type first.

    The others are left out where Oracle says which the type has, as one that it lacks
    is never set; CHANGE_CONTEXTS sets any.
    """
    bracket = spot.bracket()
    is_setting = bracket is not None and spot.word(bracket.at) == "CHANGE_CONTEXTS"
    claim = analysis.formula_type
    own = claim.type.contexts if claim else ()
    is_sure = (
        claim is not None
        and claim.origin != "inferred"
        and claim.type.contexts_evidence == "documented"
    )
    used = tuple(name for name, each in analysis.contexts.items() if each)
    names = dict.fromkeys(own)
    if is_setting or not is_sure:
        names |= dict.fromkeys(used) | dict.fromkeys(load_contexts())
    find = analysis.environment.catalogue.find_context
    known = [each for name in names if (each := find(name))]
    return [
        Candidate(_context(spot, each, is_setting=is_setting), each.type)
        for each in known
        if each.product in ("both", analysis.product) or each.name in used
    ]


def _context(spot: Spot, context: Context, *, is_setting: bool) -> Item:
    word = in_case(spot, context.name)
    snippet = f"{word} = ${{1:value}}" if is_setting else ""
    return Item(word, "context", word, snippet, f"context {context.type}")


# Names of the formula


def find_names(analysis: Analysis, spot: Spot) -> Iterator[Candidate]:
    """The variables and items of the formula, the last used first.

    Where a value is wanted, only locals that may have one there.
    """
    here = spot.span.start
    paths = Paths(analysis, spot) if "NUMBER" in spot.expected else None
    symbols = [
        each
        for each in analysis.symbols.values()
        if (len(each.uses) > 1 or each.uses[0].name.span.start != here)
        and (paths is None or paths.may_have_value(each))
    ]
    symbols.sort(key=lambda each: nearness(each, spot.known))
    for symbol in symbols:
        if symbol.alias is not None:
            alias = symbol.alias.alias.text
            detail = f"alias of {symbol.alias.item.text}"
            yield Candidate(Item(alias, "name", alias, detail=detail), symbol.type)
            yield Candidate(_named(symbol, symbol.alias.item.text), symbol.type)
        else:
            yield Candidate(_named(symbol, symbol.name), symbol.type)


def _named(symbol: Symbol, written: str) -> Item:
    return Item(written, "name", written, detail=_detail(symbol))


def _detail(symbol: Symbol) -> str:
    kind = f" {symbol.type}" if symbol.type else ""
    if symbol.kind == "input":
        return f"input{kind}"
    if symbol.item is not None:
        what = "global value" if symbol.kind == "global" else "database item"
        note = ", has a default" if symbol.default else ""
        return f"{what}{kind}{note}"
    return "has a default" if symbol.default else kind.strip()


# What the formula type hands in and takes back


def find_returns(analysis: Analysis, spot: Spot) -> Iterator[Candidate]:
    """The values that a formula of its type gives back and that it does not have."""
    claim = analysis.formula_type
    if claim is not None:
        for name, kind, variable in _missing(analysis, claim.type.returns):
            detail = f"returned by {claim.type.name}{_types(variable)}"
            word = in_case(spot, name)
            yield Candidate(Item(word, "output", word, detail=detail), kind)


def find_returned(analysis: Analysis, spot: Spot) -> Iterator[Candidate]:
    """What RETURN may name: what the type takes back, then the other variables."""
    claim = analysis.formula_type
    others = []
    for each in find_names(analysis, spot):
        if claim and claim.type.find_return(each.item.label.upper()):
            yield each
        else:
            others.append(each)
    yield from find_returns(analysis, spot)
    yield from others


def find_inputs(analysis: Analysis, spot: Spot) -> Iterator[Candidate]:
    """What the type hands in, with its type; then names that are only ever read."""
    claim = analysis.formula_type
    is_typed = spot.code[spot.offset :].lstrip(" \t").startswith("(")
    if claim is not None:
        for name, kind, variable in _missing(analysis, claim.type.inputs):
            word = in_case(spot, name)
            asked = ", required" if variable.required else ""
            detail = f"input of {claim.type.name}{_types(variable)}{asked}"
            text = f"{word} ({in_case(spot, kind)})" if kind and not is_typed else word
            yield Candidate(Item(word, "input", text, detail=detail), kind)
    for symbol in analysis.locals:
        is_new = symbol.uses[0].name.span.start != spot.span.start
        if is_new and symbol.reads and not symbol.writes:
            yield Candidate(_named(symbol, symbol.name), symbol.type)


def _missing(
    analysis: Analysis, variables: tuple[Variable, ...]
) -> Iterator[tuple[str, str | None, Variable]]:
    """Those that the formula does not name, required ones first; of a row the next."""
    for each in sorted(variables, key=lambda each: not each.required):
        names = [each.name]
        if each.numbered_to:
            stem = each.name[:-1]
            names = [f"{stem}{number}" for number in range(1, each.numbered_to + 1)]
        name = next((name for name in names if name not in analysis.symbols), None)
        if name is not None:
            kind = each.types[0] if len(each.types) == 1 else None
            yield name, kind, each


def _types(variable: Variable) -> str:
    return f" ({' or '.join(variable.types)})" if variable.types else ""


# Database items


class Found(NamedTuple):
    """Some database items, and whether there are more."""

    candidates: tuple[Candidate, ...]
    is_whole: bool


def find_items(
    analysis: Analysis, spot: Spot, wanted: frozenset[str], most: int
) -> Found:
    """At most `most` of the catalogue's items and globals, those that fit first."""
    pattern = spot.typed.upper()
    if not pattern:
        return Found((), is_whole=False)
    catalogue = analysis.environment.catalogue
    names = catalogue.find_items(pattern, _LOOKED_THROUGH)
    found = []
    for name in names:
        item = catalogue.find_item(name)
        if name in analysis.symbols or item is None:
            continue
        if item.product in ("both", analysis.product):
            kind = f" {item.type}" if item.type else ""
            what = "global value" if item.kind == "global" else "database item"
            word = in_case(spot, name)
            made = Item(word, "item", word, detail=f"{what}{kind}")
            found.append(Candidate(made, item.type))
    if wanted:
        found.sort(key=lambda each: each.type not in wanted)
    is_whole = len(names) < _LOOKED_THROUGH and len(found) <= most
    return Found(tuple(found[:most]), is_whole)


# Defaults


class Lacking(NamedTuple):
    """An item or input that is read and has no DEFAULT."""

    key: str
    name: str
    """As it is written, or its alias."""
    type: str
    detail: str
    is_item: bool


def lacking_default(analysis: Analysis) -> Iterator[Lacking]:
    """What a DEFAULT is missing for, in source order.

    Items in statements that could not be read count too: an unfinished DEFAULT takes
    the statement behind it along.
    """
    for symbol in analysis.symbols.values():
        is_item = symbol.item is not None
        is_fed = is_item or symbol.input is not None
        has_default = symbol.default is not None or symbol.default_data is not None
        if symbol.type and is_fed and symbol.reads and not has_default:
            yield Lacking(
                symbol.key, _written(symbol), symbol.type, _detail(symbol), is_item
            )
    parsed = analysis.parsed
    seen: set[str] = set()
    for statement, *_ in analysis.statements:
        if not isinstance(statement, Unknown):
            continue
        for token in tokens_in(parsed, statement.span):
            name = token.text_in(parsed.text)
            key = name.upper()
            if token.kind != "NAME" or key in analysis.symbols or key in seen:
                continue
            seen.add(key)
            item = analysis.environment.catalogue.find_item(key)
            if item is not None and item.type is not None:
                detail = f"database item {item.type}"
                yield Lacking(key, name, item.type, detail, is_item=True)


def tokens_in(parsed: Parsed, span: Span) -> Sequence[Token]:
    """The tokens that stand in `span`."""
    tokens = parsed.tokens
    first = bisect_left(tokens, span.start, key=lambda each: each.start)
    last = bisect_left(tokens, span.end, key=lambda each: each.start)
    return tokens[first:last]


def find_defaulted(
    analysis: Analysis, spot: Spot, *, is_open: bool
) -> Iterator[Candidate]:
    """What a DEFAULT can be for: what lacks one, whole, then the other names."""
    is_data = spot.word(-2) == "DEFAULT_DATA_VALUE"
    make = default_data_snippet if is_data else default_snippet
    done = set()
    for each in lacking_default(analysis):
        if is_data and each.type not in ARRAYS:
            continue
        done.add(each.key)
        snippet = make(each.name, each.type) if is_open else ""
        detail = f"{each.detail}, has no default"
        yield Candidate(Item(each.name, "name", each.name, snippet, detail))
    for symbol in analysis.symbols.values():
        is_here = symbol.uses[0].name.span.start == spot.span.start
        if symbol.key not in done and not is_here:
            yield Candidate(_named(symbol, _written(symbol)))


def find_declarations(analysis: Analysis) -> Iterator[Candidate]:
    """Whole declarations that the formula lacks."""
    for each in lacking_default(analysis):
        if each.is_item and each.type in ARRAYS:
            text = default_data_for(each.name, each.type)
            made = default_data_snippet(each.name, each.type)
            snippet = f"DEFAULT_DATA_VALUE FOR {made}"
        else:
            text = default_for(each.name, each.type)
            snippet = f"DEFAULT FOR {default_snippet(each.name, each.type)}"
        yield Candidate(Item(text, "declaration", text, snippet, each.detail))


def _written(symbol: Symbol) -> str:
    return symbol.alias.alias.text if symbol.alias is not None else symbol.name
