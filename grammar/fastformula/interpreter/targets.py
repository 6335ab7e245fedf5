"""Variables and elements that get a value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from fastformula.interpreter.activation import Frame
from fastformula.interpreter.arrays import find_index
from fastformula.interpreter.compilation import Compilation, Compile, refusal
from fastformula.interpreter.values import (
    ELEMENT_CLASSES,
    UNSET,
    Array,
    copy_of,
    describe,
    type_of,
)
from fastformula.language.types import array_of, value_type
from fastformula.syntax.tree import Expression, Index, Name

Put: TypeAlias = Callable[[Frame, Any], None]


def compile_put(c: Compilation, target: Expression, compile_: Compile) -> Put:
    """What puts a value in a variable or an element, after looking at its type."""
    if isinstance(target, Index):
        return _put_element(c, target, compile_)
    if not isinstance(target, Name):
        raise refusal(
            f"`{c.text(target)}` is no variable, so nothing can be put in it.", target
        )
    symbol = c.variable(target)
    place = c.places[symbol.key]
    kind = c.sure_type(symbol)

    def put(frame: Frame, value: Any) -> None:
        check_type(target, kind, value)
        frame[place] = copy_of(value)

    return put


def target_type(c: Compilation, target: Expression) -> str | None:
    """The type that values for `target` are known to need."""
    if isinstance(target, Index):
        kind = c.sure_type(c.variable(target.array))
        return None if kind is None else value_type(kind)
    return c.sure_type(c.variable(target)) if isinstance(target, Name) else None


def check_type(name: Name, kind: str | None, value: Any) -> None:
    """Raise FormulaError where `value` is not of the variable's type `kind`."""
    found = type_of(value)
    if kind is not None and found is not None and found != kind:
        raise refusal(
            f"`{name.text}` is {kind} in this formula, but here it gets "
            f"{describe(value)}, which is {found}.",
            name,
        )


def _put_element(c: Compilation, target: Index, compile_: Compile) -> Put:
    symbol = c.variable(target.array)
    place = c.places[symbol.key]
    kind = c.sure_type(symbol)
    evaluate = compile_(c, target.index)

    def put(frame: Frame, value: Any) -> None:
        held = frame[place]
        index = evaluate(frame)
        if held.__class__ is not Array:
            if held is not UNSET and held is not None:
                raise refusal(
                    f"`{target.array.text}` is {describe(held)}, not an array.", target
                )
            held = Array(kind or _kind(target, value, index))
            frame[place] = held
        at = find_index(c, target.array, target.index, held, index)
        if value is not None and value.__class__ is not ELEMENT_CLASSES[held.type]:
            raise refusal(
                f"`{target.array.text}` is {held.type}, so its elements are not "
                f"{describe(value)}.",
                target,
            )
        held.put(at, value)

    return put


def _kind(target: Index, value: Any, index: Any) -> str:
    kind = array_of(type_of(value) or "NUMBER", type_of(index) or "NUMBER")
    if kind is None:
        raise refusal(
            f"`{target.array.text}` cannot hold {describe(value)} at "
            f"{describe(index)}.",
            target,
        )
    return kind
