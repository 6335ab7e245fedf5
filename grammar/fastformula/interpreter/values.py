"""Values while a formula runs: numbers, texts, dates, arrays, NULL and none at all.

NUMBER is a `Decimal`, TEXT a `str`, DATE a `datetime` without time zone, NULL is None.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from datetime import datetime
from decimal import (
    ROUND_HALF_UP,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
    Subnormal,
)
from enum import Enum
from typing import Any, Final, TypeAlias

from fastformula.language.types import ARRAYS, SCALARS, array_of, index_type, value_type

Scalar: TypeAlias = Decimal | str | datetime | None
Value: TypeAlias = Scalar | Mapping[int | str, Scalar]
"""A value outside of the run; an array maps its indexes to its elements."""


class Unset(Enum):
    """The state of a variable that nothing was ever put in."""

    UNSET = "unset"


UNSET: Final = Unset.UNSET
ZERO: Final = Decimal(0)
ONE: Final = Decimal(1)


def number_context(digits: int) -> Context:
    """How Oracle reckons: so many digits, halves away from zero, 1E-130 to 1E126."""
    return Context(
        prec=digits,
        rounding=ROUND_HALF_UP,
        Emin=-130,
        Emax=125,
        traps=[DivisionByZero, InvalidOperation, Overflow, Subnormal],
    )


class Array:
    """An array of one of the six types; sparse, ordered by index."""

    __slots__ = ("_order", "elements", "type")

    def __init__(self, kind: str, elements: dict[Any, Any] | None = None) -> None:
        self.type = kind
        self.elements: dict[Any, Any] = {} if elements is None else elements
        """By `int` or by upper-case text; changed through `put` and `remove` only."""
        self._order: list[Any] | None = None

    def copy(self) -> Array:
        """Another array with the same elements."""
        return Array(self.type, self.elements.copy())

    def put(self, index: Any, value: Any) -> None:
        """Set an element."""
        elements = self.elements
        if self._order is not None and index not in elements:
            # Arrays are mostly filled from the first index to the last.
            if self._order and index < self._order[-1]:
                self._order = None
            else:
                self._order.append(index)
        elements[index] = value

    def remove(self, index: Any) -> None:
        """Take an element out, if it is there."""
        if self.elements.pop(index, UNSET) is not UNSET and self._order is not None:
            del self._order[bisect_left(self._order, index)]

    def clear(self) -> None:
        """Take all elements out."""
        self.elements.clear()
        self._order = None

    @property
    def order(self) -> list[Any]:
        """The indexes, the least first."""
        if self._order is None:
            self._order = sorted(self.elements)
        return self._order

    def after(self, index: Any) -> Any:
        """The least index above `index`; UNSET where there is none."""
        order = self.order
        at = bisect_right(order, index)
        return order[at] if at < len(order) else UNSET

    def before(self, index: Any) -> Any:
        """The greatest index below `index`; UNSET where there is none."""
        order = self.order
        at = bisect_left(order, index)
        return order[at - 1] if at else UNSET


_TYPES: dict[type, str] = {Decimal: "NUMBER", str: "TEXT", datetime: "DATE"}
CLASSES: Final[dict[str, type]] = {name: each for each, name in _TYPES.items()}
INDEX_CLASSES: Final = {kind: CLASSES[index_type(kind)] for kind in ARRAYS}
ELEMENT_CLASSES: Final = {kind: CLASSES[value_type(kind)] for kind in ARRAYS}
"""By the type of an array."""


def type_of(value: Any) -> str | None:
    """The type of a value inside of a run; None for NULL, which has any."""
    kind = _TYPES.get(value.__class__)
    if kind is None and value.__class__ is Array:
        kind = value.type
    return kind


def has_type(value: Any, kind: str) -> bool:
    """Whether a variable of type `kind` can hold `value`."""
    return value is None or type_of(value) == kind


def copy_of(value: Any) -> Any:
    """`value`, so that changes of the one do not show in the other."""
    return value.copy() if value.__class__ is Array else value


def index_of(value: Any) -> Any:
    """What an element is found by: a whole number, or a text in upper case."""
    return value.upper() if value.__class__ is str else int(value)


def index_value(index: Any) -> Any:
    """An index as a value of the language."""
    return Decimal(index) if index.__class__ is int else index


def bring_in(value: Value, kind: str | None, *, empty_is_null: bool) -> Any:
    """A value from outside as the run holds it, of type `kind` where that is known.

    Raises ValueError, with a sentence that says what it is, for one of another type.
    """
    if isinstance(value, Mapping):
        if kind in SCALARS:
            raise ValueError(f"it is {kind}, but an array is given")
        inner = _bring_in_array(value, kind, empty_is_null)
    else:
        inner = _bring_in_scalar(value, empty_is_null)
    if kind is not None and not has_type(inner, kind):
        raise ValueError(f"it is {kind}, but {describe(inner)} is {type_of(inner)}")
    return inner


def _bring_in_scalar(value: Scalar, empty_is_null: bool) -> Any:
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError(f"{value} is not a number of Oracle's")
        try:
            return _STORED.plus(value)
        except Subnormal:
            return ZERO
        except Overflow:
            raise ValueError(f"{value} is larger than Oracle's numbers get") from None
    if isinstance(value, datetime):
        return value.replace(microsecond=0, tzinfo=None, fold=0)
    return None if value == "" and empty_is_null else value


def _bring_in_array(
    value: Mapping[int | str, Scalar], kind: str | None, empty_is_null: bool
) -> Array:
    elements = {
        index_of(index): _bring_in_scalar(each, empty_is_null)
        for index, each in value.items()
    }
    indexes = {type_of(index_value(index)) for index in elements}
    values = {type_of(each) for each in elements.values()} - {None}
    if len(indexes) > 1 or len(values) > 1:
        raise ValueError("the elements of an array, and its indexes, have one type")
    index = indexes.pop() if indexes else index_type(kind) if kind else "NUMBER"
    element = values.pop() if values else value_type(kind) if kind else "NUMBER"
    found = array_of(element or "", index or "")
    if found is None:
        raise ValueError(f"there are no arrays of {element} by {index}")
    return Array(found, elements)


def take_out(value: Any) -> Value:
    """A value of the run for those outside; numbers without what says nothing."""
    if value.__class__ is Array:
        return {index: take_out(value.elements[index]) for index in value.order}  # type: ignore[misc]
    if value.__class__ is Decimal:
        return tidy(value)
    return value  # type: ignore[no-any-return]


def tidy(number: Decimal) -> Decimal:
    """The same number without zeros behind its point, and without a sign before 0."""
    if not number:
        return ZERO
    exponent = number.as_tuple().exponent
    if exponent == 0:
        return number
    number = number.normalize(_WIDE)
    return number.quantize(ONE, context=_WIDE) if exponent_of(number) > 0 else number


def exponent_of(number: Decimal) -> int:
    """Of its last digit; the numbers of a run are all finite."""
    return int(number.as_tuple().exponent)


_WIDE: Final = Context(prec=200)
_STORED: Final = number_context(40)
"""What a column of Oracle's database can hold."""

_SHOWN = 60


def describe(value: Any) -> str:
    """A value for a message: short, and as it would be written in a formula."""
    if value is None:
        return "NULL"
    if isinstance(value, Decimal):
        return f"{tidy(value):f}"
    if isinstance(value, datetime):
        # Not %Y: whether it fills up with zeros depends on the system.
        return f"'{value.year:04}/{value:%m/%d %H:%M:%S}'"
    if isinstance(value, str):
        short = value if len(value) <= _SHOWN else f"{value[:_SHOWN]}…"
        return "'" + short.replace("'", "''") + "'"
    if isinstance(value, Array):
        value = value.elements
    return f"an array of {len(value)}"
