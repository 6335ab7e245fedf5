"""Which formulas are the same, or nearly: exact hashes, then MinHash.

Names of variables and literals do not count, so a formula that was copied and
renamed is found. Candidates come from MinHash signatures (256 hashes in 64 bands
of 4, as Lee et al. 2022, arXiv 2107.06499, do it for text); each candidate pair
is then compared by the true Jaccard index of its shingles.
"""

from __future__ import annotations

import hashlib
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np
from fastformula.syntax import Token, tokenize

SHINGLE = 8
"""Tokens in a row that are compared as one."""

BANDS, ROWS = 64, 4
"""Two formulas with a Jaccard index of 0.5 share a band with probability 0.98."""

_dice = random.Random("fastformula")
_FACTORS = np.array(
    [_dice.getrandbits(64) | 1 for _ in range(BANDS * ROWS)], dtype=np.uint64
)
_OFFSETS = np.array(
    [_dice.getrandbits(64) for _ in range(BANDS * ROWS)], dtype=np.uint64
)


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two texts, by their places in the list, and their Jaccard index."""

    first: int
    second: int
    jaccard: float


def exact_groups(texts: Sequence[str]) -> list[list[int]]:
    """The places of texts that differ in blanks, comments and case at most."""
    groups: dict[str, list[int]] = defaultdict(list)
    for place, text in enumerate(texts):
        words = "\x1f".join(token.text_in(text).upper() for token in tokenize(text))
        groups[hashlib.sha256(words.encode()).hexdigest()].append(place)
    return list(groups.values())


def near_pairs(texts: Sequence[str], threshold: float) -> list[Likeness]:
    """All pairs found whose Jaccard index is at least `threshold`, in order."""
    shingles = [shingles_of(text) for text in texts]
    buckets: dict[tuple[int, bytes], list[int]] = defaultdict(list)
    for place, found in enumerate(shingles):
        for band, key in enumerate(_bands(found)):
            buckets[band, key].append(place)
    candidates = {
        pair for bucket in buckets.values() for pair in combinations(bucket, 2)
    }
    pairs = []
    for first, second in sorted(candidates):
        index = jaccard(shingles[first], shingles[second])
        if index >= threshold:
            pairs.append(Likeness(first, second, index))
    return pairs


def groups(size: int, pairs: Iterable[tuple[int, int]]) -> list[list[int]]:
    """Places 0 to `size` grouped by what the pairs connect, each group in order."""
    parent = list(range(size))

    def root(place: int) -> int:
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place

    for first, second in pairs:
        low, high = sorted((root(first), root(second)))
        parent[high] = low
    found: dict[int, list[int]] = defaultdict(list)
    for place in range(size):
        found[root(place)].append(place)
    return list(found.values())


def shingles_of(text: str) -> frozenset[int]:
    """Hashes of every run of `SHINGLE` tokens; a shorter text is one shingle."""
    words = normal_form(text)
    runs = max(1, len(words) - SHINGLE + 1)
    return frozenset(
        int.from_bytes(
            hashlib.blake2b(
                " ".join(words[start : start + SHINGLE]).encode(), digest_size=8
            ).digest()
        )
        for start in range(runs)
    )


def normal_form(text: str) -> list[str]:
    """The tokens of `text` with one sign for every name and every literal.

    Called functions keep their names: what is called is what a formula does.
    """
    tokens = tokenize(text)
    return [
        _normal(token, following.kind, text) for token, following in pairwise(tokens)
    ]


def _normal(token: Token, following: str, text: str) -> str:
    if token.kind in ("NUMBER", "TEXT"):
        return "0"
    if token.kind == "QNAME" or (token.kind == "NAME" and following != "LPAR"):
        return "n"
    return token.text_in(text).upper()


def jaccard(first: frozenset[int], second: frozenset[int]) -> float:
    """Shared shingles over all shingles."""
    shared = len(first & second)
    return shared / (len(first) + len(second) - shared)


def _bands(shingles: frozenset[int]) -> list[bytes]:
    values = np.fromiter(shingles, dtype=np.uint64, count=len(shingles))
    # Multiply-add modulo 2**64: the high bits, which decide the least, are mixed.
    signature = (values[:, None] * _FACTORS + _OFFSETS).min(axis=0)
    return [band.tobytes() for band in signature.reshape(BANDS, ROWS)]
