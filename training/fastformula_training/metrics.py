"""How good an answer is: a literal list of small functions of one answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fastformula.syntax import parse

from fastformula_training.documents import Row


@dataclass(frozen=True, slots=True)
class Answer:
    """What was offered for a hole.

    `text` is the formula after the offer is accepted (as it was with the hole, where
    nothing was offered); `middle` what then stands in the hole; `raw` all that the
    model wrote before the pipeline cut it to fit.
    """

    row: Row
    offered: bool
    middle: str
    text: str
    raw: str
    milliseconds: float


@dataclass(frozen=True, slots=True)
class Metric:
    """A score of 0 to 1 for an answer; None where it does not apply."""

    name: str
    meaning: str
    score: Callable[[Answer], float | None]


def edit_similarity(first: str, second: str) -> float:
    """1 less the Levenshtein distance over the longer length; 1 for two blanks."""
    longer = max(len(first), len(second))
    return 1 - levenshtein(first, second) / longer if longer else 1.0


def levenshtein(first: str, second: str) -> int:
    """The fewest insertions, deletions and substitutions between two texts."""
    if len(first) < len(second):
        first, second = second, first
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, 1):
        diagonal, row[0] = row[0], i
        for j, b in enumerate(second, 1):
            cost = diagonal + (a != b)
            diagonal = row[j]
            row[j] = min(cost, row[j] + 1, row[j - 1] + 1)
    return row[-1]


def _offered(answer: Answer) -> float:
    return float(answer.offered)


def _exact(answer: Answer) -> float:
    return float(answer.middle == answer.row.middle)


def _exact_but_blanks(answer: Answer) -> float:
    return float(answer.middle.split() == answer.row.middle.split())


def _first_line(answer: Answer) -> float:
    return float(_line(answer.middle) == _line(answer.row.middle))


def _line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[0].rstrip() if lines else ""


def _similarity(answer: Answer) -> float:
    return edit_similarity(answer.middle, answer.row.middle)


def _raw_exact(answer: Answer) -> float:
    return float(answer.raw == answer.row.middle)


def _parses(answer: Answer) -> float | None:
    return float(not parse(answer.text).errors) if answer.offered else None


METRICS = (
    Metric("offered", "something was offered", _offered),
    Metric("exact", "the hole is filled as it was, to the character", _exact),
    Metric("exact but blanks", "the same words and signs", _exact_but_blanks),
    Metric("first line", "the first line is as it was", _first_line),
    Metric("edit similarity", "1 - Levenshtein distance / longer", _similarity),
    Metric("parses in place", "of what was offered, formulas that parse", _parses),
    Metric("raw exact", "the model's whole answer, before the pipeline", _raw_exact),
)
"""Every metric; a column of the report each."""
