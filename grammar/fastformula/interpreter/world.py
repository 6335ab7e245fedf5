"""All that a run needs from outside, as one value."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from fastformula.analysis import Analysis
from fastformula.interpreter.values import Scalar, Value


@dataclass(frozen=True, slots=True)
class Row:
    """What a database item gives, and in which contexts.

    Two rows of a single-value item that hold in the same contexts are one too many.
    """

    value: Value
    contexts: Mapping[str, Scalar] = field(default_factory=dict)
    """By upper-case name; of the rows that fit, the one that names most counts."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a function of the application gives."""

    value: Value = None
    arguments: tuple[Value, ...] | None = None
    """For which arguments, without those that hand something back; None for any."""
    out: tuple[Value, ...] = ()
    """What it hands back in its OUT parameters, in their order."""
    error: str | None = None
    """Given where it fails: the text of the error, which may be empty."""
    contexts: Mapping[str, Scalar] = field(default_factory=dict)
    """In which contexts, by upper-case name."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A value of a user-defined table; names and rows are matched in any case."""

    table: str
    row: str
    column: str
    value: str
    to: str | None = None
    """The upper end, where the row is a range that begins with `row`."""
    start: datetime | None = None
    """From when on it holds; None for always."""
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class SetRow:
    """A row of a value set, and the bind values that lead to it."""

    value: str | None
    binds: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FormulaAnswer:
    """What takes the place of a called formula: its outputs by upper-case name."""

    outputs: Mapping[str, Value]


Called: TypeAlias = Analysis | FormulaAnswer


def _find_none(name: str) -> None:
    """No formula, whatever the name."""


@dataclass(frozen=True, slots=True)
class World:
    """What a formula meets; keys are upper case, but for the codes of lookups."""

    inputs: Mapping[str, Value] = field(default_factory=dict)
    items: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    """Database items and global values. No rows, or an array without elements, mean
    that nothing is found."""
    contexts: Mapping[str, Scalar] = field(default_factory=dict)
    functions: Mapping[str, tuple[Answer, ...]] = field(default_factory=dict)
    """The first answer whose arguments and contexts fit counts. They come before what
    a function of the language does by itself."""
    cells: tuple[Cell, ...] = ()
    """What user-defined tables hold."""
    value_sets: Mapping[str, tuple[SetRow, ...]] = field(default_factory=dict)
    lookups: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Lookup types with the meanings of their codes."""
    find_formula: Callable[[str], Called | None] = _find_none
    """The formula of that upper-case name, for CALL_FORMULA and EXECUTE."""
    storage: Mapping[str, Value] = field(default_factory=dict)
    """The working storage area that the run begins with."""
    effective_date: datetime | None = None
    """The date of the run, for functions that go by it."""
    seed: int = 0
    """Where the random numbers of RAND begin."""

    def random(self) -> random.Random:
        """The source of RAND, the same in every run."""
        return random.Random(self.seed)
