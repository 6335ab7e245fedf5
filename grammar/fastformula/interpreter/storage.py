"""The working storage area, which the formulas of a run share."""

from __future__ import annotations

from typing import Any

from fastformula.interpreter.activation import Evaluate, Frame
from fastformula.interpreter.compilation import Compilation, Compile, refusal
from fastformula.interpreter.errors import ErrorClass, FormulaError
from fastformula.interpreter.values import UNSET, copy_of, describe, has_type, type_of
from fastformula.language.types import DATA_TYPES
from fastformula.syntax.tree import Call, Expression


def compile_wsa_set(c: Compilation, node: Call, compile_: Compile) -> Evaluate:
    """`WSA_SET(item, value)`: overwrites, whatever the type was."""
    item = name_reader(c, node.arguments[0], compile_)
    value = compile_(c, node.arguments[1])

    def store(frame: Frame) -> None:
        frame[0].run.storage[item(frame)] = copy_of(value(frame))

    return store


def compile_wsa_get(c: Compilation, node: Call, compile_: Compile) -> Evaluate:
    """`WSA_GET(item, default)`: the default says which type the item has to have."""
    item = name_reader(c, node.arguments[0], compile_)
    default = compile_(c, node.arguments[1])
    static = c.analysis.type_of(node)

    def get(frame: Frame) -> Any:
        name = item(frame)
        otherwise = default(frame)
        value = frame[0].run.storage.get(name, UNSET)
        if value is UNSET:
            return otherwise
        kind = static or type_of(otherwise)
        if kind is not None and not has_type(value, kind):
            raise FormulaError(
                ErrorClass.WSA_TYPE,
                f"The stored item {name} is {type_of(value)} ({describe(value)}), but "
                f"the default `{c.text(node.arguments[1])}` asks for {kind}. Give a "
                "default of the item's type.",
                node,
            )
        return copy_of(value)

    return get


def compile_wsa_exists(c: Compilation, node: Call, compile_: Compile) -> Evaluate:
    """`WSA_EXISTS(item, type)`: whether it is there, and of that type."""
    item = name_reader(c, node.arguments[0], compile_)
    if len(node.arguments) == 1:
        return lambda frame: item(frame) in frame[0].run.storage
    wanted = name_reader(c, node.arguments[1], compile_)

    def exists(frame: Frame) -> bool:
        name, kind = item(frame), wanted(frame)
        if kind not in DATA_TYPES:
            raise FormulaError(
                ErrorClass.WSA_TYPE_NAME,
                f"'{kind}' is none of the types WSA_EXISTS can ask for. They are: "
                f"{', '.join(sorted(DATA_TYPES))}.",
                node,
            )
        value = frame[0].run.storage.get(name, UNSET)
        return value is not UNSET and has_type(value, kind)

    return exists


def compile_wsa_delete(c: Compilation, node: Call, compile_: Compile) -> Evaluate:
    """`WSA_DELETE(item)`, or without an item everything."""
    if not node.arguments:
        return lambda frame: frame[0].run.storage.clear()
    item = name_reader(c, node.arguments[0], compile_)

    def delete(frame: Frame) -> None:
        frame[0].run.storage.pop(item(frame), None)

    return delete


def name_reader(c: Compilation, node: Expression, compile_: Compile) -> Evaluate:
    """The closure for a text that names something, in upper case."""
    evaluate = compile_(c, node)

    def read(frame: Frame) -> str:
        value = evaluate(frame)
        if value is None:
            raise FormulaError(
                ErrorClass.INVALID_ARGUMENT,
                f"`{c.text(node)}` has to be a name, but is NULL.",
                node,
            )
        if value.__class__ is not str:
            raise refusal(
                f"`{c.text(node)}` has to be a name, that is a text, but is "
                f"{describe(value)}.",
                node,
            )
        return value.upper()

    return read
