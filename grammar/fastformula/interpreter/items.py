"""Database items and global values: fetched when they are read, by the contexts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from fastformula.analysis import Symbol
from fastformula.interpreter.activation import (
    Activation,
    Evaluate,
    Fetched,
    Frame,
    Lacking,
)
from fastformula.interpreter.compilation import Compilation
from fastformula.interpreter.contexts import (
    first_unset,
    holds,
    missing_context,
    unset_in_all,
)
from fastformula.interpreter.errors import ErrorClass, FormulaError, Missing
from fastformula.interpreter.values import Array, bring_in, copy_of
from fastformula.interpreter.world import Row
from fastformula.language.types import ARRAYS
from fastformula.syntax.tree import Name

if TYPE_CHECKING:
    from fastformula.interpreter.program import Program


def compile_item(c: Compilation, node: Name, symbol: Symbol) -> Evaluate:
    """The closure that reads an item, in the contexts of the moment."""
    key = symbol.key

    def read(frame: Frame) -> Any:
        activation: Activation = frame[0]
        fetched = activation.cache.get(key) or fetch(activation, symbol)
        if fetched.problem is not None:
            kind, message, missing = fetched.problem
            raise FormulaError(kind, message, node, missing)
        return fetched.value

    return read


def fetch(activation: Activation, symbol: Symbol) -> Fetched:
    """What the item gives in the contexts of the moment, asked once for each."""
    fetched = activation.cache.get(symbol.key)
    if fetched is None:
        fetched = _fetch(activation, symbol)
        activation.cache[symbol.key] = fetched
    return fetched


def _fetch(activation: Activation, symbol: Symbol) -> Fetched:
    world = activation.run.world
    program = activation.program
    names = [symbol.key]
    if symbol.alias is not None:
        names.append(symbol.alias.alias.key)
    given = next((world.items[name] for name in names if name in world.items), None)
    is_array = symbol.type in ARRAYS
    needed = symbol.item.contexts if symbol.item is not None else ()
    unset = first_unset(activation, needed)
    if unset:
        return Fetched(None, False, False, _context_unset(activation, symbol, unset))
    if given is None:
        if symbol.key in program.defaults:
            return _default(program, symbol, is_found=False)
        if symbol.default_data is not None:
            return Fetched(Array(symbol.type or "NUMBER_NUMBER"), False, True)
        return Fetched(None, False, False, _not_given(symbol))
    unset = unset_in_all(activation, [row.contexts for row in given])
    if unset:
        return Fetched(None, False, False, _context_unset(activation, symbol, unset))
    rows = _fitting(given, activation)
    if not rows:
        if symbol.key in program.defaults:
            return _default(program, symbol, is_found=False)
        if is_array:
            return Fetched(Array(symbol.type or ""), False, True)
        return Fetched(None, False, False, _no_data(symbol))
    if len(rows) > 1:
        return Fetched(None, True, False, _too_many(symbol, len(rows)))
    return _take(activation, symbol, rows[0])


def _take(activation: Activation, symbol: Symbol, row: Row) -> Fetched:
    program, semantics = activation.program, activation.run.semantics
    kind = symbol.type if symbol.is_sure else None
    try:
        value = bring_in(row.value, kind, empty_is_null=semantics.empty_text_is_null)
    except ValueError as error:
        message = f"The value given for `{symbol.name}` does not fit: {error}."
        return Fetched(None, True, False, Lacking(ErrorClass.WRONG_VALUE, message))
    is_empty = value.__class__ is Array and not value.elements
    if (value is None or is_empty) and symbol.key in program.defaults:
        return _default(program, symbol, is_found=not is_empty)
    if is_empty:
        return Fetched(value, False, True)
    if value is None:
        return Fetched(None, True, False, _null_data(symbol))
    if value.__class__ is Array and None in value.elements.values():
        if symbol.key not in program.element_defaults:
            return Fetched(None, True, False, _null_element(symbol))
        filler = program.element_defaults[symbol.key]
        for index, element in value.elements.items():
            if element is None:
                value.elements[index] = filler
    return Fetched(value)


def _default(program: Program, symbol: Symbol, *, is_found: bool) -> Fetched:
    return Fetched(copy_of(program.defaults[symbol.key]), is_found, True)


def _fitting(rows: Sequence[Row], activation: Activation) -> list[Row]:
    """The rows that hold in the contexts of the moment and name the most of them."""
    fitting = [row for row in rows if holds(activation, row.contexts)]
    most = max((len(row.contexts) for row in fitting), default=0)
    return [row for row in fitting if len(row.contexts) == most]


def _not_given(symbol: Symbol) -> Lacking:
    return Lacking(
        ErrorClass.NO_DATA,
        f"`{symbol.name}` has no value in this run, and no default. Give it a value, "
        f"or write DEFAULT FOR {symbol.name} IS ….",
        Missing("item", symbol.key, symbol.type),
    )


def _no_data(symbol: Symbol) -> Lacking:
    return Lacking(
        ErrorClass.NO_DATA,
        f"Nothing is found for `{symbol.name}`, and it has no default. Write DEFAULT "
        f"FOR {symbol.name} IS … and ask `{symbol.name} WAS DEFAULTED`.",
    )


def _context_unset(activation: Activation, symbol: Symbol, context: str) -> Lacking:
    return Lacking(
        ErrorClass.UNSET_CONTEXT,
        f"`{symbol.name}` needs the context {context}, which is not set. Give it to "
        f"the run, or set it with CHANGE_CONTEXTS({context} = …).",
        missing_context(activation.program.compilation, context),
    )


def _too_many(symbol: Symbol, count: int) -> Lacking:
    return Lacking(
        ErrorClass.TOO_MANY_ROWS,
        f"`{symbol.name}` has a single value, but {count} rows are found in these "
        "contexts. Use an item that gives an array, or a narrower one.",
    )


def _null_data(symbol: Symbol) -> Lacking:
    return Lacking(
        ErrorClass.NULL_DATA,
        f"`{symbol.name}` is NULL, and it has no default. Write DEFAULT FOR "
        f"{symbol.name} IS ….",
    )


def _null_element(symbol: Symbol) -> Lacking:
    return Lacking(
        ErrorClass.NULL_DATA,
        f"Elements of `{symbol.name}` are NULL, and nothing stands in for them. Write "
        f"DEFAULT_DATA_VALUE FOR {symbol.name} IS ….",
    )
