"""Functions that write to a log, and such that stop a formula with a message."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import Any, NoReturn

from fastformula.interpreter.activation import Activation, LogLine
from fastformula.interpreter.errors import ErrorClass, FormulaError
from fastformula.interpreter.functions.implementation import Implementation
from fastformula.interpreter.values import ZERO


def _log(
    function: str, gives: Decimal | None, activation: Activation, *rest: Any
) -> Any:
    """The last argument is the line; what is given back nobody documents."""
    text = rest[-1] or ""
    activation.run.log.append(LogLine(text, function, activation.program.name))
    return gives


def _warn(activation: Activation, *parts: str | None) -> None:
    _log("PAY_LOG_WARNING", None, activation, _joined(parts))


def _fail(_activation: Activation, *parts: Any) -> NoReturn:
    raise FormulaError(
        ErrorClass.USER_FUNCTION,
        f"The formula raises an error of its own: {_joined(parts) or 'no text'}",
    )


def _joined(parts: tuple[Any, ...]) -> str:
    return " ".join(part for part in parts if isinstance(part, str))


_FLAGS = {"takes_null": True, "takes_activation": True}
_NAMED = "TEXT, [TEXT], [TEXT], [TEXT]"

FUNCTIONS = (
    *(
        Implementation(name, takes, "TEXT", partial(_log, name, None), **_FLAGS)
        for name, takes in (
            ("ESS_LOG_WRITE", "TEXT"),
            ("PAY_INTERNAL_LOG_WRITE", "TEXT"),
            ("HR_TRACE", "TEXT"),
            ("SET_LOG", "TEXT"),
            ("CA_FORMULA_LOGGING", "TEXT, TEXT"),
            ("US_FORMULA_LOGGING", "TEXT, TEXT"),
        )
    ),
    *(
        Implementation(name, takes, "NUMBER", partial(_log, name, ZERO), **_FLAGS)
        for name, takes in (
            ("DEBUG", "TEXT"),
            ("ADD_LOG", "NUMBER, TEXT"),
            ("ADD_RLOG", "NUMBER, NUMBER, TEXT"),
            ("ADD_RLOG", "NUMBER, TEXT"),
            ("PUT_MESSAGE", "TEXT"),
        )
    ),
    Implementation("PAY_LOG_WARNING", _NAMED, "TEXT", _warn, **_FLAGS),
    Implementation("PAY_LOG_ERROR", _NAMED, "TEXT", _fail, **_FLAGS),
    Implementation("RAISE_ERROR", "NUMBER, NUMBER, TEXT", "NUMBER", _fail, **_FLAGS),
)
