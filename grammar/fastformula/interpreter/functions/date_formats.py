"""Format models of dates: their elements, and writing a date by them.

Source: Oracle, SQL Language Reference, "Datetime Format Elements". Names of days and
months are English, weeks begin on Sunday.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from fastformula.interpreter.functions.calendar import DAYS, MONTHS
from fastformula.interpreter.functions.implementation import invalid
from fastformula.interpreter.functions.number_words import (
    spell,
    spell_ordinal,
    spell_year,
)

CANONICAL = "YYYY/MM/DD HH24:MI:SS"
"""How Oracle's applications write dates when nobody says how."""

JULIAN = 1_721_425
"""The Julian day of the day before the first that Python knows."""

ROMAN = "I II III IV V VI VII VIII IX X XI XII".split()
_LONGEST = 200
"""Characters of a format model that is no mistake."""


class Element(NamedTuple):
    """A part of a format model."""

    name: str
    """Upper case; empty for text that stands as it is."""
    written: str
    """As written in the model; of quoted text without the quotes."""
    fills: bool
    """Whether numbers get leading zeros and names blanks; FM turns it off and on."""
    suffix: str = ""
    """`TH`, `SP` or both, as written, where that stands behind it."""


def write_date(date: datetime, model: str = CANONICAL) -> str:
    """`date` in the format; raises FormulaError where that is none."""
    return "".join(_write(date, element) for element in read_model(model))


@lru_cache(maxsize=256)
def read_model(model: str) -> tuple[Element, ...]:
    """The elements of a format model; raises FormulaError where it is none."""
    if len(model) > _LONGEST:
        raise invalid("The format of the date is too long.")
    if all(word in _NAMED for word in model.upper().split()):
        model = " ".join(_NAMED[word] for word in model.upper().split())
    elements: list[Element] = []
    fills = True
    at = 0
    while at < len(model):
        match = _ELEMENT.match(model, at)
        if match is None:
            for name, reason in _REFUSED.items():
                if model[at:].upper().startswith(name):
                    raise invalid(
                        f"'{model}' is not a format for dates: {name} is {reason}."
                    )
            raise invalid(
                f"'{model}' is not a format for dates: Oracle knows no element "
                f"'{model[at:]}'. A valid one is 'DD-MON-YYYY HH24:MI:SS'."
            )
        at = match.end()
        name = (match["name"] or "").upper()
        if name == "FM":
            fills = not fills
        elif name != "FX":
            # FX asks for blanks and zeros exactly as in the model when reading.
            text = match["quoted"] if match["quoted"] is not None else match["text"]
            element = Element(name, text or match["name"] or "", fills)
            elements.append(element._replace(suffix=match["suffix"] or ""))
    return tuple(elements)


_NUMBERS: Mapping[str, tuple[int, Callable[[datetime], int]]] = {
    "YYYY": (4, lambda date: date.year),
    "SYYYY": (4, lambda date: date.year),
    "RRRR": (4, lambda date: date.year),
    "YYY": (3, lambda date: date.year % 1000),
    "YY": (2, lambda date: date.year % 100),
    "RR": (2, lambda date: date.year % 100),
    "Y": (1, lambda date: date.year % 10),
    "IYYY": (4, lambda date: date.isocalendar().year),
    "IYY": (3, lambda date: date.isocalendar().year % 1000),
    "IY": (2, lambda date: date.isocalendar().year % 100),
    "I": (1, lambda date: date.isocalendar().year % 10),
    "CC": (2, lambda date: (date.year - 1) // 100 + 1),
    "SCC": (2, lambda date: (date.year - 1) // 100 + 1),
    "Q": (1, lambda date: (date.month + 2) // 3),
    "MM": (2, lambda date: date.month),
    "WW": (2, lambda date: (date.timetuple().tm_yday + 6) // 7),
    "IW": (2, lambda date: date.isocalendar().week),
    "W": (1, lambda date: (date.day + 6) // 7),
    "DDD": (3, lambda date: date.timetuple().tm_yday),
    "DD": (2, lambda date: date.day),
    "D": (1, lambda date: date.isoweekday() % 7 + 1),
    "J": (7, lambda date: date.toordinal() + JULIAN),
    "HH24": (2, lambda date: date.hour),
    "HH12": (2, lambda date: (date.hour + 11) % 12 + 1),
    "HH": (2, lambda date: (date.hour + 11) % 12 + 1),
    "MI": (2, lambda date: date.minute),
    "SSSSS": (5, lambda date: date.hour * 3600 + date.minute * 60 + date.second),
    "SS": (2, lambda date: date.second),
}
"""Elements that are numbers: digits they are filled up to, and the number."""

_NAMES: Mapping[str, tuple[int, Callable[[datetime], str]]] = {
    "MONTH": (9, lambda date: MONTHS[date.month - 1]),
    "MON": (3, lambda date: MONTHS[date.month - 1][:3]),
    "RM": (4, lambda date: ROMAN[date.month - 1]),
    "YEAR": (0, lambda date: spell_year(date.year)),
    "SYEAR": (0, lambda date: f" {spell_year(date.year)}"),
    "DAY": (9, lambda date: DAYS[date.weekday()]),
    "DY": (3, lambda date: DAYS[date.weekday()][:3]),
    "AM": (2, lambda date: "AM" if date.hour < 12 else "PM"),
    "PM": (2, lambda date: "AM" if date.hour < 12 else "PM"),
    "A.M.": (4, lambda date: "A.M." if date.hour < 12 else "P.M."),
    "P.M.": (4, lambda date: "A.M." if date.hour < 12 else "P.M."),
    "AD": (2, lambda _date: "AD"),
    "BC": (2, lambda _date: "AD"),
    "A.D.": (4, lambda _date: "A.D."),
    "B.C.": (4, lambda _date: "A.D."),
}
"""Elements that are words, in the case of the element: their width and the word."""

WIDTHS: Mapping[str, int] = {name: width for name, (width, _) in _NUMBERS.items()}
"""Elements that are numbers, with their greatest number of digits."""

_NAMED: Mapping[str, str] = {
    "DL": "FMDay, Month DD, YYYYFM",
    "DS": "FMMM/DD/RRRRFM",
    "TS": "FMHH:FMMI:SS AM",
}
"""Formats by name, as in the United States. They stand alone, or a date and a time."""

_REFUSED: Mapping[str, str] = {
    "FF": "for timestamps, and a DATE has no fractions of a second",
    "TZ": "for timestamps with a time zone, and a DATE has none",
    "XFF": "for timestamps, and a DATE has no fractions of a second",
    "E": "for eras, which only some calendars have",
}
"""Elements of Oracle's that do not go with a DATE, by how they begin."""

_LONG_FIRST = sorted([*_NUMBERS, *_NAMES, "Y,YYY", "FM", "FX"], key=len, reverse=True)
_ELEMENT = re.compile(
    rf"(?P<name>{'|'.join(map(re.escape, _LONG_FIRST))})"
    r"(?P<suffix>(?:SPTH|THSP|SP|TH)(?!\w))?"
    r"|\"(?P<quoted>[^\"]*)\"|(?P<text>[^\w\"]|_)",
    re.IGNORECASE,
)


def _write(date: datetime, element: Element) -> str:
    name = element.name
    if not name:
        return element.written
    if name == "Y,YYY":
        return f"{date.year // 1000},{date.year % 1000:03}"
    if name in _NAMES:
        width, word_of = _NAMES[name]
        word = _in_case(word_of(date), element.written)
        return word.ljust(width) if element.fills else word.lstrip()
    width, number_of = _NUMBERS[name]
    number = number_of(date)
    if "S" in element.suffix.upper():
        is_ordinal = "T" in element.suffix.upper()
        words = spell_ordinal(number) if is_ordinal else spell(number)
        return _in_case(words, element.written)
    text = f"{number:0{width}}" if element.fills else f"{number}"
    if name in ("SYYYY", "SCC") and element.fills:
        text = f" {text}"
    if element.suffix:
        text += _in_case(_ordinal(number), element.suffix)
    return text


def _ordinal(number: int) -> str:
    if number % 100 in (11, 12, 13):
        return "TH"
    return {1: "ST", 2: "ND", 3: "RD"}.get(number % 10, "TH")


def _in_case(word: str, model: str) -> str:
    """`word` in capitals, capitalised or small, as the first letters of `model` are."""
    letters = [letter for letter in model if letter.isalpha()]
    if letters[0].islower():
        return word.lower()
    if len(letters) > 1 and letters[1].islower():
        return word.title()
    return word
