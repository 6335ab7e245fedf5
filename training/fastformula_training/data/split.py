"""Families of formulas to train, validation and test, before any hole is cut.

A family is never divided, so no formula is tested whose twin was trained on. Where
there are enough sources, whole sources can be dealt: then a model is tested on what
people have written of whom it has seen nothing.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from fastformula_training.data.dedupe import (
    Fingerprint,
    find_related,
    join_groups,
    likeness,
)
from fastformula_training.error import TrainingError

RELATED = 0.5
"""The Jaccard index from which two formulas belong to one family."""

NAMESAKES = 0.2
"""About the Jaccard index from which two formulas of one name are of one family. Names
such as FF_001 and FF_002 tell nothing."""

FEWEST_SOURCES = 3
"""Sources that it takes to deal them whole."""


class Member(NamedTuple):
    """What is remembered of a formula, of which most decides where it comes."""

    id: str
    name: str
    family: str
    """As its source names it; "" where it does not."""
    source: str
    fingerprint: Fingerprint
    place: str = ""
    """Where it stands, for people."""
    asked: bool = False
    """Whether an instruction belongs to it."""


def find_families(members: Sequence[Member], *, whole_sources: bool) -> list[list[int]]:
    """Places of formulas that stay together.

    These share a family that their source names, much of their structure, or some of it
    and a name but for its version, in a chain; with `whole_sources` the source too.
    Raises TrainingError where there are too few of these.
    """
    by_structure = find_related([member.fingerprint for member in members], RELATED)
    by_family = _grouped(member.family for member in members)
    groups = [*by_structure, *by_family, *_namesakes(members)]
    if whole_sources:
        by_source = _grouped(member.source for member in members)
        if len(by_source) < FEWEST_SOURCES:
            raise TrainingError(
                f'`split_by = "source"` needs formulas of {FEWEST_SOURCES} sources or '
                f'more, and these have {len(by_source)}; use "family".'
            )
        groups += by_source
    return join_groups(groups, len(members))


def _namesakes(members: Sequence[Member]) -> Iterator[tuple[int, int]]:
    """Pairs of formulas with the same name, but for its version, that are alike."""
    for places in _grouped(plain_name(member.name) for member in members):
        prints = [members[place].fingerprint for place in places]
        for count, place in enumerate(places):
            near = likeness(prints[count], prints[:count])
            for other, share in zip(places, near, strict=False):
                if share >= NAMESAKES:
                    yield other, place


def plain_name(name: str) -> str:
    """The name of a formula without what tells its versions apart.

    `OVERTIME_V2`, `overtime_copy (1)` and `Overtime_old_20240131` are all one.
    """
    name = name.upper()
    while (shorter := VERSION.sub("", name)) and shorter != name:
        name = shorter
    return name


VERSION = re.compile(
    r"[\s_.-]*(?:\(\d+\)|(?<![A-Z])(?:V|VER|VERSION|REV)?[\s_.-]*\d+"
    r"|(?<![A-Z])(?:COPY|OLD|NEW|BACKUP|BAK|FINAL|DRAFT|TEST|ORIGINAL))$"
)


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
