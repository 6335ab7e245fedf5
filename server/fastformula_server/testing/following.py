"""A run that is watched: its last statements, and what names held at its end."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from fastformula.analysis import Analysis
from fastformula.interpreter import Semantics, Step, Value, World, run

MOST = 200_000
"""Statements that are followed; a run of more is not, as that takes seconds."""

_KEPT = 100_000


class Followed(NamedTuple):
    """What was seen of a run; nothing of one that is too long."""

    steps: Sequence[Step] = ()
    """The last statements, in order."""
    values: Mapping[str, Mapping[str, Value]] = {}
    """What variables and items held last, by formula and upper-case name."""


class _TooLong(Exception):  # noqa: N818 - no error
    pass


def follow(
    analysis: Analysis,
    world: World,
    semantics: Semantics,
    heed: Callable[[], None] | None = None,
) -> Followed:
    """Run a formula and look at each statement, which takes 20 times as long."""
    steps: deque[Step] = deque(maxlen=_KEPT)
    values: dict[str, dict[str, Value]] = {}
    left = MOST

    def see(step: Step) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise _TooLong
        steps.append(step)
        held = values.setdefault(step.formula, {})
        for names in (step.reads, step.writes):
            for name, value in names.items():
                held[name.upper()] = value

    try:
        run(analysis, world, semantics, see, heed=heed)
    except _TooLong:
        return Followed()
    return Followed(list(steps), values)
