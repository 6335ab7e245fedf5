"""What is known beyond a formula's own text when it is analysed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol

from fastformula.language.catalogue import Catalogue
from fastformula.language.seeded import SEEDED


class FormulaSignature(NamedTuple):
    """What other formulas need to know of one."""

    name: str
    """Upper case."""
    path: str
    """Where it stands, for people."""
    inputs: Mapping[str, str | None]
    """Type of each input by upper-case name."""
    optional: frozenset[str]
    """The inputs that have a default."""
    outputs: Mapping[str, str | None]
    """Type of each return by upper-case name."""
    calls: frozenset[str]
    """Upper-case names of the formulas that it calls."""
    stored: frozenset[str] = frozenset()
    """WSA items that it sets."""
    deleted: frozenset[str] = frozenset()
    """WSA items that it deletes."""
    deletes_all: bool = False
    """Whether it empties the working storage area."""


class Library(Protocol):
    """The other formulas of the workspace."""

    def find(self, name: str) -> FormulaSignature | None:
        """The formula of that upper-case name."""

    def names(self) -> tuple[str, ...]:
        """The names of all formulas that `find` finds, in order."""

    def deletes(self, item: str) -> bool:
        """Whether some formula deletes the WSA item of that upper-case name."""

    def is_alone(self) -> bool:
        """Whether there are no other formulas to look at."""


class NoLibrary:
    """A single file, of which no neighbours are known."""

    def find(self, name: str) -> FormulaSignature | None:
        """None."""
        return None

    def names(self) -> tuple[str, ...]:
        """None."""
        return ()

    def deletes(self, item: str) -> bool:
        """False."""
        return False

    def is_alone(self) -> bool:
        """True."""
        return True


@dataclass(frozen=True, slots=True)
class Environment:
    """Everything a formula's meaning depends on besides its text."""

    product: Literal["fusion", "ebs"] | None = None
    """None where nobody has said: then the formula's own words decide."""
    formula_type: str = ""
    """Set by the author's configuration; it wins over a header comment."""
    formula_name: str = ""
    """Upper case, as other formulas call it; empty where nobody says."""
    catalogue: Catalogue = SEEDED
    library: Library = field(default_factory=NoLibrary)
