"""Which items of a list come first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fastformula.analysis import Analysis, Symbol, Use
from fastformula.editor.candidates import Candidate, Item
from fastformula.editor.spot import Spot
from fastformula.language.search import abbreviation
from fastformula.syntax.tree import Body, ChangeContexts, If, While

_UNLIKE = 3
"""How alike a label is that the typed part cannot mean."""

_ENOUGH = 100
"""Items from which on those are left out that the typed part cannot mean."""


def rank(
    groups: Iterable[Sequence[Candidate]], typed: str, wanted: frozenset[str]
) -> tuple[tuple[Item, ...], bool]:
    """The items, the likeliest first, and whether they are all there are.

    First counts how the typed part stands in a label, then whether the type fits, then
    in which group it is; those that are alike stay in their order.
    """
    pattern = typed.strip("'\"").upper()
    is_meant = abbreviation(pattern).match if len(pattern) > 1 else None

    def key(candidate: Candidate) -> tuple[int, int]:
        label = candidate.item.label.upper().strip('"')
        if not pattern or label.startswith(pattern):
            likeness = 0
        elif f"_{pattern}" in label:
            likeness = 1
        elif is_meant and is_meant(label):
            likeness = 2
        else:
            likeness = _UNLIKE
        return likeness, _misfit(candidate.type, wanted)

    every = [candidate for group in groups for candidate in group]
    keyed = sorted(((key(each), each.item) for each in every), key=lambda each: each[0])
    items = tuple(
        item
        for at, ((likeness, _), item) in enumerate(keyed)
        if at < _ENOUGH or likeness < _UNLIKE
    )
    return items, len(items) == len(every)


def _misfit(kind: str | None, wanted: frozenset[str]) -> int:
    if not wanted or kind in wanted:
        return 0
    return 1 if kind is None else 2


def nearness(symbol: Symbol, known: int) -> tuple[int, int]:
    """How far before the cursor it was last used; what only comes later is far."""
    for use in reversed(symbol.uses):
        if use.name.span.end <= known:
            return 0, known - use.name.span.end
    return 1, symbol.uses[0].name.span.start - known


class Paths:
    """Which variables may have got a value on the way to one place."""

    def __init__(self, analysis: Analysis, spot: Spot) -> None:
        self._known = known = spot.known
        # What is being written may end there, as far as it goes.
        inside = min(known, spot.base + spot.tokens[-1].end if spot.tokens else 0)
        self._target = spot.target
        self._around: dict[int, Body] = {}
        """The block that the place is in, by the `id` of its header."""
        self._loops: list[While] = []
        for statement, *_ in analysis.statements:
            if statement.span.start >= known:
                break
            if inside > statement.span.end:
                continue
            bodies: tuple[Body | None, ...] = ()
            if isinstance(statement, If):
                bodies = (statement.then, statement.orelse)
            elif isinstance(statement, While | ChangeContexts):
                bodies = (statement.body,)
            if isinstance(statement, While):
                self._loops.append(statement)
            for body in bodies:
                if body is not None and body.span.start <= inside <= body.span.end:
                    self._around[id(statement)] = body

    def may_have_value(self, symbol: Symbol) -> bool:
        """Whether it has one on some way; True too where nothing ever assigns it."""
        if symbol.kind != "local" or symbol.default is not None or not symbol.writes:
            return True
        return any(map(self._reaches, symbol.writes))

    def _reaches(self, write: Use) -> bool:
        start = write.name.span.start
        if any(each.span.start <= start < each.span.end for each in self._loops):
            return True
        if start >= self._known or start == self._target:
            return False
        for scope in write.scope.chain():
            body = self._around.get(id(scope.node))
            if body is not None and scope.body is not None and body is not scope.body:
                return False
        return True
