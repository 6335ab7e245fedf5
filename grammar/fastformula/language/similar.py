"""Which database items a name may be a misspelling of."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Final

from fastformula.language.database_item import is_generated, load_items

_LONG: Final = 12
"""Letters from which on a name may have two mistakes."""

_LONG_WORD: Final = 7
"""Letters from which on a word may have both."""

_FEW: Final = 3
"""A word may be missing or left over only where no more items would fit."""


@lru_cache(maxsize=1024)
def similar_items(key: str, limit: int = 3) -> tuple[str, ...]:
    """Oracle's database items that upper-case `key` may stand for, likeliest first.

    Two letters may be wrong, missing, left over or swapped, one in a short word or
    name; an underscore may be missing or left over; two words may be swapped; where no
    item begins with the first two words, one of them may be missing or left over.
    Digits have to be right: items that differ in a number are many.
    """
    words = key.split("_")
    costs: dict[str, int] = dict.fromkeys(_regrouped(words), 1)
    budget = 2 if len(key) >= _LONG else 1
    for name, cost in _misspelt(words, "", 0, len(_names()), budget):
        costs[name] = min(cost, costs.get(name, cost))
    costs.pop(key, None)
    found = {name: cost for name, cost in costs.items() if not is_generated(name)}
    if not found:
        moved = {name for name in _rearranged(words) if not is_generated(name)} - {key}
        if len(moved) <= _FEW:
            found = dict.fromkeys(moved, 1)
    return tuple(sorted(found, key=lambda name: (found[name], name))[:limit])


@cache
def _names() -> tuple[str, ...]:
    """All names, with a blank after each word: what begins alike stands together."""
    return tuple(name.replace("_", " ") for name in load_items())


def _runs(prefix: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    """Every word that follows `prefix`, and where the names that begin so stand."""
    names = _names()
    while start < end:
        word = names[start][len(prefix) :].partition(" ")[0]
        # `!` sorts behind the blank and before letters and digits.
        stop = bisect_left(names, f"{prefix}{word}!", start, end)
        yield word, start, stop
        start = stop


def _misspelt(
    words: list[str], prefix: str, start: int, end: int, budget: int
) -> Iterator[tuple[str, int]]:
    """Names from `start` to `end`, and in how many letters they differ from `words`."""
    word, *rest = words
    if not budget:
        name = "_".join([*prefix.split(), *words])
        if name in load_items():
            yield name, 0
        return
    for other, first, stop in _runs(prefix, start, end):
        cost = 0
        if other != word:
            most = min(budget, _allowed(other, word))
            if not most or not _could_be_near(other, word, most):
                continue
            cost = edits(other, word, most)
            if cost > most:
                continue
        if rest:
            inner = _misspelt(rest, f"{prefix}{other} ", first, stop, budget - cost)
            for name, more in inner:
                yield name, cost + more
        elif _names()[first] == prefix + other:
            yield _names()[first].replace(" ", "_"), cost


def _allowed(one: str, other: str) -> int:
    """How many letters of one word may be wrong for it to be the other."""
    longer = max(len(one), len(other))
    if longer < 3:
        return int(one == other[::-1])
    return 1 if longer < _LONG_WORD else 2


def _could_be_near(one: str, other: str, most: int) -> bool:
    """What rules out nearly every pair of words quickly."""
    return (
        abs(len(one) - len(other)) <= most
        and len(set(one) ^ set(other)) <= 2 * most
        and [*filter(str.isdigit, one)] == [*filter(str.isdigit, other)]
    )


def edits(one: str, other: str, most: int) -> int:
    """Letters to change, add, drop or swap; any number over `most` where it is more."""
    start = next(
        (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )
    one, other = one[start:], other[start:]
    if one == other:
        return 0
    if not most:
        return 9
    tries = [(one[1:], other[1:]), (one[1:], other), (one, other[1:])]
    if one[:2] == other[1::-1]:
        tries.append((one[2:], other[2:]))
    return 1 + min(edits(*each, most - 1) for each in tries)


def _regrouped(words: list[str]) -> Iterator[str]:
    """Names that `words` are with an underscore more or less."""
    items = load_items()
    for at, word in enumerate(words):
        before, after = words[:at], words[at + 1 :]
        for cut in range(1, len(word)):
            name = "_".join([*before, word[:cut], word[cut:], *after])
            if name in items:
                yield name
        if after:
            name = "_".join([*before, word + after[0], *after[1:]])
            if name in items:
                yield name


def _rearranged(words: list[str]) -> Iterator[str]:
    """Names with two words swapped, or the words of an unknown family mended."""
    tried = [
        [*words[:at], words[at + 1], words[at], *words[at + 2 :]]
        for at in range(len(words) - 1)
    ]
    names = _names()
    start, stop = _begin_with(f"{' '.join(words[:2])} ")
    if start == stop and len(words) > 2:
        tried += [[word, *words] for word, _, _ in _runs("", 0, len(names))]
        prefix = f"{words[0]} "
        after = _runs(prefix, *_begin_with(prefix))
        tried += [[words[0], word, *words[1:]] for word, _, _ in after]
        if len(words) > 3:
            tried += [words[1:], [words[0], *words[2:]]]
    for each in tried:
        name = "_".join(each)
        if name in load_items():
            yield name


def _begin_with(prefix: str) -> tuple[int, int]:
    """Where the names stand that begin with `prefix`, which ends in a blank."""
    names = _names()
    return bisect_left(names, prefix), bisect_left(names, f"{prefix[:-1]}!")
