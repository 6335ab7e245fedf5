"""What is inserted for a whole call or declaration, with holes to fill in."""

from __future__ import annotations

from collections.abc import Iterable

from fastformula.language import Function
from fastformula.language.types import ARRAYS, index_type, value_type
from fastformula.linter.declarations import default_literal


def call_snippet(function: Function) -> str:
    """A call with a hole for each argument that it needs."""
    wanted = [
        parameter.name for parameter in function.parameters if not parameter.optional
    ]
    return _call(function.name, wanted)


def method_snippet(function: Function, array: str | None) -> str:
    """A call of a method on an array of that type, with all that it may take.

    The default is what it gives where there is no such index.
    """
    if not function.parameters:
        return ""
    literals = {"NUMBER": "-1", "TEXT": "' '"}
    default = "default" if array not in ARRAYS else literals[index_type(array)]
    return _call(
        function.name,
        [
            default if parameter.name == "default" else parameter.name
            for parameter in function.parameters
        ],
    )


def _call(name: str, wanted: Iterable[str]) -> str:
    holes = ", ".join(f"${{{at}:{each}}}" for at, each in enumerate(wanted, start=1))
    return f"{name}({holes})"


def default_snippet(name: str, kind: str) -> str:
    """What follows `DEFAULT FOR`, with a value of the name's type to change."""
    literal = default_literal(kind)
    if kind in ARRAYS:
        return f"{name} IS {literal}"
    if kind == "TEXT":
        return f"{name} IS '${{1: }}'"
    value, _, note = literal.partition(" (")
    note = f" ({note}" if note else ""
    return f"{name} IS ${{1:{value}}}{note}"


def default_data_snippet(name: str, kind: str) -> str:
    """What follows `DEFAULT_DATA_VALUE FOR`, for an array of that type."""
    return default_snippet(name, value_type(kind))
