"""How offers fared, by week and model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import NamedTuple

from fastformula_server.tally import KEPT_AFTER, Row


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
