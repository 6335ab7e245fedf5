"""Which rows a run uses, how often, and how each of its holes is written."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fastformula_training.config import RunConfig
from fastformula_training.data.rows import INSTRUCTION, TEXT
from fastformula_training.documents import Row, read_rows

HOLE = "hole"
"""What all kinds of holes are together, beside texts and instructions."""


@dataclass(frozen=True, slots=True)
class Example:
    """A row, and how it is written if it is a hole."""

    row: Row
    with_context: bool = False
    suffix_first: bool = False


def sort_of(row: Row) -> str:
    """Whether a row is a hole, a text or an instruction."""
    return row.kind if row.kind in (TEXT, INSTRUCTION) else HOLE


def training_examples(path: Path, config: RunConfig) -> Iterator[Example]:
    """The rows that a run is trained on, in the order of the file.

    The file is read twice rather than kept. Raises TrainingError.
    """
    chosen = choose(
        [sort_of(row) for row in read_rows(path)],
        weights(config),
        config.repeat_rows,
        config.rows,
        config.seed,
    )
    dice = random.Random(config.seed)
    for times, row in zip(chosen, read_rows(path), strict=True):
        for _ in range(times):
            yield Example(
                row,
                with_context=dice.random() < config.context_share,
                suffix_first=dice.random() < config.spm,
            )


def held_out_examples(path: Path, config: RunConfig) -> Iterator[Example]:
    """The rows that a run is measured by, written as serving asks.

    They are all of one sort, the first that has a weight: a loss over several would
    be that of the sort with the longest rows. Raises TrainingError.
    """
    measured = next(sort for sort, weight in weights(config).items() if weight)
    for row in read_rows(path):
        if sort_of(row) == measured:
            yield Example(row, with_context=config.context_share > 0)


def weights(config: RunConfig) -> Mapping[str, float]:
    """The weight of each sort of rows."""
    return {
        HOLE: config.fim_weight,
        TEXT: config.text_weight,
        INSTRUCTION: config.instruction_weight,
    }


def choose(
    sorts: Sequence[str],
    weights: Mapping[str, float],
    repeat: bool,
    most: int,
    seed: int,
) -> list[int]:
    """How often each of some rows is used, by their sorts.

    All are used of the first sort that has a weight and rows, and of the others as
    many as their weights say beside it. Where there are fewer, all are used, or each
    about as often as it takes if they are to be `repeat`ed. At most `most` are used,
    if it is not 0.
    """
    dice = random.Random(seed)
    times = [0] * len(sorts)
    unit = 0.0
    for sort, weight in weights.items():
        places = [place for place, each in enumerate(sorts) if each == sort]
        if not places or not weight:
            continue
        unit = unit or len(places) / weight
        whole, rest = divmod(round(unit * weight), len(places))
        if whole and not repeat:
            whole, rest = 1, 0
        for place in places:
            times[place] = whole
        for place in dice.sample(places, rest):
            times[place] += 1
    used = [place for place, number in enumerate(times) for _ in range(number)]
    if most and len(used) > most:
        times = [0] * len(sorts)
        for place in dice.sample(used, most):
            times[place] += 1
    return times
