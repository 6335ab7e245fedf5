"""Conditions as closures that give True, False, or None where NULL leaves it open."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from fastformula.analysis import Symbol
from fastformula.interpreter.activation import Evaluate, Fetched, Frame
from fastformula.interpreter.arrays import compile_exists
from fastformula.interpreter.calls import compile_call
from fastformula.interpreter.compilation import Compilation, refusal
from fastformula.interpreter.errors import ErrorClass, FormulaError
from fastformula.interpreter.expressions import compile_expression
from fastformula.interpreter.items import fetch
from fastformula.interpreter.values import describe, type_of
from fastformula.language.types import SCALARS
from fastformula.syntax.tree import (
    BooleanCall,
    Compare,
    Condition,
    ConditionGroup,
    Exists,
    Expression,
    Like,
    Logic,
    Name,
    Not,
    Was,
)


def compile_condition(c: Compilation, node: Condition) -> Evaluate:
    """The closure that tells whether `node` holds; what NULL leaves open does not."""
    return _COMPILE[type(node)](c, node)


def _compile_compare(c: Compilation, node: Compare) -> Evaluate:
    left, right = (compile_expression(c, side) for side in (node.left, node.right))
    test = _TESTS[node.operator]
    kinds = {c.analysis.type_of(side) for side in (node.left, node.right)}
    if len(kinds) == 1 and kinds <= SCALARS:
        return lambda frame: test(left(frame), right(frame))

    def compare(frame: Frame) -> Any:
        one, other = left(frame), right(frame)
        for value in (one, other):
            if value is not None and type_of(value) not in SCALARS:
                raise refusal(f"`{c.text(node)}` compares {describe(value)}.", node)
        if one is not None and other is not None and type_of(one) != type_of(other):
            raise refusal(
                f"`{c.text(node)}` compares {describe(one)} with {describe(other)}, "
                "which are of different types. Convert one of them.",
                node,
            )
        return test(one, other)

    return compare


def _equal(left: Any, right: Any) -> bool | None:
    return None if left is None or right is None else left == right


def _unequal(left: Any, right: Any) -> bool | None:
    return None if left is None or right is None else left != right


def _less(left: Any, right: Any) -> bool | None:
    return None if left is None or right is None else left < right


def _at_most(left: Any, right: Any) -> bool | None:
    return None if left is None or right is None else left <= right


def _more(left: Any, right: Any) -> bool | None:
    return None if left is None or right is None else left > right


def _at_least(left: Any, right: Any) -> bool | None:
    return None if left is None or right is None else left >= right


_TESTS: dict[str, Callable[[Any, Any], bool | None]] = {
    "=": _equal,
    "<>": _unequal,
    "!=": _unequal,
    "><": _unequal,
    "<": _less,
    "<=": _at_most,
    "=<": _at_most,
    ">": _more,
    ">=": _at_least,
    "=>": _at_least,
}


def _compile_logic(c: Compilation, node: Logic) -> Evaluate:
    operands = tuple(compile_condition(c, each) for each in node.operands)
    deciding = node.operator == "OR"

    def decide(frame: Frame) -> Any:
        result: Any = not deciding
        for operand in operands:
            outcome = operand(frame)
            if outcome is deciding:
                return deciding
            if outcome is None:
                result = None
        return result

    def decide_all(frame: Frame) -> bool | None:
        outcomes = [operand(frame) for operand in operands]
        if deciding in outcomes:
            return deciding
        return None if None in outcomes else not deciding

    return decide if c.semantics.short_circuit else decide_all


def _compile_not(c: Compilation, node: Not) -> Evaluate:
    operand = compile_condition(c, node.operand)

    def negate(frame: Frame) -> Any:
        outcome = operand(frame)
        return None if outcome is None else not outcome

    return negate


def _compile_group(c: Compilation, node: ConditionGroup) -> Evaluate:
    inner: Condition = node
    while isinstance(inner, ConditionGroup):
        inner = inner.inner
    return compile_condition(c, inner)


def _compile_like(c: Compilation, node: Like) -> Evaluate:
    subject = text_reader(c, node.subject)
    pattern = text_reader(c, node.pattern)
    negated = node.negated

    def like(frame: Frame) -> bool | None:
        text, wanted = subject(frame), pattern(frame)
        if text is None or wanted is None:
            return None
        return _is_like(text, wanted) is not negated

    return like


def _is_like(text: str, pattern: str) -> bool:
    """Whether `text` has the pattern, where `%` is any characters and `_` is one.

    Each piece between two `%` is taken where it is first found, so that no pattern
    takes long.
    """
    first, *others = _pieces(pattern)
    if not others:
        return first.fullmatch(text) is not None
    match = first.match(text)
    for piece in others[:-1]:
        match = piece.search(text, match.end()) if match else None
    if match is None:
        return False
    at = len(text) - len(pattern.rpartition("%")[2])
    return at >= match.end() and others[-1].match(text, at) is not None


@lru_cache(maxsize=256)
def _pieces(pattern: str) -> tuple[re.Pattern[str], ...]:
    return tuple(
        re.compile(
            "".join("." if sign == "_" else re.escape(sign) for sign in piece),
            re.DOTALL,
        )
        for piece in pattern.split("%")
    )


def text_reader(c: Compilation, node: Expression) -> Evaluate:
    """The closure for an operand that has to be a text."""
    evaluate = compile_expression(c, node)
    if c.analysis.type_of(node) == "TEXT":
        return evaluate

    def read(frame: Frame) -> Any:
        value = evaluate(frame)
        if value is not None and value.__class__ is not str:
            raise refusal(
                f"`{c.text(node)}` has to be a text, but is {describe(value)}.", node
            )
        return value

    return read


def _compile_was(c: Compilation, node: Was) -> Evaluate:
    test = _defaulted(c, node) if node.test == "DEFAULTED" else _found(c, node)
    negated = node.negated
    return lambda frame: test(frame) is not negated


def _defaulted(c: Compilation, node: Was) -> Callable[[Frame], bool]:
    symbol = c.symbol(_subject(c, node))
    key = symbol.key
    if symbol.kind == "input":
        return lambda frame: key in frame[0].defaulted
    if symbol.kind == "local":
        has_default = symbol.default is not None
        outcome = has_default and c.semantics.locals_are_defaulted
        return lambda _frame: outcome
    return lambda frame: _ask(frame, symbol, node).is_defaulted


def _found(c: Compilation, node: Was) -> Callable[[Frame], bool]:
    symbol = c.symbol(_subject(c, node))
    if symbol.item is None:
        return lambda _frame: True
    return lambda frame: _ask(frame, symbol, node).is_found


def _ask(frame: Frame, symbol: Symbol, node: Was) -> Fetched:
    """What an item gives; that it gives nothing is an answer here, and no error."""
    fetched = fetch(frame[0], symbol)
    problem = fetched.problem
    if problem is not None and problem.kind not in _ANSWERS:
        raise FormulaError(problem.kind, problem.message, node, problem.missing)
    return fetched


_ANSWERS = (ErrorClass.NO_DATA, ErrorClass.NULL_DATA)


def _subject(c: Compilation, node: Was) -> Name:
    if not isinstance(node.subject, Name):
        raise refusal(
            f"WAS {node.test} asks about an input or database item, and "
            f"`{c.text(node.subject)}` is neither.",
            node,
        )
    return node.subject


_COMPILE: dict[type, Callable[[Compilation, Any], Evaluate]] = {
    Compare: _compile_compare,
    Logic: _compile_logic,
    Not: _compile_not,
    ConditionGroup: _compile_group,
    Like: _compile_like,
    Was: _compile_was,
    Exists: lambda c, node: compile_exists(c, node, compile_expression),
    BooleanCall: lambda c, node: compile_call(c, node.call, compile_expression),
}
