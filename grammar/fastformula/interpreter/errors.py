"""What goes wrong while a formula runs, in Oracle's classes, with where and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, NamedTuple

from fastformula.interpreter.values import Value
from fastformula.syntax.tree import Node
from fastformula.text import Span


class ErrorClass(StrEnum):
    """The class of an error; the last four are ours, the others Oracle's.

    Source: Oracle, Administering Fast Formulas, "Formula Execution Errors".
    """

    UNSET_CONTEXT = "Uninitialized context"
    UNSET_VARIABLE = "Uninitialized variable"
    DIVIDE_BY_ZERO = "Divide by zero"
    NO_DATA = "No data found"
    TOO_MANY_ROWS = "Too many rows"
    NULL_DATA = "NULL data found"
    OUT_OF_RANGE = "Value exceeded allowable range"
    INVALID_NUMBER = "Invalid number"
    USER_FUNCTION = "User defined function error"
    EXTERNAL_FUNCTION = "External function call error"
    NULL_RESULT = "Function returned NULL value"
    TOO_MANY_ITERATIONS = "Too many iterations"
    ARRAY_VALUE_NOT_SET = "Array data value not set"
    WSA_TYPE_NAME = "Invalid type parameter for WSA_EXISTS"
    WSA_TYPE = "Incorrect data type for stored item"
    NO_FORMULA = "Called formula not found"
    RECURSION = "Recursive formula call"
    DIFFERENT_TYPES = "Input/output has different types in called and calling formulas"
    TOO_MANY_CALLS = "Too many formula calls"

    NOT_COMPILED = "Formula does not compile"
    """Oracle's compiler refuses the formula, so that it never runs there."""
    INVALID_ARGUMENT = "Invalid argument"
    """A function of the language is given what it cannot work with, such as a format
    that is none; Oracle passes an error of its database on."""
    NOT_GIVEN = "Answer not given"
    """The formula asks the application, and nobody said what that answers."""
    WRONG_VALUE = "Given value has the wrong type"


class Caller(NamedTuple):
    """A formula that has called another one, and where."""

    formula: str
    line: int


class Missing(NamedTuple):
    """What a run would have needed to go on."""

    kind: Literal["input", "item", "context", "function", "formula"]
    name: str
    """Upper case."""
    type: str | None
    """Where it is known."""


@dataclass(frozen=True, slots=True)
class RunError:
    """Why a run ended early."""

    kind: ErrorClass
    message: str
    """For people: what is wrong and what to do about it."""
    formula: str
    line: int
    """From 1."""
    span: Span
    """Of what could not be carried out, in the text of the formula."""
    values: Mapping[str, Value]
    """The values of the names that stand in the place, as far as they have any."""
    stack: tuple[Caller, ...]
    """The formulas that led there by calling one another, the first one first."""
    missing: Missing | None = None
    """Where nobody has given what the formula asks for."""


class FormulaError(Exception):
    """An error on its way out of a formula; the package lets none through."""

    def __init__(
        self,
        kind: ErrorClass,
        message: str,
        node: Node | None = None,
        missing: Missing | None = None,
    ) -> None:
        """`node` is the place; a function leaves it to who calls it."""
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.node = node
        self.missing = missing
        self.values: Mapping[str, Value] | None = None
        """Of the names in the place, once somebody has looked."""
        self.error: RunError | None = None
        """What is told, once the formula is known that it happened in."""
