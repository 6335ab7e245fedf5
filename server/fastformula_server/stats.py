"""How offers fared: what is known of each, and what comes of it by week and model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Final, NamedTuple

from fastformula_server.catalogue.places import data_folder

KEPT_AFTER: Final = (30, 120, 600)
"""Seconds after which it is seen how much of an accepted text is left."""


def tally_path() -> Path:
    """Where the offers of this user are counted; there need not be a file."""
    return data_folder() / "fastformula" / "offers.sqlite"


class Row(NamedTuple):
    """One offer that was shown."""

    at: int
    """In seconds since 1970."""
    backend: str
    manual: bool
    """Whether the author asked for it."""
    characters: int
    taken: int = 0
    """How many of them were accepted and not typed."""
    accepted: bool = False
    """Whether they were accepted to the last."""
    kept: tuple[float | None, ...] = (None, None, None)
    """The share of `taken` still there after each of KEPT_AFTER, where it was seen."""


class Fate(NamedTuple):
    """What became of the offers of one model in one week."""

    week: str
    """As ISO 8601 counts them, such as `2026-W48`."""
    backend: str
    shown: int
    accepted: int
    """Of those shown, the ones taken to the end."""
    partly: int
    """Of those shown, the ones of which a part was taken."""
    characters: int
    """How many characters were taken."""
    kept: tuple[float | None, ...]
    """The share of them still there after each of KEPT_AFTER; None where unseen."""

    @property
    def rate(self) -> float:
        """The share of the offers shown that were accepted."""
        return self.accepted / self.shown


def week(at: int) -> str:
    """The week of a time in seconds since 1970, in UTC."""
    year, number, _ = datetime.fromtimestamp(at, UTC).isocalendar()
    return f"{year}-W{number:02}"


def summarise(rows: Iterable[Row]) -> list[Fate]:
    """What became of the offers, the latest week first."""

    def group(row: Row) -> tuple[str, str]:
        return week(row.at), row.backend

    ordered = sorted(rows, key=group)
    fates = [_fate(*key, list(each)) for key, each in groupby(ordered, group)]
    return sorted(fates, key=lambda each: each.week, reverse=True)


def _fate(when: str, backend: str, rows: Sequence[Row]) -> Fate:
    accepted = sum(row.accepted for row in rows)
    return Fate(
        when,
        backend,
        shown=len(rows),
        accepted=accepted,
        partly=sum(row.taken > 0 for row in rows) - accepted,
        characters=sum(row.taken for row in rows),
        kept=tuple(_share(rows, number) for number in range(len(KEPT_AFTER))),
    )


def _share(rows: Iterable[Row], number: int) -> float | None:
    """How many of the characters that were looked for were found."""
    looked_for, found = 0, 0.0
    for row in rows:
        share = row.kept[number]
        if share is not None:
            looked_for += row.taken
            found += row.taken * share
    return found / looked_for if looked_for else None
