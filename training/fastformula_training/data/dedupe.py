"""Which formulas are the same, or nearly: exact hashes, then MinHash.

Names of variables and literals do not count, so a formula that was copied and
renamed is found. Candidates come from MinHash signatures (256 hashes in 64 bands
of 4, as Lee et al. 2022, arXiv 2107.06499, do it for text); each candidate pair
is then compared by the true Jaccard index of its shingles. Bands are looked for by
scanning a matrix: that needs 2 KB a formula and no tables, and formulas are so much
alike that buckets of a table would hold thousands of them.
"""

from __future__ import annotations

import hashlib
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from fastformula.syntax import Token, tokenize

SHINGLE = 8
"""Tokens in a row that are compared as one."""

BANDS, ROWS = 64, 4
"""Two formulas with a Jaccard index of 0.5 share a band with probability 0.98."""

MARGIN = 0.12
"""How far a signature's estimate of the index may be off: four standard deviations."""

Shingles = np.ndarray[Any, np.dtype[np.uint32]]
Signature = np.ndarray[Any, np.dtype[np.uint32]]

_dice = random.Random("fastformula")
_FACTORS = np.array(
    [_dice.getrandbits(64) | 1 for _ in range(BANDS * ROWS)], dtype=np.uint64
)
_OFFSETS = np.array(
    [_dice.getrandbits(64) for _ in range(BANDS * ROWS)], dtype=np.uint64
)


class Fingerprint(NamedTuple):
    """What a formula is compared by."""

    exact: bytes
    """As `exact_hash` gives it."""
    shingles: Shingles
    """Hashes of all runs of `SHINGLE` tokens, sorted."""
    signature: Signature


class Likeness(NamedTuple):
    """Two formulas, by their places in the list, and their Jaccard index."""

    first: int
    second: int
    jaccard: float


def fingerprint(tokens: Sequence[Token], text: str) -> Fingerprint:
    """The fingerprint of a text with the tokens that it has."""
    shingles = shingles_of(normal_form(tokens, text))
    return Fingerprint(exact_hash(tokens, text), shingles, sign(shingles))


def exact_hash(tokens: Iterable[Token], text: str) -> bytes:
    """The same for texts that differ in blanks, comments and case at most."""
    words = "\x1f".join(token.text_in(text).upper() for token in tokens)
    return hashlib.sha256(words.encode()).digest()[:16]


def exact_groups(texts: Iterable[str]) -> list[list[int]]:
    """The places of texts with the same `exact_hash`, in groups."""
    found: dict[bytes, list[int]] = defaultdict(list)
    for place, text in enumerate(texts):
        found[exact_hash(tokenize(text), text)].append(place)
    return list(found.values())


def shingles_of(words: Sequence[str]) -> Shingles:
    """Hashes of every run of `SHINGLE` words; a shorter text is one shingle."""
    runs = max(1, len(words) - SHINGLE + 1)
    hashes = {
        hashlib.blake2b(
            " ".join(words[start : start + SHINGLE]).encode(), digest_size=4
        ).digest()
        for start in range(runs)
    }
    return np.sort(np.frombuffer(b"".join(hashes), dtype="<u4").astype(np.uint32))


def normal_form(tokens: Sequence[Token], text: str) -> list[str]:
    """The tokens with one sign for every name and every literal.

    Called functions keep their names: what is called is what a formula does.
    """
    return [
        _normal(token, following.kind, text) for token, following in pairwise(tokens)
    ]


def _normal(token: Token, following: str, text: str) -> str:
    if token.kind in ("NUMBER", "TEXT"):
        return "0"
    if token.kind == "QNAME" or (token.kind == "NAME" and following != "LPAR"):
        return "n"
    return token.text_in(text).upper()


def sign(shingles: Shingles) -> Signature:
    """The MinHash signature: of each of 256 hash functions the smallest value.

    Multiply-add modulo 2**64, of which the high half is mixed and kept.
    """
    mixed = shingles.astype(np.uint64)[:, None] * _FACTORS + _OFFSETS
    return np.asarray(mixed.min(axis=0) >> np.uint64(32), dtype=np.uint32)


def jaccard(first: Shingles, second: Shingles) -> float:
    """Shared shingles over all shingles."""
    shared = len(np.intersect1d(first, second, assume_unique=True))
    return shared / (len(first) + len(second) - shared)


def find_repeats(prints: Sequence[Fingerprint], threshold: float) -> list[Likeness]:
    """Every place that repeats an earlier one, as the second of a pair.

    What repeats another is itself compared with no later one.
    """
    table = _Table(len(prints))
    found: list[Likeness] = []
    for place, each in enumerate(prints):
        near = [
            Likeness(other, place, likeness)
            for other in table.candidates(each, threshold)
            if (likeness := jaccard(prints[other].shingles, each.shingles)) >= threshold
        ]
        if near:
            found.append(max(near, key=lambda pair: (pair.jaccard, -pair.first)))
        else:
            table.add(place, each)
    return found


def find_related(prints: Sequence[Fingerprint], threshold: float) -> list[list[int]]:
    """All places, grouped by who is like whom in a chain, each group in order."""
    table = _Table(len(prints))
    parent = list(range(len(prints)))
    for place, each in enumerate(prints):
        for other in table.candidates(each, threshold):
            if _root(parent, other) == _root(parent, place):
                continue
            if jaccard(prints[other].shingles, each.shingles) >= threshold:
                _join(parent, other, place)
        table.add(place, each)
    return _grouped(parent)


def likeness(each: Fingerprint, others: Sequence[Fingerprint]) -> list[float]:
    """About the Jaccard index to each of the others."""
    if not others:
        return []
    signatures = np.stack([other.signature for other in others])
    return [float(share) for share in (signatures == each.signature).mean(axis=1)]


def closest(prints: Sequence[Fingerprint], others: Sequence[Fingerprint]) -> float:
    """About the highest Jaccard index between one of each; 0 where one has none."""
    if not others:
        return 0.0
    return max((max(likeness(each, others)) for each in prints), default=0.0)


def join_groups(groups: Iterable[Sequence[int]], size: int) -> list[list[int]]:
    """Places 0 to `size` in the smallest groups that no given group is divided by."""
    parent = list(range(size))
    for group in groups:
        for place in group[1:]:
            _join(parent, group[0], place)
    return _grouped(parent)


class _Table:
    """Fingerprints by place, of which those with a band in common are found."""

    def __init__(self, size: int) -> None:
        self._places = np.zeros(size, dtype=np.int64)
        self._bands = np.zeros((size, BANDS), dtype=np.uint64)
        self._signatures = np.zeros((size, BANDS * ROWS), dtype=np.uint32)
        self._used = 0

    def add(self, place: int, each: Fingerprint) -> None:
        """Have a place found from now on."""
        self._places[self._used] = place
        self._bands[self._used] = _bands(each.signature)
        self._signatures[self._used] = each.signature
        self._used += 1

    def candidates(self, each: Fingerprint, threshold: float) -> list[int]:
        """Places whose index with `each` may be at least `threshold`, in order."""
        shared = (self._bands[: self._used] == _bands(each.signature)).any(axis=1)
        (rows,) = np.nonzero(shared)
        estimates = (self._signatures[rows] == each.signature).mean(axis=1)
        return [int(p) for p in self._places[rows[estimates >= threshold - MARGIN]]]


def _bands(signature: Signature) -> np.ndarray[Any, np.dtype[np.uint64]]:
    """A number for each band, of 64 bits: equal by chance one time in 10**19."""
    rows = signature.reshape(BANDS, ROWS).astype(np.uint64)
    return np.asarray((rows * _FACTORS[:ROWS]).sum(axis=1, dtype=np.uint64))


def _root(parent: list[int], place: int) -> int:
    while parent[place] != place:
        parent[place] = parent[parent[place]]
        place = parent[place]
    return place


def _join(parent: list[int], first: int, second: int) -> None:
    low, high = sorted((_root(parent, first), _root(parent, second)))
    parent[high] = low


def _grouped(parent: list[int]) -> list[list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for place in range(len(parent)):
        found[_root(parent, place)].append(place)
    return list(found.values())
