"""Arrays in expressions: elements, methods, and whether one is there."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from fastformula.interpreter.activation import Evaluate, Frame
from fastformula.interpreter.compilation import Compilation, Compile, refusal
from fastformula.interpreter.errors import ErrorClass, FormulaError
from fastformula.interpreter.values import (
    INDEX_CLASSES,
    UNSET,
    Array,
    describe,
    index_of,
    index_value,
)
from fastformula.language.types import index_type
from fastformula.syntax.tree import Exists, Expression, Index, Method, Name


def compile_index(c: Compilation, node: Index, compile_: Compile) -> Evaluate:
    """`array[index]`; what has no value is an error."""
    array = array_reader(c, node.array, compile_)
    index = index_reader(c, node.array, node.index, compile_)

    def element(frame: Frame) -> Any:
        held = array(frame)
        at = index(frame, held)
        value = held.elements.get(at, UNSET)
        if value is UNSET:
            raise FormulaError(
                ErrorClass.ARRAY_VALUE_NOT_SET,
                f"`{node.array.text}` has no value at index "
                f"{describe(index_value(at))}. Ask first: IF "
                f"{node.array.text}.EXISTS({c.text(node.index)}) THEN ….",
                node,
            )
        return value

    return element


def compile_exists(c: Compilation, node: Exists, compile_: Compile) -> Evaluate:
    """`array.EXISTS(index)`."""
    array = array_reader(c, node.array, compile_)
    index = index_reader(c, node.array, node.index, compile_)

    def exists(frame: Frame) -> Any:
        held = array(frame)
        return index(frame, held) in held.elements

    return exists


def compile_method(c: Compilation, node: Method, compile_: Compile) -> Evaluate:
    """`array.FIRST(default)` and the others; without a default NULL is given."""
    array = array_reader(c, node.array, compile_)
    if node.method == "COUNT":
        return lambda frame: Decimal(len(array(frame).elements))
    if node.method in ("FIRST", "LAST"):
        default = _default(c, node, 0, compile_)
        end = 0 if node.method == "FIRST" else -1

        def first(frame: Frame) -> Any:
            order = array(frame).order
            return index_value(order[end]) if order else default(frame)

        return first
    if node.method not in ("NEXT", "PRIOR", "PREVIOUS") or not node.arguments:
        raise refusal(f"Arrays have no method `{c.text(node)}`.", node)
    index = index_reader(c, node.array, node.arguments[0], compile_)
    beyond = _default(c, node, 1, compile_)
    step = Array.after if node.method == "NEXT" else Array.before

    def follow(frame: Frame) -> Any:
        held = array(frame)
        found = step(held, index(frame, held))
        return beyond(frame) if found is UNSET else index_value(found)

    return follow


def array_reader(c: Compilation, name: Name, compile_: Compile) -> Evaluate:
    """The array that `name` holds."""
    read = compile_(c, name)

    def read_checked(frame: Frame) -> Any:
        value = read(frame)
        if value.__class__ is not Array:
            raise refusal(
                f"`{name.text}` is {describe(value)}, not an array, so it has no "
                "elements.",
                name,
            )
        return value

    return read_checked


def index_reader(
    c: Compilation, array: Name, node: Expression, compile_: Compile
) -> Callable[[Frame, Array], Any]:
    """What an element of `array` is found by."""
    evaluate = compile_(c, node)
    return lambda frame, held: find_index(c, array, node, held, evaluate(frame))


def find_index(
    c: Compilation, array: Name, node: Expression, held: Array, value: Any
) -> Any:
    """The index of `held` that `value` means; numbers are cut to whole ones."""
    if value.__class__ is INDEX_CLASSES[held.type]:
        return index_of(value)
    if value is None:
        raise FormulaError(
            ErrorClass.ARRAY_VALUE_NOT_SET,
            f"The index `{c.text(node)}` of `{array.text}` is NULL, and no element is "
            "found by that.",
            node,
        )
    raise refusal(
        f"The elements of `{array.text}` are found by {index_type(held.type)}, but "
        f"`{c.text(node)}` is {describe(value)}.",
        node,
    )


def _default(c: Compilation, node: Method, at: int, compile_: Compile) -> Evaluate:
    if at < len(node.arguments):
        return compile_(c, node.arguments[at])
    return lambda _frame: None
