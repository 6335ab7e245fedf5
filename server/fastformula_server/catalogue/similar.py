"""Which names one may have meant by a name that does not exist."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

_MOST: Final = 3


def tolerance(key: str) -> int:
    """How many slips a misspelling may have: one, or two in eight letters and more."""
    return 1 if len(key) < 8 else 2


def nearest(key: str, names: Iterable[str]) -> tuple[str, ...]:
    """Those of `names` that `key` is a misspelling of, at most three, nearest first."""
    limit = tolerance(key)
    found = []
    for name in names:
        slips = _slips(key, name, limit)
        if 0 < slips <= limit:
            found.append((slips, name))
    return tuple(name for _, name in sorted(found)[:_MOST])


def _slips(one: str, other: str, limit: int) -> int:
    """How many letters are wrong, missing, too many or swapped with the next.

    A number above `limit` only says that they are more than that.
    """
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    end = 0
    while end < min(len(one), len(other)) - start and one[-1 - end] == other[-1 - end]:
        end += 1
    one, other = one[start : len(one) - end], other[start : len(other) - end]
    if not one or not other:
        return max(len(one), len(other))
    # A slip brings one strange letter in and takes one away, at most.
    if len(set(one) ^ set(other)) > 2 * limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, wanted in enumerate(other, 1):
            cost = min(
                before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted)
            )
            if i > 1 < j and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        if min(row) > limit and min(before) > limit:
            return limit + 1
    return row[-1]
