"""The nine data types of the language."""

from __future__ import annotations

from typing import Literal, get_args

ScalarType = Literal["NUMBER", "TEXT", "DATE"]
ArrayType = Literal[
    "NUMBER_NUMBER",
    "NUMBER_TEXT",
    "TEXT_NUMBER",
    "TEXT_TEXT",
    "DATE_NUMBER",
    "DATE_TEXT",
]
"""Named for its values first and its index second."""

DataType = ScalarType | ArrayType

SCALARS: frozenset[str] = frozenset(get_args(ScalarType))
ARRAYS: frozenset[str] = frozenset(get_args(ArrayType))
DATA_TYPES = SCALARS | ARRAYS

Product = Literal["fusion", "ebs", "both"]
"""Fusion Cloud HCM, E-Business Suite HRMS, or either."""

Evidence = Literal["catalogue", "documented", "inferred", "recalled", "shape"]
"""How sure a fact about a name is.

`catalogue`: read from the author's own pod. `documented`: stands in a text of Oracle,
or as the literal of a published DEFAULT. `inferred`: the name is real, the fact is
deduced from it. `recalled`: known of E-Business Suite, not compared with Oracle's
text. `shape`: nobody has said that the name exists; it looks as such names do.
"""


def array_of(value: str, index: str) -> str | None:
    """The array type of such values and indexes; None where there is none."""
    name = f"{value}_{index}"
    return name if name in ARRAYS else None


def value_type(array: str) -> str:
    """The type of the elements of an array type: `TEXT` of `TEXT_NUMBER`."""
    return array.partition("_")[0]


def index_type(array: str) -> str:
    """The type of the index of an array type: `NUMBER` of `TEXT_NUMBER`."""
    return array.partition("_")[2]
