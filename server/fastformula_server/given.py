"""Values as one writes them on a command line, by the types that they should have."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from fastformula.interpreter import Scalar, Value
from fastformula.interpreter.literals import read_date
from fastformula.language.types import ARRAYS, index_type, value_type

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)", re.ASCII)
_LONGEST = 200
"""Digits of a number that is no mistake."""


def read_value(text: str, kind: str | None) -> Value:
    """What `text` says as a value of type `kind`; NULL where it is empty.

    Without a type it is what it looks like: a number, a date, an array, else a text.
    An array is written as in JSON: `[5, 7]` counts from 1, `{"3": 5}` names indexes.
    Raises ValueError with what is wrong.
    """
    if text == "":
        return None
    if kind in ARRAYS or (kind is None and text[:1] in ("[", "{")):
        return _read_array(text, kind)
    if kind is None:
        kind = _guess(text)
    return _read_scalar(text, kind)


def read_moment(text: str) -> datetime:
    """A date, in one of the layouts of date literals; raises ValueError for none."""
    date = read_date(text)
    if date is None:
        raise ValueError(
            f"{text!r} is not a date; write 2026-01-31 or 2026-01-31T08:00:00"
        )
    return date


def _read_scalar(text: str, kind: str) -> Scalar:
    if kind == "DATE":
        return read_moment(text)
    if kind == "NUMBER":
        if _NUMBER.fullmatch(text) is None or len(text) > _LONGEST:
            raise ValueError(f"{text!r} is not a number, such as 37.5")
        return Decimal(text)
    return text


def _guess(text: str) -> str:
    if _NUMBER.fullmatch(text):
        return "NUMBER"
    return "TEXT" if read_date(text) is None else "DATE"


def _read_array(text: str, kind: str | None) -> Mapping[int | str, Scalar]:
    try:
        data = json.loads(text, parse_float=str, parse_int=str)
    except (ValueError, RecursionError):
        raise ValueError(
            f'{text!r} is not an array, such as [5, 7] or {{"A": 5}}'
        ) from None
    if isinstance(data, list):
        data = {str(at): each for at, each in enumerate(data, 1)}
    if not isinstance(data, dict):
        raise ValueError(f'{text!r} is not an array, such as [5, 7] or {{"A": 5}}')
    by_number = (
        all(re.fullmatch(r"-?\d{1,9}", index, re.ASCII) for index in data)
        if kind is None
        else index_type(kind) == "NUMBER"
    )
    value_kind = None if kind is None else value_type(kind)
    return {
        _read_index(index, by_number): _read_element(each, value_kind)
        for index, each in data.items()
    }


def _read_index(text: str, by_number: bool) -> int | str:
    if not by_number:
        return text
    if re.fullmatch(r"-?\d{1,9}", text, re.ASCII) is None:
        raise ValueError(f"the index {text!r} is not a whole number")
    return int(text)


def _read_element(each: Any, kind: str | None) -> Scalar:
    if each is None:
        return None
    if not isinstance(each, str):
        raise ValueError("the elements of an array are numbers, texts and dates")
    return _read_scalar(each, kind or _guess(each)) if each else None
