"""What a row of the tables of functions is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from fastformula.interpreter.errors import ErrorClass, FormulaError


class Implementation(NamedTuple):
    """One form of a function that runs by itself."""

    name: str
    takes: str
    """The types of its parameters: `NUMBER, [TEXT]`, with `...` where one repeats."""
    gives: str
    call: Callable[..., Any]
    """Takes values of these types; raises FormulaError, without a place."""
    takes_null: bool = False
    """Whether it wants to see NULL; the others give NULL for it."""
    takes_activation: bool = False
    """Whether its first argument is the `Activation`: it logs, stores or draws."""

    @property
    def types(self) -> tuple[str, ...]:
        """The types of its parameters; the last one repeats where one does."""
        return tuple(each.strip("[].") for each in self.takes.split(", ") if each)

    def accepts(self, count: int) -> bool:
        """Whether it can be called with so many arguments."""
        types = self.takes.split(", ") if self.takes else []
        least = sum(not each.startswith("[") for each in types)
        return least <= count and (count <= len(types) or self.takes.endswith("..."))

    def type_at(self, at: int) -> str:
        """The type of argument number `at`."""
        types = self.types
        return types[min(at, len(types) - 1)]


def invalid(message: str) -> FormulaError:
    """An argument that the function cannot work with."""
    return FormulaError(ErrorClass.INVALID_ARGUMENT, message)
