"""How a formatted formula looks: the few things that tastes differ in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Case = Literal["upper", "lower", "keep"]
Brackets = Literal["own-line", "header-end"]
Operators = Literal["last", "first"]


@dataclass(frozen=True, slots=True)
class Style:
    """The values in force; the defaults are what most published formulas do."""

    keywords: Case = "upper"
    """Of IF, DEFAULT FOR and such, and of types."""
    functions: Case = "upper"
    """Of functions and of the methods of arrays."""
    indent: int = 2
    """Blanks per block."""
    width: int = 88
    """Columns that a line should not go beyond."""
    brackets: Brackets = "own-line"
    """Where the `(` of a block stands: below its header, or at its end."""
    operators: Operators = "last"
    """Whether a broken line ends with the operator, or the next one begins with it."""
    align: bool = True
    """Whether IS, AS, `>` and `<` of neighbouring lines stand below each other."""
