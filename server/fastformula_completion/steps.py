"""What each stage of a completion did, for those who ask why."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Literal

Stage = Literal[
    "decide", "cache", "read", "context", "model", "trim", "fit", "filter", "meaning"
]


@dataclass(frozen=True, slots=True)
class Step:
    """One stage for one answer of the model.

    `text` is what was left behind it, and `why` what it took off or refused.
    """

    stage: Stage
    text: str = ""
    why: str = ""
    milliseconds: float = field(default=0.0, compare=False)


class Log:
    """The steps of one completion, in order."""

    __slots__ = ("steps",)

    def __init__(self) -> None:
        self.steps: list[Step] = []

    @contextmanager
    def step(self, stage: Stage) -> Iterator[list[str]]:
        """Time a stage; what it puts into the list is its text and its reason."""
        said: list[str] = []
        started = perf_counter()
        yield said
        milliseconds = (perf_counter() - started) * 1000
        text, why = (*said, "", "")[:2]
        self.steps.append(Step(stage, text, why, milliseconds))
