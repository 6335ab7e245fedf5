"""Expressions and headers as documents: tokens, and the places where a line may end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from fastformula.formatter.source import Source
from fastformula.syntax import children
from fastformula.syntax.tree import (
    Assign,
    Binary,
    Call,
    CallFormula,
    ChangeContexts,
    Compare,
    Inputs,
    Logic,
    Method,
    Node,
    Return,
)

Manner = Literal["fill", "all", "table"]
"""Which places end a line: those that must, all of them, or all and in columns."""


class Group(NamedTuple):
    """What stands in one line if it fits; else its lines begin below each other."""

    parts: tuple[Part, ...]
    first: int
    """The token it begins with."""
    last: int
    """The token it ends with."""
    manner: Manner = "fill"
    hang: int = 0
    """By how many columns all lines but the first begin further right."""
    shifts: bool = False
    """Whether it begins on a line of its own where it is too wide for its place."""
    breaks: bool = False
    """Whether a line may end within it."""


Part = int | Group | None
"""A token, what belongs together, or a place where a line may end."""

_ADDITIVE = frozenset(("+", "-", "||"))


def first_of(part: Part) -> int:
    """The token that a part begins with; it is no place."""
    assert part is not None
    return part.first if isinstance(part, Group) else part


def last_of(part: Part) -> int:
    """The token that a part ends with; it is no place."""
    assert part is not None
    return part.last if isinstance(part, Group) else part


def group(
    parts: Sequence[Part], manner: Manner = "fill", hang: int = 0, shifts: bool = False
) -> Group:
    """A group that neither begins nor ends with a place."""
    first, last = first_of(parts[0]), last_of(parts[-1])
    breaks = any(
        part is None or (isinstance(part, Group) and part.breaks) for part in parts
    )
    return Group(tuple(parts), first, last, manner, hang, shifts, breaks)


def document(source: Source, node: Node) -> Part:
    """An expression, a condition, or a statement that has no body.

    It recurses as deep as brackets are nested.
    """
    first, last = source.first(node), source.last(node)
    if first == last:
        return first
    match node:
        case Binary():
            return group(_join(source, _chain(source, node)))
        case Logic():
            return group(_join(source, list(_conditions(source, node))), "all")
    parts = list(_pieces(source, node, first, last))
    match node:
        case Compare():
            return group(_join(source, parts), hang=source.style.indent)
        case Call() | Method():
            return _call(source, parts, "all")
        case CallFormula():
            return _call(source, parts, "table")
        case Inputs():
            return group([*parts[:2], group(_list(parts[2:]), "all")])
        case Return():
            return group([parts[0], group(_list(parts[1:]))])
        case Assign(value=value) if not isinstance(value, Call):
            return group([*parts[:2], group(parts[2:], shifts=True)])
    return group(parts)


def header(source: Source, node: Node, first: int, last: int) -> Part:
    """What stands before a body, from the token `first` to the token `last`."""
    parts = list(_pieces(source, node, first, last))
    if isinstance(node, ChangeContexts):
        return _call(source, parts, "all")
    return group(parts)


def _pieces(source: Source, node: Node, first: int, last: int) -> Iterator[Part]:
    """The parts below a node and its own tokens, as far as the token `last`."""
    at = first
    for child in children(node):
        begin = source.first(child)
        if begin > last:
            break
        yield from range(at, begin)
        yield document(source, child)
        at = source.last(child) + 1
    yield from range(at, last + 1)


def _conditions(source: Source, node: Logic) -> Iterator[Part]:
    """Conditions and the AND or OR between them, in turn."""
    first, last = source.first(node), source.last(node)
    inner = [source.first(each) for each in node.operands if isinstance(each, Logic)]
    for part in _pieces(source, node, first, last):
        if isinstance(part, Group) and part.first in inner:
            # An AND that goes on must not look like the OR around it going on.
            yield part._replace(hang=source.style.indent)
        else:
            yield part


def _chain(source: Source, node: Binary) -> list[Part]:
    """Operands and operators of one rank, which are parsed as a tower to the left."""
    additive = node.operator in _ADDITIVE
    parts: list[Part] = []
    left: Node = node
    while isinstance(left, Binary) and (left.operator in _ADDITIVE) == additive:
        parts += (document(source, left.right), source.first(left.right) - 1)
        left = left.left
    parts.append(document(source, left))
    parts.reverse()
    return parts


def _join(source: Source, parts: Sequence[Part]) -> list[Part]:
    """Operands and operators in turn, and a place at each operator."""
    joined: list[Part] = [parts[0]]
    for operator, operand in zip(parts[1::2], parts[2::2], strict=True):
        if source.style.operators == "last":
            joined += (operator, None, operand)
        else:
            joined += (None, operator, operand)
    return joined


def _list(parts: Sequence[Part]) -> list[Part]:
    """Elements and commas in turn, and a place behind each comma."""
    placed: list[Part] = [parts[0]]
    for comma, element in zip(parts[1::2], parts[2::2], strict=True):
        placed += (comma, None, element)
    return placed


def _call(source: Source, parts: Sequence[Part], manner: Manner) -> Group:
    """A name with arguments in brackets, if it has any."""
    begin = 1 + next(
        (
            at
            for at, part in enumerate(parts)
            if isinstance(part, int) and source.tokens[part].kind == "LPAR"
        ),
        len(parts),
    )
    if begin >= len(parts) - 1:
        return group(parts)
    arguments = group(_list(parts[begin:-1]), manner, shifts=True)
    return group([*parts[:begin], arguments, parts[-1]])
