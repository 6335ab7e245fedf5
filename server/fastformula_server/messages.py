"""What the server and the model's process say to each other; all of it is pickled."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal, NamedTuple

from fastformula.analysis import Library
from fastformula_completion import Item
from fastformula_completion.pipeline import Sampling
from fastformula_completion.repair import Commission, Progress
from fastformula_models.sampling import Sampling as Choice

from fastformula_server.settings import Settings

# To the model's process


class Workplace(NamedTuple):
    """What surrounds the formulas, besides what stands in files."""

    settings: Settings
    folders: tuple[Path, ...]


class Neighbourhood(NamedTuple):
    """The formulas below a folder, as each of them sees the others."""

    root: Path
    library: Library


class Shown(NamedTuple):
    """An open formula, or with None one that has been closed."""

    uri: str
    text: str | None


class Outdated(NamedTuple):
    """Formulas that are not open were written or removed."""


class Hole(NamedTuple):
    """A place that is to be completed; see `fastformula_completion.complete`."""

    uri: str
    text: str
    offset: int
    manual: bool
    candidates: int
    sampling: Sampling


class Commissioned(NamedTuple):
    """What an author has asked for in words."""

    uri: str
    work: Callable[[Commission], object]
    repairs: int
    sampling: Choice
    adapter: str


class Asked(NamedTuple):
    """A question that is answered by its number."""

    number: int
    question: Hole | Commissioned


class Unwanted(NamedTuple):
    """Nobody waits for that answer any more."""

    number: int


# From it


class Status(NamedTuple):
    """What an editor shows of the model; `message` is a sentence."""

    kind: Literal["off", "loading", "ready", "slow", "failing"]
    message: str


class Told(NamedTuple):
    """How the model is doing, and the name of the backend that answers now."""

    status: Status
    name: str


class Said(NamedTuple):
    """How far an answer has come."""

    number: int
    progress: Progress


class Found(NamedTuple):
    """The answer to a hole."""

    items: tuple[Item, ...]
    milliseconds: float


class Answered(NamedTuple):
    """An answer: `Found`, or what the work of a commission has made."""

    number: int
    answer: object


class Refused(NamedTuple):
    """There is no answer; the reason is a sentence, or "" where it was unwanted."""

    number: int
    reason: str


def unusable(reason: str) -> Status:
    """The status of a model that cannot be used."""
    return Status("failing", f"The completion model cannot be used: {reason}")
