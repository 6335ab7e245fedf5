"""What the operators of expressions do with values."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, DivisionByZero, InvalidOperation, Subnormal
from typing import Any, TypeAlias

from fastformula.interpreter.compilation import Compilation, refusal
from fastformula.interpreter.errors import ErrorClass, FormulaError
from fastformula.interpreter.values import ZERO, describe, type_of
from fastformula.syntax.tree import Binary, Node, Unary

Combine: TypeAlias = Callable[[Any, Any], Any]


def operation(c: Compilation, node: Binary) -> Combine:
    """What `node` does with the values of its two sides; NULL gives NULL."""
    kind = c.analysis.type_of(node)
    operator = node.operator
    if operator == "||" or (operator == "+" and kind == "TEXT"):
        return _joining(c, node)
    if kind == "NUMBER":
        return _NUMBERS[operator](c, node)
    return _by_values(c, node)


def negation(c: Compilation, node: Unary) -> Callable[[Any], Any]:
    """What the sign of `node` does; a plus does nothing to a number."""

    def negate(value: Any) -> Any:
        if value.__class__ is not Decimal and value is not None:
            raise _misfit(c, node, value)
        return None if value is None else -value

    def keep(value: Any) -> Any:
        if value.__class__ is not Decimal and value is not None:
            raise _misfit(c, node, value)
        return value

    return negate if node.operator == "-" else keep


def checked_text(c: Compilation, node: Node, text: str) -> str:
    """`text`, if it is short enough for a value."""
    limit = c.semantics.text_limit
    if len(text) > limit:
        raise FormulaError(
            ErrorClass.OUT_OF_RANGE,
            f"The text that `{c.text(node)}` makes has {len(text):,} characters, and "
            f"{limit:,} are the most.",
            node,
        )
    return text


def _add(c: Compilation, node: Binary) -> Combine:
    def add(left: Any, right: Any) -> Any:
        try:
            return left + right
        except (TypeError, ArithmeticError) as error:
            return _settle(c, node, (left, right), error)

    return add


def _subtract(c: Compilation, node: Binary) -> Combine:
    def subtract(left: Any, right: Any) -> Any:
        try:
            return left - right
        except (TypeError, ArithmeticError) as error:
            return _settle(c, node, (left, right), error)

    return subtract


def _multiply(c: Compilation, node: Binary) -> Combine:
    def multiply(left: Any, right: Any) -> Any:
        try:
            return left * right
        except (TypeError, ArithmeticError) as error:
            return _settle(c, node, (left, right), error)

    return multiply


def _divide(c: Compilation, node: Binary) -> Combine:
    def divide(left: Any, right: Any) -> Any:
        try:
            return left / right
        except (TypeError, ArithmeticError) as error:
            return _settle(c, node, (left, right), error)

    return divide


_NUMBERS = {"+": _add, "-": _subtract, "*": _multiply, "/": _divide}


def _joining(c: Compilation, node: Binary) -> Combine:
    limit = c.semantics.text_limit

    def join(left: Any, right: Any) -> Any:
        if left.__class__ is str and right.__class__ is str:
            joined = left + right
            return joined if len(joined) <= limit else checked_text(c, node, joined)
        for value in (left, right):
            if value is not None and value.__class__ is not str:
                raise _misfit(c, node, value)
        return right if left is None else left

    return join


def _by_values(c: Compilation, node: Binary) -> Combine:
    """For operands of which only the values tell what they are."""
    join = _joining(c, node)
    reckon = _NUMBERS[node.operator](c, node)

    def combine(left: Any, right: Any) -> Any:
        kinds = {type_of(left), type_of(right)} - {None}
        if kinds == {"TEXT"} and node.operator == "+":
            return join(left, right)
        for value in (left, right):
            if value is not None and value.__class__ is not Decimal:
                raise _misfit(c, node, value)
        return reckon(left, right)

    return combine


def _settle(
    c: Compilation, node: Binary, values: tuple[Any, Any], error: Exception
) -> Any:
    """What an operation gives that could not be carried out; NULL mostly."""
    if isinstance(error, TypeError):
        for value in values:
            if value is not None and value.__class__ is not Decimal:
                raise _misfit(c, node, value) from None
        return None
    if isinstance(error, Subnormal):
        return ZERO
    text = c.text(node)
    if isinstance(error, DivisionByZero | InvalidOperation):
        raise FormulaError(
            ErrorClass.DIVIDE_BY_ZERO,
            f"`{text}` divides by zero. Test the divisor first: IF "
            f"{c.text(node.right)} <> 0 THEN ….",
            node,
        ) from None
    raise FormulaError(
        ErrorClass.OUT_OF_RANGE,
        f"`{text}` gives a number of more than 126 digits, which is more than Oracle "
        "can hold.",
        node,
    ) from None


def _misfit(c: Compilation, node: Binary | Unary, value: Any) -> FormulaError:
    kind = type_of(value)
    return refusal(
        f"`{node.operator}` in `{c.text(node)}` does not work with {describe(value)}, "
        f"which is {kind}. Convert it first.",
        node,
    )
