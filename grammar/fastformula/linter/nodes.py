"""Looking at parts of a tree: what a statement holds itself, what is written alike."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from fastformula.language.function import find_functions
from fastformula.syntax import walk
from fastformula.syntax.tree import (
    Binary,
    Body,
    Call,
    ChangeContexts,
    Compare,
    Condition,
    ConditionGroup,
    Date,
    EmptyArray,
    Expression,
    Group,
    If,
    Like,
    Logic,
    Method,
    Name,
    Node,
    Number,
    Statement,
    Text,
    TypeName,
    Unary,
    Was,
    While,
)

_PURE = frozenset({"Numbers", "Text", "Dates", "Conversion and null tests"})
"""Chapters of functions whose result depends on their arguments alone."""

COMPARATORS = {"!=": "<>", "><": "<>", "=<": "<=", "=>": ">="}
"""Other spellings of a comparison, and the usual one."""


def own_nodes(statement: Statement) -> Iterator[Node]:
    """The nodes of a statement, without those of the statements in it."""
    match statement:
        case If(condition=condition) | While(condition=condition):
            yield from walk(condition)
        case ChangeContexts(settings=settings):
            for setting in settings:
                yield from walk(setting)
        case _:
            yield from walk(statement)


def inner(expression: Expression) -> Expression:
    """The expression without the parentheses around it."""
    while isinstance(expression, Group):
        expression = expression.inner
    return expression


def inner_condition(condition: Condition) -> Condition:
    """The condition without the parentheses around it."""
    while isinstance(condition, ConditionGroup):
        condition = condition.inner
    return condition


def is_pure(call: Call) -> bool:
    """Whether the call gives the same for the same arguments, whenever it is made."""
    chapters = {each.chapter for each in find_functions(call.function.key)}
    return bool(chapters) and chapters <= _PURE


def is_steady(node: Node) -> bool:
    """Whether it gives the same twice in a row: no call in it looks elsewhere."""
    return all(is_pure(each) for each in walk(node) if isinstance(each, Call))


def shape(node: Node) -> tuple[object, ...]:
    """What is equal for parts that say the same, however they are laid out.

    Case, blanks, comments and parentheses around an operand do not matter.
    """
    return tuple(_marks(node))


def are_alike(one: Node, other: Node) -> bool:
    """Whether the shapes are equal; ends at the first difference."""
    return all(left == right for left, right in zip_longest(_marks(one), _marks(other)))


def _marks(node: Node) -> Iterator[object]:
    for each in walk(node):
        if not isinstance(each, Group | ConditionGroup):
            yield _mark(each)


def _mark(node: Node) -> object:
    match node:
        case Name(text=text):
            return "name", text.upper()
        case Number(text=text):
            return "number", text
        case Text(value=value):
            return "text", value
        case Date(value=value):
            return "date", value
        case EmptyArray(type=kind) | TypeName(name=kind):
            return "type", kind
        case Unary(operator=operator) | Binary(operator=operator):
            return type(node), operator
        case Compare(operator=operator):
            return "compare", COMPARATORS.get(operator, operator)
        case Logic(operator=operator, operands=operands):
            return operator, len(operands)
        case Like(negated=negated):
            return "like", negated
        case Was(negated=negated, test=test):
            return test, negated
        case Method(method=method, arguments=arguments):
            return method, len(arguments)
        case Call(arguments=arguments):
            return "call", len(arguments)
        case Body(statements=statements):
            return "body", len(statements)
        case If(orelse=orelse):
            return "if", orelse is None
    return type(node)
