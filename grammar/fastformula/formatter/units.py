"""A formula as units: what begins a line, and how far to the right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from fastformula.formatter.source import Source
from fastformula.syntax.tree import Body, ChangeContexts, If, Node, While


class Unit(NamedTuple):
    """A statement without a body, or a header, bracket or ELSE."""

    first: int
    """The token it begins with."""
    last: int
    """The token it ends with."""
    column: int
    node: Node | None = None
    """The statement, or the one whose header it is; None for brackets and ELSE."""
    joins: bool = False
    """Whether it goes on in the line of what stands before it."""
    opens: bool = False
    """Whether a block begins with it."""
    packed: bool = False
    """Whether no blank lines stand before it."""
    outer: int = 0
    """Where remarks before it begin."""


class _Pending(NamedTuple):
    node: Node
    column: int
    joins: bool = False


def find_units(
    source: Source, statements: Sequence[Node], column: int
) -> Iterator[Unit]:
    """The units of some statements in a row, which begin at `column`."""
    pending: list[Unit | _Pending] = [
        _Pending(statement, column) for statement in reversed(statements)
    ]
    while pending:
        at = pending.pop()
        if isinstance(at, Unit):
            yield at
        else:
            pending += reversed(_unfold(source, *at))


def _unfold(
    source: Source, node: Node, column: int, joins: bool
) -> list[Unit | _Pending]:
    first = source.first(node)
    match node:
        case If(then=body) | While(body=body) | ChangeContexts(body=body):
            last = source.first(body) - 1
            head = Unit(first, last, column, node, joins, outer=column)
            units = [head, *_unfold_body(source, body, column)]
        case _:
            return [Unit(first, source.last(node), column, node, joins, outer=column)]
    if isinstance(node, If) and node.orelse:
        at = source.first(node.orelse) - 1
        units.append(Unit(at, at, column, packed=True, outer=column))
        match node.orelse:
            case Body(bracketed=False, statements=(If() as inner,)):
                units.append(_Pending(inner, column, joins=True))
            case body:
                units += _unfold_body(source, body, column)
    return units


def _unfold_body(source: Source, body: Body, column: int) -> list[Unit | _Pending]:
    inner = column + source.style.indent
    statements = [_Pending(statement, inner) for statement in body.statements]
    if not body.bracketed:
        return [*statements]
    first, last = source.first(body), source.last(body)
    is_double = (
        source.tokens[first + 1].kind == "LPAR"
        and source.tokens[last - 1].kind == "RPAR"
    )
    joins = source.style.brackets == "header-end"
    return [
        Unit(
            first,
            first + is_double,
            column,
            joins=joins,
            opens=True,
            packed=True,
            outer=column,
        ),
        *statements,
        Unit(last - is_double, last, column, packed=True, outer=inner),
    ]
