"""Statements put somewhere else: the same tree with other spans, or with less in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from fastformula.syntax.tree import Body, Node, Statement
from fastformula.syntax.visit import children, field_names
from fastformula.text import Span

Moved = TypeVar("Moved", bound=Node)


def _all(body: Body) -> tuple[Statement, ...]:
    return body.statements


def move(
    node: Moved,
    by: int,
    staying: Callable[[Body], tuple[Statement, ...]] = _all,
) -> Moved:
    """`node` as it is `by` code points further on, with what `staying` leaves in it.

    Without recursion: a chain of a thousand ELSE IFs is a thousand levels deep.
    """
    order: list[Node] = [node]
    left: dict[int, tuple[Statement, ...]] = {}
    for each in order:
        if isinstance(each, Body):
            left[id(each)] = staying(each)
            order += left[id(each)]
        else:
            order += children(each)
    made: dict[int, Node] = {}
    for each in reversed(order):
        kind = type(each)
        start, end = each.span
        values: list[Any] = [Span(start + by, end + by)]
        for name in field_names(kind):
            value = getattr(each, name)
            if name == "statements" and id(each) in left:
                value = left[id(each)]
            if type(value) is tuple:
                value = tuple(made[id(inner)] for inner in value)
            elif isinstance(value, Node):
                value = made[id(value)]
            values.append(value)
        made[id(each)] = kind(*values)
    return made[id(node)]  # type: ignore[return-value]
