"""Families of formulas to train, validation and test, before any hole is cut.

A family is never divided, so no formula is tested whose twin was trained on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from fastformula_training.dedupe import groups, near_pairs
from fastformula_training.documents import Document

RELATED = 0.5
"""The Jaccard index from which two formulas belong to one family."""


@dataclass(frozen=True, slots=True)
class Split:
    """The three parts of a set of documents, each in the order they came."""

    train: tuple[Document, ...]
    validation: tuple[Document, ...]
    test: tuple[Document, ...]


def split_documents(
    documents: Sequence[Document], validation: float, test: float, seed: int
) -> Split:
    """Split by family; the shares are of the number of documents.

    Families take their turn in the order of a hash of seed and content: test is
    filled first, then validation, with families that still fit. With three families
    or more no part stays empty that was asked for.
    """
    families = find_families(documents)
    ranked = sorted(families, key=lambda places: _rank(documents, places, seed))
    part_of: dict[int, str] = {}
    left = list(ranked)
    for part, share in (("test", test), ("validation", validation)):
        room = round(share * len(documents))
        taken: list[list[int]] = []
        for places in left:
            if len(places) <= room and len(left) - len(taken) > 1:
                taken.append(places)
                room -= len(places)
        if share > 0 and not taken and len(left) > 1:
            taken = [min(left, key=len)]
        for places in taken:
            left.remove(places)
            part_of.update(dict.fromkeys(places, part))
    parts: dict[str, list[Document]] = {"train": [], "validation": [], "test": []}
    for place, document in enumerate(documents):
        parts[part_of.get(place, "train")].append(document)
    return Split(
        tuple(parts["train"]), tuple(parts["validation"]), tuple(parts["test"])
    )


def find_families(documents: Sequence[Document]) -> list[list[int]]:
    """Places of documents that share a family's name or much of their structure."""
    by_name: dict[str, int] = {}
    pairs = [
        (pair.first, pair.second)
        for pair in near_pairs([document.text for document in documents], RELATED)
    ]
    for place, document in enumerate(documents):
        if document.family:
            pairs.append((by_name.setdefault(document.family, place), place))
    return groups(len(documents), pairs)


def _rank(documents: Sequence[Document], places: Sequence[int], seed: int) -> str:
    first = min(documents[place].id for place in places)
    return hashlib.sha256(f"{seed}:{first}".encode()).hexdigest()
