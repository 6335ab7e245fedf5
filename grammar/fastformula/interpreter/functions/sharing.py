"""Functions that store named values for the other formulas of a run."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import Any

from fastformula.interpreter.activation import Activation
from fastformula.interpreter.functions.implementation import Implementation
from fastformula.interpreter.values import ZERO


def _set(kind: str, activation: Activation, name: str | None, value: Any) -> Decimal:
    activation.run.shared[kind, (name or "").upper()] = value
    return ZERO


def _get(kind: str, activation: Activation, name: str | None) -> Any:
    """NULL where nothing is stored."""
    return activation.run.shared.get((kind, (name or "").upper()))


def _clear(activation: Activation) -> Decimal:
    activation.run.shared.clear()
    return ZERO


def _set_work(
    kind: str,
    activation: Activation,
    formula: Any,
    name: str | None,
    sequence: Any,
    value: Any,
) -> Decimal:
    activation.run.shared[kind, formula, (name or "").upper(), sequence] = value
    return ZERO


def _get_work(
    kind: str,
    activation: Activation,
    formula: Any,
    name: str | None,
    sequence: Any,
    default: Any,
) -> Any:
    key = (kind, formula, (name or "").upper(), sequence)
    return activation.run.shared.get(key, default)


_FLAGS = {"takes_null": True, "takes_activation": True}
_KINDS = (("TEXT", "TEXT"), ("NUM", "NUMBER"), ("DATE", "DATE"))

FUNCTIONS = (
    *(
        Implementation(
            f"SET_{kind}", f"TEXT, {kind}", "NUMBER", partial(_set, kind), **_FLAGS
        )
        for _, kind in _KINDS
    ),
    *(
        Implementation(f"GET_{kind}", "TEXT", kind, partial(_get, kind), **_FLAGS)
        for _, kind in _KINDS
    ),
    Implementation("CLEAR_GLOBALS", "", "NUMBER", _clear, **_FLAGS),
    Implementation("REMOVE_GLOBALS", "", "NUMBER", _clear, **_FLAGS),
    *(
        Implementation(
            f"SET_WRK_{short}",
            f"NUMBER, TEXT, NUMBER, {kind}",
            "NUMBER",
            partial(_set_work, kind),
            **_FLAGS,
        )
        for short, kind in _KINDS
    ),
    *(
        Implementation(
            f"GET_WRK_{short}",
            f"NUMBER, TEXT, NUMBER, {kind}",
            kind,
            partial(_get_work, kind),
            **_FLAGS,
        )
        for short, kind in _KINDS
    ),
)
