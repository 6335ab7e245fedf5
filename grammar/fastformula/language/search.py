"""Names of database items that somebody means who types a part of one."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from heapq import nsmallest

from fastformula.language.database_item import is_generated, load_items


@lru_cache(maxsize=256)
def search_items(pattern: str, limit: int) -> tuple[str, ...]:
    """At most `limit` of Oracle's items that upper-case `pattern` may mean.

    Those that are made for some element or balance come last: other pods have others.
    """
    return search_sorted(_names(), pattern, limit, last=_generated())


def search_sorted(
    names: Sequence[str],
    pattern: str,
    limit: int,
    last: frozenset[str] = frozenset(),
) -> tuple[str, ...]:
    """At most `limit` of the sorted `names` that upper-case `pattern` may mean.

    The pattern is how a name begins, or else how some word in it begins, or else an
    abbreviation of it. Shorter names come first, and those of `last` behind others.
    """
    found: dict[str, None] = {}
    for group in _groups(names, pattern):
        fresh = (name for name in group if name not in found)
        found |= dict.fromkeys(
            nsmallest(
                limit - len(found),
                fresh,
                key=lambda name: (name in last, len(name), name),
            )
        )
        if len(found) == limit:
            break
    return tuple(found)


def _groups(names: Sequence[str], pattern: str) -> Iterator[Iterable[str]]:
    start, end = _begin_with(names, pattern)
    yield names[start:end]
    inside = f"_{pattern}"
    yield (name for name in names if inside in name)
    if len(pattern) > 1:
        start, end = _begin_with(names, pattern[0])
        yield filter(abbreviation(pattern).match, names[start:end])


def abbreviation(pattern: str) -> re.Pattern[str]:
    """What matches upper-case names that `pattern` abbreviates.

    Each letter goes on with a word, or begins a later one: PAGN and PERGRNAME mean
    PER_ASG_GRADE_NAME. An underscore ends a word that may go on: PER_GRA_NA does too.
    """
    steps = [
        r"[^_]*+_(?:[^_]*+_)*?" if letter == "_" else _STEP + re.escape(letter)
        for letter in pattern[1:]
    ]
    return re.compile(re.escape(pattern[:1]) + "".join(steps))


_STEP = r"(?:[^_]*+_)*?"
"""To the start of any later word."""


def _begin_with(names: Sequence[str], prefix: str) -> tuple[int, int]:
    # Behind every character that names consist of.
    return bisect_left(names, prefix), bisect_left(names, f"{prefix}\uffff")


@cache
def _names() -> tuple[str, ...]:
    return tuple(sorted(load_items()))


@cache
def _generated() -> frozenset[str]:
    return frozenset(filter(is_generated, load_items()))
