"""What changes while a loop runs."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from itertools import islice, takewhile
from typing import NamedTuple

from fastformula.analysis import Access, Analysis, Use
from fastformula.linter.nodes import is_pure
from fastformula.syntax import walk
from fastformula.syntax.tree import Call, Name, Node
from fastformula.text import Span


class Changes(NamedTuple):
    """Every place where a variable changes, in source order."""

    offsets: tuple[int, ...]
    keys: tuple[str, ...]
    symbols: Mapping[int, str]
    """The symbol of a Name by its `id`."""

    def within(self, span: Span) -> frozenset[str]:
        """The variables that change somewhere in `span`."""
        start = bisect_left(self.offsets, span.start)
        end = bisect_left(self.offsets, span.end)
        return frozenset(self.keys[start:end])

    def names(self, node: Node) -> frozenset[str]:
        """The variables and items that stand in `node`."""
        keys = self.symbols
        return frozenset(
            keys[id(each)]
            for each in walk(node)
            if isinstance(each, Name) and id(each) in keys
        )

    def can_touch(self, node: Node, span: Span) -> bool:
        """Whether what happens in `span` can change what `node` gives."""
        return not self.within(span).isdisjoint(self.names(node)) or any(
            not (is_pure(each) or each.function.key == "GET_CONTEXT")
            for each in walk(node)
            if isinstance(each, Call)
        )


def changes(analysis: Analysis) -> Changes:
    """All changes of a formula."""
    found = [
        (use.name.span.start, use.key)
        for use in analysis.uses
        if use.access.writes or use.access is Access.DELETE
    ]
    found.sort()
    return Changes(
        tuple(offset for offset, _ in found),
        tuple(key for _, key in found),
        analysis.keys,
    )


def uses_within(analysis: Analysis, span: Span) -> list[Use]:
    """The uses of names in a span."""
    uses = analysis.uses
    first = bisect_left(uses, span.start, key=_start)
    return list(
        takewhile(lambda use: _start(use) < span.end, islice(uses, first, None))
    )


def _start(use: Use) -> int:
    return use.name.span.start
