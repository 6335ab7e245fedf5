"""Formulas written by a program, to train and test models on.

`synthesize(count, seed)` writes FastFormula as consultants do: payroll elements,
absence accruals, eligibility, time rules, validations, extracts. The same count and
seed give the same texts on every machine. Nothing in them is copied from anybody's
formulas; names of database items, functions and formula types are facts.
"""

from collections.abc import Iterator
from random import Random

from fastformula_training.documents import Document
from fastformula_training.synthesis.compose import compose

__all__ = ["synthesize"]


def synthesize(count: int, seed: int) -> Iterator[Document]:
    """So many formulas; the first ones are the same whatever the count."""
    for index in range(count):
        name, type_, text = compose(Random(f"{seed}:{index}"))
        yield Document(
            text=text,
            source=f"synthesis/{type_}",
            licence="Apache-2.0",
            name=f"{name} ({seed}:{index})",
        )
