"""Families of formulas to train, validation and test, before any hole is cut.

A family is never divided, so no formula is tested whose twin was trained on. Where
there are enough sources, whole sources can be dealt: then a model is tested on what
people have written of whom it has seen nothing.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from fastformula_training.dedupe import Fingerprint, find_related, join_groups
from fastformula_training.error import TrainingError

RELATED = 0.5
"""The Jaccard index from which two formulas belong to one family."""

FEWEST_SOURCES = 3
"""Sources that it takes to deal them whole."""


class Member(NamedTuple):
    """What is remembered of a formula, of which most decides where it comes."""

    id: str
    family: str
    """By name; "" where it has none."""
    source: str
    fingerprint: Fingerprint
    place: str = ""
    """Where it stands, for people."""
    asked: bool = False
    """Whether an instruction belongs to it."""


def find_families(members: Sequence[Member], *, whole_sources: bool) -> list[list[int]]:
    """Places of formulas that stay together.

    These share a family's name or much of their structure, in a chain, and with
    `whole_sources` the source too. Raises TrainingError where there are too few of
    these.
    """
    by_structure = find_related([member.fingerprint for member in members], RELATED)
    by_name = _grouped(member.family for member in members)
    groups = [*by_structure, *by_name]
    if whole_sources:
        by_source = _grouped(member.source for member in members)
        if len(by_source) < FEWEST_SOURCES:
            raise TrainingError(
                f'`split_by = "source"` needs formulas of {FEWEST_SOURCES} sources or '
                f'more, and these have {len(by_source)}; use "family".'
            )
        groups += by_source
    return join_groups(groups, len(members))


def _grouped(keys: Iterable[str]) -> list[list[int]]:
    """Places with the same key; those with an empty one are in no group."""
    found: dict[str, list[int]] = defaultdict(list)
    for place, key in enumerate(keys):
        if key:
            found[key].append(place)
    return list(found.values())


def deal(
    families: Sequence[Sequence[int]],
    ids: Sequence[str],
    validation: float,
    test: float,
    seed: int,
) -> list[str]:
    """The part of each place; the shares are of the number of formulas.

    Families take their turn in the order of a hash of seed and content: test is
    filled first, then validation, with families that still fit. With three families
    or more no part stays empty that was asked for.
    """
    left = sorted(families, key=lambda places: _rank(ids, places, seed))
    parts = ["train"] * len(ids)
    for part, share in (("test", test), ("validation", validation)):
        room = round(share * len(ids))
        taken: list[Sequence[int]] = []
        for places in left:
            if len(places) <= room and len(left) - len(taken) > 1:
                taken.append(places)
                room -= len(places)
        if share > 0 and not taken and len(left) > 1:
            taken = [min(left, key=len)]
        chosen = {places[0] for places in taken}
        left = [places for places in left if places[0] not in chosen]
        for places in taken:
            for place in places:
                parts[place] = part
    return parts


def _rank(ids: Sequence[str], places: Sequence[int], seed: int) -> str:
    first = min(ids[place] for place in places)
    return hashlib.sha256(f"{seed}:{first}".encode()).hexdigest()
