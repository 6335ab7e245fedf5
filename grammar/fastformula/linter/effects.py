"""Whether an expression does something besides giving a value."""

from __future__ import annotations

from fastformula.language import find_functions
from fastformula.syntax import walk
from fastformula.syntax.tree import Call, Expression

_PURE = frozenset(
    {
        "Numbers",
        "Text",
        "Dates",
        "Conversion and null tests",
        "Contexts",
        "Tables, value sets and lookups",
    }
)
"""Chapters of functions that only look something up or reckon."""


def has_call(node: Expression) -> bool:
    """Whether it calls any function."""
    return any(isinstance(each, Call) for each in walk(node))


def may_have_effect(node: Expression) -> bool:
    """Whether it calls a function that may do more than give a value.

    A log line, an error raised or a customer's own function may; such a call is made
    for its effect, and a variable takes what it gives only because one has to.
    """
    return any(isinstance(each, Call) and not _is_pure(each) for each in walk(node))


def _is_pure(call: Call) -> bool:
    functions = find_functions(call.function.text)
    return call.function.key == "WSA_GET" or (
        bool(functions) and functions[0].chapter in _PURE
    )
