"""Formulas written by a program, to train and test models on.

`synthesize(count, seed)` writes FastFormula as consultants do: payroll elements,
absence accruals, eligibility, time rules, validations, extracts. The same count and
seed give the same texts on every machine. Nothing in them is copied from anybody's
formulas; names of database items, functions and formula types are facts.
"""

from collections.abc import Iterator
from random import Random

from fastformula_training.data.synthesis.compose import compose
from fastformula_training.data.synthesis.invention import Invention
from fastformula_training.documents import Document

__all__ = ["synthesize"]


def synthesize(count: int, seed: int, invented: float = 0.0) -> Iterator[Document]:
    """So many formulas; the first ones are the same whatever the count.

    A share of `invented` has names of words that occur in no other formula.
    """
    for index in range(count):
        words = Random(f"{seed}:{index}:words")
        invention = Invention(words) if words.random() < invented else None
        name, type_, text = compose(Random(f"{seed}:{index}"), invention)
        yield Document(
            text=text,
            source=f"synthesis/{type_}",
            licence="Apache-2.0",
            name=f"{name} ({seed}:{index})",
        )
