"""Long sequences in pieces, of which an edit makes but a few anew.

What stands behind an edit is as it was, only further on. A piece remembers by how much,
and its items are moved when somebody asks for them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Generic, NamedTuple, TypeVar, overload

Item = TypeVar("Item")

Move = Callable[[Sequence[Item], int], Iterable[Item]]
"""Makes of items those that stand some code points further on."""

_SIZE = 256
"""How many items a piece holds; one that an edit left may hold twice as many."""


class _Piece(NamedTuple, Generic[Item]):
    items: tuple[Item, ...]
    by: int
    """How far they have moved since they were made, in code points."""


class Pieces(Sequence[Item]):
    """A sequence that never changes; one made of it by an edit shares its pieces."""

    __slots__ = ("_ends", "_move", "_pieces")

    def __init__(self, pieces: Iterable[_Piece[Item]], move: Move[Item]) -> None:
        self._pieces = tuple(pieces)
        self._ends = (*accumulate(len(piece.items) for piece in self._pieces),)
        self._move = move

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    @overload
    def __getitem__(self, at: int) -> Item: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Item, ...]: ...
    def __getitem__(self, at: int | slice) -> Item | tuple[Item, ...]:
        if isinstance(at, slice):
            start, stop, _ = at.indices(len(self))
            return tuple(self._between(start, stop))
        at = at if at >= 0 else at + len(self)
        number = bisect_right(self._ends, at)
        items, by = self._pieces[number]
        item = items[at - self._ends[number]]
        if by:
            (item,) = self._move((item,), by)
        return item

    def __iter__(self) -> Iterator[Item]:
        for items, by in self._pieces:
            yield from self._move(items, by) if by else items

    def replaced(
        self, first: int, last: int, new: Iterable[Item], by: int
    ) -> Pieces[Item]:
        """With `new` in place of those from `first` to `last`, and the rest moved."""
        left, right = (bisect_right(self._ends, at) for at in (first, last))
        start = self._ends[left - 1] if left else 0
        end = self._ends[right] if right < len(self._ends) else len(self)
        behind = self._between(last, end)
        middle = (
            *self._between(start, first),
            *new,
            *(self._move([*behind], by) if by else behind),
        )
        further = (
            _Piece(items, moved + by) for items, moved in self._pieces[right + 1 :]
        )
        return Pieces((*self._pieces[:left], *_cut(middle), *further), self._move)

    def _between(self, start: int, stop: int) -> Iterator[Item]:
        number = bisect_right(self._ends, start)
        at = self._ends[number - 1] if number else 0
        for items, by in self._pieces[number:]:
            if at >= stop:
                return
            part = items[max(0, start - at) : stop - at]
            yield from self._move(part, by) if by else part
            at += len(items)


def in_pieces(items: Sequence[Item], move: Move[Item]) -> Pieces[Item]:
    """`items` in pieces, in which they may be already; `move` moves them."""
    return items if isinstance(items, Pieces) else Pieces(_cut(tuple(items)), move)


def _cut(items: tuple[Item, ...]) -> Iterator[_Piece[Item]]:
    if len(items) <= 2 * _SIZE:
        yield from (_Piece(each, 0) for each in [items] if each)
        return
    for at in range(0, len(items), _SIZE):
        yield _Piece(items[at : at + _SIZE], 0)
