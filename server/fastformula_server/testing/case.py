"""What a test case is: what a formula meets, and what is expected of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from fastformula.text import Span

ENDING = ".fftest.toml"
"""How the names of case files end."""


class CaseError(Exception):
    """A case file is not as it should be; the message names it and says why."""

    def __init__(
        self, message: str, reason: str = "", span: Span | None = None
    ) -> None:
        super().__init__(message)
        self.reason = reason or message
        """The same for who sees the file, at the place."""
        self.span = span
        """Where it is, if that is somewhere in the file."""


class CaseValueError(ValueError):
    """Something in a case file is not as it should be; the message says what."""

    def __init__(self, message: str, span: Span) -> None:
        super().__init__(message)
        self.span = span


@dataclass(frozen=True, slots=True)
class Meets:
    """What the formula meets, with values as the file has them, by upper-case name."""

    inputs: Mapping[str, Any] = field(default_factory=dict)
    items: Mapping[str, Any] = field(default_factory=dict)
    """A value, or a list of tables of `value` and `contexts`."""
    contexts: Mapping[str, Any] = field(default_factory=dict)
    functions: Mapping[str, Any] = field(default_factory=dict)
    """A value, or a list of tables of `value`, `arguments`, `contexts`, `out` and
    `error`."""
    formulas: Mapping[str, Any] = field(default_factory=dict)
    """The outputs of formulas that are not to be run."""
    storage: Mapping[str, Any] = field(default_factory=dict)
    """The working storage area."""
    tables: Mapping[str, Any] = field(default_factory=dict)
    """User-defined tables, each a list of rows."""
    value_sets: Mapping[str, Any] = field(default_factory=dict)
    lookups: Mapping[str, Any] = field(default_factory=dict)
    effective_date: datetime | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    """What has to come of it; what is not named may be anything."""

    returns: Mapping[str, Any] = field(default_factory=dict)
    """A value, or a table: `value` and `within`, or `absent`."""
    log: tuple[str, ...] | None = None
    error: str = ""
    """The class of the error that ends the run; empty for none."""
    message: str = ""
    """What has to stand in its message."""


class CsvLine(NamedTuple):
    """A row of a CSV file."""

    path: Path
    line: int
    """From 1; the first one has the names."""


@dataclass(frozen=True, slots=True)
class Case:
    """One case, all placeholders filled in."""

    name: str
    file: Path
    formula: Path
    meets: Meets
    expected: Expected
    span: Span
    """Where it stands in the text of its file; of a row there, only the row."""
    csv: CsvLine | None = None
    """The row of a CSV file that it is made of."""

    @property
    def title(self) -> str:
        """How it is called in reports, and what `-k` looks in."""
        return f"{self.file.as_posix()}::{self.name}"
