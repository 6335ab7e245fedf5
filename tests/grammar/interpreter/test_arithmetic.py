"""Numbers reckon as Oracle's: against fractions, which are exact."""

from collections.abc import Callable
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_UP,
    ROUND_UP,
    Context,
    Decimal,
)
from fractions import Fraction
from operator import add, mul, sub, truediv

from fastformula.interpreter import ErrorClass, Outcome, Semantics
from hypothesis import given
from hypothesis import strategies as st

OPERATORS = {"+": add, "-": sub, "*": mul, "/": truediv}
NUMBERS = st.decimals(
    min_value=Decimal(-(10**30)), max_value=Decimal(10**30), places=8
).map(lambda number: number + 0)


def rounded(exact: Fraction, digits: int) -> Decimal:
    """`exact` to so many digits, halves away from zero."""
    if not exact:
        return Decimal(0)
    size = abs(exact)
    places = digits
    while size * Fraction(10) ** places >= 10**digits:
        places -= 1
    while size * Fraction(10) ** places < 10 ** (digits - 1):
        places += 1
    whole = int(size * Fraction(10) ** places + Fraction(1, 2))
    return Decimal((exact < 0, tuple(map(int, str(whole))), -places))


@given(NUMBERS, st.sampled_from(sorted(OPERATORS)), NUMBERS)
def test_an_operation_is_exact_to_its_last_digit(
    play: Callable[..., Outcome], left: Decimal, operator: str, right: Decimal
) -> None:
    outcome = play(
        f"INPUTS ARE a, b x = a {operator} b RETURN x", inputs={"A": left, "B": right}
    )
    if operator == "/" and not right:
        assert outcome.error is not None
        assert outcome.error.kind is ErrorClass.DIVIDE_BY_ZERO
        return
    exact = OPERATORS[operator](Fraction(left), Fraction(right))
    assert outcome.returns["X"] == rounded(exact, 38)


@given(NUMBERS)
def test_fewer_digits_can_be_asked_for(
    play: Callable[..., Outcome], number: Decimal
) -> None:
    outcome = play(
        "INPUTS ARE a x = a / 3 RETURN x",
        inputs={"A": number},
        semantics=Semantics(digits=9),
    )
    assert outcome.returns["X"] == rounded(Fraction(number) / 3, 9)


MODES = {
    "ROUND": ROUND_HALF_UP,
    "TRUNC": ROUND_DOWN,
    "ROUNDUP": ROUND_UP,
    "CEIL": ROUND_CEILING,
    "FLOOR": ROUND_FLOOR,
}


@given(NUMBERS, st.sampled_from(sorted(MODES)), st.integers(-12, 12))
def test_numbers_are_rounded_as_decimal_rounds_them(
    play: Callable[..., Outcome], number: Decimal, function: str, places: int
) -> None:
    if function in ("CEIL", "FLOOR"):
        places = 0
    call = f"{function}(a)" if places == 0 else f"{function}(a, {places})"
    outcome = play(f"INPUTS ARE a x = {call} RETURN x", inputs={"A": number})
    wide = Context(prec=100)
    step = Decimal(1).scaleb(-places)
    assert outcome.returns["X"] == number.quantize(step, MODES[function], wide)


@given(NUMBERS, NUMBERS)
def test_a_remainder_has_the_sign_that_decimal_gives_it(
    play: Callable[..., Outcome], number: Decimal, divisor: Decimal
) -> None:
    outcome = play(
        "INPUTS ARE a, b x = MOD(a, b) RETURN x", inputs={"A": number, "B": divisor}
    )
    exact = Context(prec=100)
    expected = exact.remainder(number, divisor) if divisor else number
    assert outcome.returns["X"] == expected


@given(st.lists(NUMBERS, min_size=2, max_size=40))
def test_a_long_sum_goes_from_left_to_right(
    play: Callable[..., Outcome], numbers: list[Decimal]
) -> None:
    total = Fraction(0)
    for number in numbers:
        total = Fraction(rounded(total + Fraction(number), 38))
    written = " + ".join(
        f"{number:f}" if number >= 0 else f"({number:f})" for number in numbers
    )
    assert Fraction(play(f"x = {written} RETURN x").returns["X"]) == total
