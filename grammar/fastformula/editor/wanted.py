"""Which type of value is wanted where the cursor is."""

from __future__ import annotations

from fastformula.analysis import Analysis, Symbol
from fastformula.editor.spot import Spot
from fastformula.language import find_functions, load_methods
from fastformula.language.function import Function
from fastformula.language.types import DATA_TYPES, index_type, value_type

_TEXTS = frozenset({"CONCAT", "LIKE"})
_NUMBERS = frozenset({"STAR", "SLASH"})
_ALIKE = frozenset({"EQUAL", "NE", "LESSTHAN", "MORETHAN", "LE", "GE", "PLUS", "MINUS"})
"""Signs whose two sides are of one type."""

_ANY: frozenset[str] = frozenset()


def wanted_types(analysis: Analysis, spot: Spot) -> frozenset[str]:
    """The types that fit; empty where any does, or nobody can tell."""
    last = spot.last
    if last in _TEXTS:
        return frozenset({"TEXT"})
    if last in _NUMBERS:
        return frozenset({"NUMBER"})
    if last in _ALIKE:
        return _only(_type_before(analysis, spot, len(spot.tokens) - 2))
    if last == "LSQB":
        array = _type_before(analysis, spot, len(spot.tokens) - 2)
        return _only(_index_type(array))
    if last in ("LPAR", "COMMA"):
        return _argument_types(analysis, spot)
    return _ANY


def symbol_of(analysis: Analysis, key: str) -> Symbol | None:
    """The variable or item of that upper-case name, or with that alias."""
    found = analysis.symbols.get(key)
    if found is not None:
        return found
    for symbol in analysis.symbols.values():
        if symbol.alias is not None and symbol.alias.alias.key == key:
            return symbol
    return None


def array_before(analysis: Analysis, spot: Spot) -> str | None:
    """The type of the array whose dot stands before the cursor."""
    if spot.last != "DOT":
        return None
    return _type_before(analysis, spot, len(spot.tokens) - 2)


def _only(kind: str | None) -> frozenset[str]:
    return _ANY if kind is None else frozenset({kind})


def _index_type(array: str | None) -> str | None:
    return index_type(array) or None if array else None


def _type_before(analysis: Analysis, spot: Spot, at: int) -> str | None:
    """The type of the operand that ends with token number `at`, if it is a name."""
    if at < 0:
        return None
    kind = spot.tokens[at].kind
    if kind == "RSQB":
        depth = 1
        while depth and at > 0:
            at -= 1
            kind = spot.tokens[at].kind
            depth += (kind == "RSQB") - (kind == "LSQB")
        array = _type_before(analysis, spot, at - 1)
        return value_type(array) if array else None
    if kind == "TEXT":
        return "TEXT"
    if kind == "NUMBER":
        return "NUMBER"
    symbol = symbol_of(analysis, spot.word(at).strip('"'))
    if symbol is not None:
        return symbol.type
    item = analysis.environment.catalogue.find_item(spot.word(at))
    return item.type if item and kind == "NAME" else None


def _argument_types(analysis: Analysis, spot: Spot) -> frozenset[str]:
    bracket = spot.bracket()
    if bracket is None or bracket.kind != "LPAR" or bracket.at < 0:
        return _ANY
    word = spot.word(bracket.at)
    if bracket.at > 1 and spot.tokens[bracket.at - 1].kind == "DOT":
        array = _type_before(analysis, spot, bracket.at - 2)
        return _only(_index_type(array)) if word in load_methods() else _ANY
    if word in ("GET_CONTEXT", "WSA_GET") and bracket.argument == 1:
        return _default_types(analysis, spot, word, bracket.at)
    found = {
        kind
        for each in find_functions(word)
        if (kind := _parameter_type(each, bracket.argument)) is not None
    }
    return frozenset(found) if found <= DATA_TYPES else _ANY


def _default_types(
    analysis: Analysis, spot: Spot, word: str, at: int
) -> frozenset[str]:
    """The type of what GET_CONTEXT and WSA_GET are asked for."""
    name = spot.word(at + 2)
    if word == "GET_CONTEXT":
        context = analysis.environment.catalogue.find_context(name)
        return _only(context.type) if context else _ANY
    kinds = {
        use.type
        for use in analysis.storage
        if use.operation == "set" and use.type and use.item == name.strip("'")
    }
    return frozenset(kinds)


def _parameter_type(function: Function, at: int) -> str | None:
    """The type of argument number `at`; the last parameters repeat where one does."""
    parameters = function.parameters
    if at < len(parameters):
        return parameters[at].type
    repeating = [each for each in parameters if each.repeats]
    if not repeating:
        return None
    first = len(parameters) - len(repeating)
    return repeating[(at - first) % len(repeating)].type
