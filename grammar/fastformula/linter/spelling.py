"""Which known name a name may be a misspelling of."""

from __future__ import annotations

from collections.abc import Iterable

_LONG = 7
"""Letters from which on a word may have two mistakes."""


def nearest(key: str, known: Iterable[str]) -> str:
    """The one of `known` that upper-case `key` is likely meant to be, or nothing.

    A letter or two may be wrong, missing, left over or swapped, or an underscore. A
    name with another number or another whole word is another name on purpose.
    """
    found = ((mistakes(key, other), other) for other in known if other != key)
    return min(((cost, other) for cost, other in found if cost), default=(0, ""))[1]


def mistakes(key: str, other: str) -> int:
    """How many letters of `key` are wrong for it to be `other`; 0 where it is not."""
    if abs(len(key) - len(other)) > 2 or _digits(key) != _digits(other):
        return 0
    words, others = key.split("_"), other.split("_")
    if len(words) != len(others):
        return int("".join(words) == "".join(others))
    total = 0
    for word, meant in zip(words, others, strict=True):
        if word == meant:
            continue
        longer = max(len(word), len(meant))
        most = 0 if longer < 3 else 1 if longer < _LONG else 2
        cost = _edits(word, meant, most)
        if cost > most:
            return 0
        total += cost
    return total if total <= 2 else 0


def _edits(one: str, other: str, most: int) -> int:
    """Letters to change, add, drop or swap; more than `most` where it is more."""
    at = 0
    while at < len(one) and at < len(other) and one[at] == other[at]:
        at += 1
    one, other = one[at:], other[at:]
    if one == other:
        return 0
    if not most:
        return 1
    ways = [(one[1:], other[1:]), (one[1:], other), (one, other[1:])]
    if len(one) > 1 and one[:2] == other[1::-1]:
        ways.append((one[2:], other[2:]))
    return 1 + min(_edits(*way, most - 1) for way in ways)


def _digits(key: str) -> str:
    return "".join(filter(str.isdigit, key))
