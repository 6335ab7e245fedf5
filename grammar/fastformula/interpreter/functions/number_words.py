"""Numbers in English words, as the suffix SP of a date format writes them."""

from __future__ import annotations

from typing import Final

_SMALL: Final = (
    "ZERO ONE TWO THREE FOUR FIVE SIX SEVEN EIGHT NINE TEN ELEVEN TWELVE THIRTEEN "
    "FOURTEEN FIFTEEN SIXTEEN SEVENTEEN EIGHTEEN NINETEEN"
).split()
_TENS: Final = "TWENTY THIRTY FORTY FIFTY SIXTY SEVENTY EIGHTY NINETY".split()
_LARGE: Final = ((1_000_000, "MILLION"), (1_000, "THOUSAND"), (100, "HUNDRED"))
_ORDINALS: Final = {
    "ONE": "FIRST",
    "TWO": "SECOND",
    "THREE": "THIRD",
    "FIVE": "FIFTH",
    "EIGHT": "EIGHTH",
    "NINE": "NINTH",
    "TWELVE": "TWELFTH",
}


def spell(number: int) -> str:
    """`TWO THOUSAND TWENTY-SIX`; from 0 on, below a thousand million."""
    for size, name in _LARGE:
        if number >= size:
            many, rest = divmod(number, size)
            return f"{spell(many)} {name}" + (f" {spell(rest)}" if rest else "")
    if number < len(_SMALL):
        return _SMALL[number]
    ten, one = divmod(number, 10)
    return _TENS[ten - 2] + (f"-{_SMALL[one]}" if one else "")


def spell_ordinal(number: int) -> str:
    """`TWENTY-SIXTH`."""
    words = spell(number)
    at = max(words.rfind(" "), words.rfind("-")) + 1
    last = words[at:]
    if last.endswith("Y"):
        last = f"{last[:-1]}IETH"
    else:
        last = _ORDINALS.get(last, f"{last}TH")
    return words[:at] + last


def spell_year(year: int) -> str:
    """`TWENTY TWENTY-SIX`, `TWO THOUSAND FIVE`, `NINETEEN HUNDRED`."""
    century, rest = divmod(year, 100)
    if not century or (century % 10 == 0 and rest < 10):
        return spell(year)
    return f"{spell(century)} {spell(rest) if rest else 'HUNDRED'}"
