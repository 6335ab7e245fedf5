"""Which names of a pod one may have meant by a name that it does not have."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from fastformula.language.similar import edits

_MOST: Final = 3
_LONG: Final = 12
"""Letters from which on a name may have two mistakes."""


def tolerance(key: str) -> int:
    """How many letters of a name may be wrong, missing, left over or swapped."""
    return 1 if len(key) < _LONG else 2


def nearest(key: str, names: Iterable[str]) -> tuple[str, ...]:
    """Those of `names` that `key` is a misspelling of, at most three, nearest first.

    Digits have to be right: items that differ in a number are many.
    """
    most = tolerance(key)
    digits = _digits(key)
    found = []
    for name in names:
        if name != key and _digits(name) == digits:
            wrong = edits(name, key, most)
            if wrong <= most:
                found.append((wrong, name))
    return tuple(name for _, name in sorted(found)[:_MOST])


def _digits(name: str) -> str:
    return "".join(filter(str.isdigit, name))
