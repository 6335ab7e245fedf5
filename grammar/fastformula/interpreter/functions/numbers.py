"""Functions of numbers."""

from __future__ import annotations

from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_UP,
    ROUND_UP,
    Context,
    Decimal,
)
from typing import Final

from fastformula.interpreter.activation import Activation
from fastformula.interpreter.functions.implementation import Implementation, invalid
from fastformula.interpreter.values import ONE, ZERO, describe, exponent_of

_WIDE: Final = Context(prec=300)
"""Enough for any whole number that Oracle has."""


def round_number(number: Decimal, places: Decimal = ZERO) -> Decimal:
    """To so many decimals, or tens where they are negative; halves away from zero."""
    return cut(number, int(places), ROUND_HALF_UP)


def cut(number: Decimal, places: int, rounding: str) -> Decimal:
    """`number` with no digit beyond `places` decimals."""
    if exponent_of(number) >= -places:
        return number
    # Further than this there is no digit in any number.
    unit = ONE.scaleb(-max(-130, places), context=_WIDE)
    return number.quantize(unit, rounding=rounding, context=_WIDE)


def _round_up(number: Decimal, places: Decimal = ZERO) -> Decimal:
    return cut(number, int(places), ROUND_UP)


def _truncate(number: Decimal, places: Decimal = ZERO) -> Decimal:
    return cut(number, int(places), ROUND_DOWN)


def _ceil(number: Decimal) -> Decimal:
    return cut(number, 0, ROUND_CEILING)


def _floor(number: Decimal) -> Decimal:
    return cut(number, 0, ROUND_FLOOR)


def _mod(number: Decimal, divisor: Decimal) -> Decimal:
    """The remainder has the sign of `number`; by zero it is `number` itself."""
    return +_WIDE.remainder(number, divisor) if divisor else number


def _power(base: Decimal, exponent: Decimal) -> Decimal:
    if not exponent:
        return ONE
    if not base and exponent < 0:
        raise invalid("POWER of 0 and a negative number is not defined.")
    if base < 0 and exponent != exponent.to_integral_value():
        raise invalid(
            f"POWER({describe(base)}, {describe(exponent)}) is not a real number."
        )
    return base**exponent


def _random(activation: Activation, low: Decimal, high: Decimal) -> Decimal:
    return low + (high - low) * Decimal(activation.run.random.random())


def _seed(activation: Activation, seed: Decimal) -> Decimal:
    activation.run.random.seed(str(seed))
    return ZERO


FUNCTIONS = (
    Implementation("ABS", "NUMBER", "NUMBER", abs),
    Implementation("CEIL", "NUMBER", "NUMBER", _ceil),
    Implementation("FLOOR", "NUMBER", "NUMBER", _floor),
    Implementation("GREATEST", "NUMBER, NUMBER...", "NUMBER", max),
    Implementation("GREATEST_OF", "NUMBER, NUMBER...", "NUMBER", max),
    Implementation("LEAST", "NUMBER, NUMBER...", "NUMBER", min),
    Implementation("LEAST_OF", "NUMBER, NUMBER...", "NUMBER", min),
    Implementation("MOD", "NUMBER, NUMBER", "NUMBER", _mod),
    Implementation("POWER", "NUMBER, NUMBER", "NUMBER", _power),
    Implementation("ROUND", "NUMBER, [NUMBER]", "NUMBER", round_number),
    Implementation("ROUNDUP", "NUMBER, [NUMBER]", "NUMBER", _round_up),
    Implementation("ROUND_UP", "NUMBER, [NUMBER]", "NUMBER", _round_up),
    Implementation("TRUNC", "NUMBER, [NUMBER]", "NUMBER", _truncate),
    Implementation("TRUNCATE", "NUMBER, [NUMBER]", "NUMBER", _truncate),
    Implementation("RAND", "NUMBER, NUMBER", "NUMBER", _random, takes_activation=True),
    Implementation("RAND_SEED", "NUMBER", "NUMBER", _seed, takes_activation=True),
)
