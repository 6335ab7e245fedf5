"""Expressions as closures."""

from __future__ import annotations

from collections.abc import Callable
from decimal import InvalidOperation, Overflow, Subnormal
from operator import neg
from typing import Any

from fastformula.interpreter.activation import Evaluate, Frame
from fastformula.interpreter.arithmetic import negation, operation
from fastformula.interpreter.arrays import compile_index, compile_method
from fastformula.interpreter.calls import compile_call
from fastformula.interpreter.compilation import Compilation, refusal
from fastformula.interpreter.errors import ErrorClass, FormulaError, Missing
from fastformula.interpreter.items import compile_item
from fastformula.interpreter.literals import read_date
from fastformula.interpreter.values import UNSET, ZERO, Array, number_context
from fastformula.syntax.tree import (
    Binary,
    Call,
    Constant,
    Date,
    EmptyArray,
    Expression,
    Group,
    Index,
    Method,
    Name,
    Number,
    Text,
    Unary,
)


def compile_expression(c: Compilation, node: Expression) -> Evaluate:
    """The closure that evaluates `node`; raises FormulaError where there is none."""
    return _COMPILE[type(node)](c, node)


def constant(c: Compilation, node: Constant) -> Any:
    """The value of a literal; raises FormulaError for one that is none."""
    match node:
        case Number(text=text):
            context = number_context(c.semantics.digits)
            try:
                return context.create_decimal(text)
            except Subnormal:
                return ZERO
            except (Overflow, InvalidOperation):
                raise FormulaError(
                    ErrorClass.OUT_OF_RANGE,
                    f"`{c.text(node)}` is larger than Oracle's numbers get.",
                    node,
                ) from None
        case Text(value=value):
            return None if not value and c.semantics.empty_text_is_null else value
        case Date(value=value):
            date = read_date(value)
            if date is None:
                raise refusal(
                    f"`{c.text(node)}` is no date. Write it as "
                    "'2026/01/31 00:00:00' (DATE).",
                    node,
                )
            return date
        case EmptyArray(type=kind):
            return Array(kind)
        case Unary(operand=Number() as operand, operator=sign):
            value = constant(c, operand)
            return neg(value) if sign == "-" else value
    raise refusal(f"`{c.text(node)}` is not a literal.", node)


def read_variable(c: Compilation, node: Name) -> Evaluate:
    """The closure that reads an input or local, and sees to it that it has a value."""
    symbol = c.symbol(node)
    place = c.places[symbol.key]

    def read(frame: Frame) -> Any:
        return frame[place]

    def read_checked(frame: Frame) -> Any:
        value = frame[place]
        if value is UNSET:
            raise FormulaError(ErrorClass.UNSET_VARIABLE, message, node, missing)
        return value

    missing = None
    if symbol.kind == "input":
        missing = Missing("input", symbol.key, symbol.type)
        message = (
            f"The input `{node.text}` has no value: the caller passes none, and there "
            f"is no DEFAULT FOR {node.text}. Pass it, or add the default."
        )
        is_sure = symbol.default is not None
    else:
        message = (
            f"`{node.text}` is read before anything is assigned to it. Give it a value "
            "first, on every path that leads here."
        )
        is_sure = id(node) in c.assigned or symbol.default is not None
    return read if is_sure else read_checked


def _compile_name(c: Compilation, node: Name) -> Evaluate:
    symbol = c.analysis.symbol_of(node)
    if symbol is None:
        if node.key == "NULL":
            return lambda _frame: None
        raise refusal(
            f"`{node.text}` is a context. Read it with GET_CONTEXT({node.text}, …).",
            node,
        )
    if symbol.key in c.places:
        return read_variable(c, node)
    return compile_item(c, node, symbol)


def _compile_constant(c: Compilation, node: Constant) -> Evaluate:
    value = constant(c, node)
    if isinstance(value, Array):
        kind = value.type
        return lambda _frame: Array(kind)
    return lambda _frame: value


def _compile_group(c: Compilation, node: Group) -> Evaluate:
    inner: Expression = node
    while isinstance(inner, Group):
        inner = inner.inner
    return compile_expression(c, inner)


def _compile_unary(c: Compilation, node: Unary) -> Evaluate:
    if isinstance(node.operand, Number):
        return _compile_constant(c, node)
    apply = negation(c, node)
    operand = compile_expression(c, node.operand)
    return lambda frame: apply(operand(frame))


def _compile_binary(c: Compilation, node: Binary) -> Evaluate:
    # A long sum leans to the left, as deep as it is long: no recursion there.
    spine = [node]
    while isinstance(left := spine[-1].left, Binary):
        spine.append(left)
    first = compile_expression(c, spine[-1].left)
    steps = [
        (operation(c, each), compile_expression(c, each.right))
        for each in reversed(spine)
    ]
    if len(steps) == 1:
        combine, right = steps[0]
        return lambda frame: combine(first(frame), right(frame))

    def fold(frame: Frame) -> Any:
        value = first(frame)
        for combine, right in steps:
            value = combine(value, right(frame))
        return value

    return fold


_COMPILE: dict[type, Callable[[Compilation, Any], Evaluate]] = {
    Name: _compile_name,
    Number: _compile_constant,
    Text: _compile_constant,
    Date: _compile_constant,
    EmptyArray: _compile_constant,
    Group: _compile_group,
    Unary: _compile_unary,
    Binary: _compile_binary,
    Index: lambda c, node: compile_index(c, node, compile_expression),
    Method: lambda c, node: compile_method(c, node, compile_expression),
    Call: lambda c, node: compile_call(c, node, compile_expression),
}
