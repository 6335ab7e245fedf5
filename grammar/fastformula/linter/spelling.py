"""Which known name a name may be a misspelling of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

_LONG = 7
"""Letters from which on a word may have two mistakes."""

Index = Mapping[tuple[str, ...], Sequence[str]]
"""Names by each pattern that they fit; see `index`."""


def nearest(key: str, known: Iterable[str]) -> str:
    """The one of `known` that upper-case `key` is likely meant to be, or nothing.

    In one word a letter may be wrong, missing, left over or swapped, in a long one two;
    or an underscore in the name. A name with another number or another whole word is
    another name on purpose.
    """
    return look_up(key, index(known))


def index(known: Iterable[str]) -> Index:
    """`known` made ready for many lookups, so that each is quick."""
    names: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for name in known:
        for pattern in _patterns(name):
            names[pattern].append(name)
    return names


def look_up(key: str, known: Index) -> str:
    """What `nearest` says, of names in an index."""
    best, found = 3, ""
    for pattern in _patterns(key):
        for other in known.get(pattern, ()):
            cost = mistakes(key, other)
            if 0 < cost < best:
                best, found = cost, other
    return found


def mistakes(key: str, other: str) -> int:
    """How many letters of `key` are wrong for it to be `other`; 0 where it is not."""
    if key == other or _digits(key) != _digits(other):
        return 0
    words, others = key.split("_"), other.split("_")
    if "".join(words) == "".join(others):
        return 1
    if len(words) != len(others):
        return 0
    pairs = zip(words, others, strict=True)
    wrong = [(word, meant) for word, meant in pairs if word != meant]
    if len(wrong) > 1:
        return 0
    word, meant = wrong[0]
    longer = max(len(word), len(meant))
    most = 0 if longer < 3 else 1 if longer < _LONG else 2
    if abs(len(word) - len(meant)) > most:
        return 0
    cost = _edits(word, meant, most)
    return cost if cost <= most else 0


def _patterns(name: str) -> Iterator[tuple[str, ...]]:
    """What names have in common of which one may be a misspelling of the other.

    That is all words but one and the digits, or the letters without underscores.
    """
    words, digits = name.split("_"), _digits(name)
    for at in range(len(words)):
        yield (digits, *words[:at], "*", *words[at + 1 :])
    yield ("".join(words),)


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
