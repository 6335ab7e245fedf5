"""Ways through a tree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from fastformula.syntax.tree import Formula, Node

_FIELDS: dict[type[Node], tuple[str, ...]] = {}


def field_names(kind: type[Node]) -> tuple[str, ...]:
    """What a node of this kind holds besides its span."""
    if kind not in _FIELDS:
        _FIELDS[kind] = tuple(each.name for each in fields(kind) if each.name != "span")
    return _FIELDS[kind]


def children(node: Node) -> Iterator[Node]:
    """The nodes directly below `node`, in source order."""
    for name in field_names(type(node)):
        value = getattr(node, name)
        if isinstance(value, Node):
            yield value
        elif isinstance(value, tuple):
            yield from value


def walk(node: Node) -> Iterator[Node]:
    """`node` and all below it, parents first, in source order.

    Without recursion: a chain of a thousand ELSE IFs is a thousand levels deep.
    """
    pending = [node]
    while pending:
        current = pending.pop()
        yield current
        pending.extend(reversed(tuple(children(current))))


def path_to(tree: Formula, offset: int) -> tuple[Node, ...]:
    """The nodes that hold `offset`, from the root to the innermost.

    A node also holds the offset right behind it, so that a cursor at the end of a
    word is on that word; of two neighbours that touch, the later one counts.
    """
    path: list[Node] = [tree]
    while True:
        inner = None
        for child in children(path[-1]):
            if child.span.start <= offset <= child.span.end:
                inner = child
        if inner is None:
            return tuple(path)
        path.append(inner)
