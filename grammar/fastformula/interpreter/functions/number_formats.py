"""Format models of numbers, and numbers as texts without one.

Source: Oracle, SQL Language Reference, "Number Format Models".
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Final, NamedTuple

from fastformula.interpreter.errors import ErrorClass, FormulaError
from fastformula.interpreter.functions.implementation import invalid
from fastformula.interpreter.functions.numbers import cut
from fastformula.interpreter.values import tidy

_WIDE: Final = Context(prec=300)
_WIDEST = 40
"""Characters of a number as a text, beyond which it is written with an exponent."""
_LONGEST = 130
"""Characters of a format model that is no mistake."""

_MODEL = re.compile(
    r"(?P<fm>FM)?(?P<sign>S)?(?P<blank>B)?(?P<currency>[$LC])?(?P<whole>[09,G]*)"
    r"(?:V(?P<shifted>[09]+)|[.D](?P<decimals>[09]*))?(?P<exponent>EEEE)?"
    r"(?P<end>S|MI|PR)?",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:E[+-]?\d{1,4})?\s*", re.I | re.A)


class _Model(NamedTuple):
    whole: str
    """The positions before the point: 0, 9 and commas."""
    decimals: str | None
    """Those behind it; None where there is no point."""
    shift: int
    """By how many tens the number is multiplied."""
    fills: bool
    currency: str
    blank: bool
    """Whether a number without a whole part is written as blanks before the point."""
    exponent: bool
    sign: str
    """`S` before, `s` behind, `MI`, `PR`, or nothing."""


def write_number(number: Decimal) -> str:
    """A number as TO_CHAR writes it: no zero before the point, 40 characters."""
    text = f"{tidy(number):f}"
    if len(text) <= _WIDEST:
        return re.sub(r"^(-?)0\.", r"\1.", text)
    # So large or small that digits get lost, or that it takes an exponent.
    sign = "-" if number < 0 else ""
    places = _WIDEST - 1 - len(sign)
    if abs(number) < Decimal("1E40"):
        whole = len(text.lstrip("-").split(".")[0].lstrip("0"))
        rounded = tidy(cut(number, max(0, places - whole), ROUND_HALF_UP))
        if rounded and abs(number) >= Decimal("1E-39"):
            return re.sub(r"^(-?)0\.", r"\1.", f"{rounded:f}")
    exponent = number.adjusted()
    size = f"E{exponent:+03}"
    digits = number.scaleb(-exponent, context=_WIDE)
    return f"{cut(digits, places - 1 - len(size), ROUND_HALF_UP):f}{size}"


def read_number(text: str) -> Decimal:
    """A number as TO_NUMBER reads it; raises FormulaError where it is none."""
    if _NUMBER.fullmatch(text) is None:
        raise FormulaError(
            ErrorClass.INVALID_NUMBER,
            f"'{text[:60]}' is not a number. Only digits, one point and a sign may "
            "stand in it.",
        )
    return +Decimal(text.strip())


def format_number(number: Decimal, model: str) -> str:
    """A number in a format model; hash signs where it does not fit in.

    Raises FormulaError where the model is none.
    """
    read = _read(model)
    negative = number < 0
    size = abs(number.scaleb(read.shift, context=_WIDE))
    if read.exponent:
        body = _with_exponent(size, read)
    else:
        laid_out = _lay_out(size, read)
        if laid_out is None:
            width = len(read.whole) + len(read.decimals or "") + len(read.currency) + 1
            return "#" * (width + (read.decimals is not None))
        body = laid_out
    text = _with_sign(body, negative, read)
    return text if read.fills else text.strip(" ")


def _read(model: str) -> _Model:
    match = _MODEL.fullmatch(model.replace(" ", ""))
    digits = (match["whole"] + (match["decimals"] or "")) if match else ""
    if (
        match is None
        or len(model) > _LONGEST
        or not re.search("[09]", digits + (match["shifted"] or ""))
        or (match["sign"] and match["end"])
        or match["whole"][:1] in (",", "G", "g")
    ):
        raise invalid(
            f"'{model}' is not a format for numbers. A valid one is 'FM999G990D00'."
        )
    shifted = match["shifted"] or ""
    currency = (match["currency"] or "").upper()
    end = (match["end"] or "").upper()
    return _Model(
        whole=match["whole"].upper().replace("G", ",") + shifted,
        decimals=match["decimals"],
        shift=len(shifted),
        fills=match["fm"] is None,
        currency={"": "", "C": "USD"}.get(currency, "$"),
        blank=match["blank"] is not None,
        exponent=match["exponent"] is not None,
        sign="S" if match["sign"] else end.lower() if end == "S" else end,
    )


def _lay_out(size: Decimal, read: _Model) -> str | None:
    """The digits in their positions; None where they need more."""
    places = read.decimals or ""
    rounded = cut(size, len(places), ROUND_HALF_UP)
    whole, _, fraction = f"{rounded:.{len(places)}f}".partition(".")
    whole = whole.lstrip("0")
    positions = read.whole.replace(",", "")
    if len(whole) > len(positions):
        return None
    if "0" in positions:
        whole = whole.zfill(len(positions) - positions.index("0"))
    elif not whole and not places:
        # A nought alone is shown in the last position.
        whole = "0"
    if read.blank and not rounded:
        return " " * (len(read.whole) + len(read.currency) + len(places))
    text = read.currency + _grouped(whole, read.whole)
    if read.decimals is None:
        return text.rjust(len(read.whole) + len(read.currency))
    if not read.fills:
        # Nines at the end show no noughts.
        least = places.rfind("0") + 1
        fraction = fraction[:least] + fraction[least:].rstrip("0")
    text += "." + fraction
    width = len(read.whole) + len(read.currency) + 1 + len(places)
    return text.rjust(width) if read.fills else text


def _grouped(digits: str, positions: str) -> str:
    """The digits from the right into the positions; no comma before the first one."""
    text = ""
    left = list(digits)
    for position in reversed(positions):
        if not left:
            break
        text = ("," if position == "," else left.pop()) + text
    return text


def _with_exponent(size: Decimal, read: _Model) -> str:
    places = len(read.decimals or "")
    exponent = size.adjusted() if size else 0
    digits = cut(size.scaleb(-exponent, context=_WIDE), places, ROUND_HALF_UP)
    if digits >= 10:
        digits, exponent = digits / 10, exponent + 1
    point = "." if read.decimals == "" else ""
    return f"{read.currency}{digits:.{places}f}{point}E{exponent:+03}"


def _with_sign(body: str, negative: bool, read: _Model) -> str:
    digits = body.lstrip(" ")
    blanks = body[: len(body) - len(digits)]
    match read.sign:
        case "S":
            return f"{blanks}{'-' if negative else '+'}{digits}"
        case "s":
            return f"{body}{'-' if negative else '+'}"
        case "MI":
            return f"{body}{'-' if negative else ' '}"
        case "PR":
            return f"{blanks}<{digits}>" if negative else f"{blanks} {digits} "
    return f"{blanks}{'-' if negative else ' '}{digits}"
