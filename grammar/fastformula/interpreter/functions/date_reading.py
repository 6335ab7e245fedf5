"""Reading dates by a format model, as TO_DATE does."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TypeAlias

from fastformula.interpreter.errors import FormulaError
from fastformula.interpreter.functions.calendar import DAYS, MONTHS
from fastformula.interpreter.functions.date_formats import (
    JULIAN,
    ROMAN,
    WIDTHS,
    Element,
    read_model,
)
from fastformula.interpreter.functions.implementation import invalid

_Parts: TypeAlias = dict[str, int]

_TIMES = frozenset({"HH24", "HH12", "HH", "MI", "SS", "SSSSS", "AM", "PM"})
_WRITTEN_ONLY = frozenset("CC SCC YEAR SYEAR IYYY IYY IY I Q WW IW W".split())
_ONCE = {
    "the year": frozenset("YYYY SYYYY RRRR YYY YY RR Y Y,YYY".split()),
    "the month": frozenset("MM MON MONTH RM".split()),
    "the day": frozenset({"DD"}),
    "the day of the year": frozenset({"DDD"}),
    "the day of the week": frozenset("D DAY DY".split()),
    "the hour": frozenset("HH24 HH12 HH".split()),
    "the half of the day": frozenset("AM PM A.M. P.M.".split()),
    "the minute": frozenset({"MI"}),
    "the second": frozenset({"SS"}),
}
"""What a text can say only once, and the elements for it."""
_DIGITS = re.compile(r"[0-9]+")
_WORD = re.compile(r"[A-Za-z.]+")


def read_date(text: str, model: str, today: datetime | None) -> datetime:
    """The date that `text` says in the format; raises FormulaError for none.

    Year and month that the format lacks are those of `today`, a missing day is the
    first, a missing time midnight.
    """
    parts: _Parts = {}
    at = 0
    elements = _read_model(model)
    text = text.strip()
    for place, element in enumerate(elements):
        if at >= len(text) and all(
            not each.name or each.name in _TIMES for each in elements[place:]
        ):
            # Oracle takes a date for midnight where its text ends before the time.
            break
        following = elements[place + 1].name if place + 1 < len(elements) else ""
        at = _read(text, at, element, following, parts, model)
    if text[at:].strip():
        raise _mismatch(text, model, f"'{text[at:]}' is left over")
    return _assemble(text, model, parts, today)


@lru_cache(maxsize=256)
def _read_model(model: str) -> tuple[Element, ...]:
    """The elements of a format that a text can be read by; FormulaError for none."""
    elements = read_model(model)
    found: dict[str, str] = {}
    for element in elements:
        name = element.name
        if name in _WRITTEN_ONLY or element.suffix:
            raise invalid(
                f"'{model}' is not a format that dates are read by: "
                f"{name}{element.suffix} can only be written."
            )
        for part, names in _ONCE.items():
            if name not in names:
                continue
            if part in found:
                hint = " Minutes are MI." if name == found[part] == "MM" else ""
                raise invalid(
                    f"'{model}' is not a format that dates are read by: it has {part} "
                    f"twice, {found[part]} and {name}.{hint}"
                )
            found[part] = name
    if found.get("the hour") == "HH24" and "the half of the day" in found:
        raise invalid(
            f"'{model}' is not a format that dates are read by: with "
            f"{found['the half of the day']}, hours are HH12 and not HH24."
        )
    return elements


def _read(
    text: str, at: int, element: Element, following: str, parts: _Parts, model: str
) -> int:
    """Read one element of the text at `at`; where the next one begins."""
    name = element.name
    if not name:
        return _read_sign(text, at, element.written, model)
    while at < len(text) and text[at] == " ":
        at += 1
    if name in WIDTHS and not (name == "MM" and text[at : at + 1].isalpha()):
        # A year of two digits may be written with four where no other digits follow.
        is_long = name in ("YY", "RR") and following not in WIDTHS
        match = _DIGITS.match(text, at, at + (4 if is_long else WIDTHS[name]))
        if match is None:
            raise _mismatch(text, model, f"there is no number for {name}")
        if name in ("RR", "RRRR", "YY", "YYYY"):
            parts["YEAR DIGITS"] = len(match[0])
        parts[name] = int(match[0])
        return match.end()
    if name == "Y,YYY":
        year = re.compile(r"([0-9]),([0-9]{3})").match(text, at)
        if year is None:
            raise _mismatch(text, model, "there is no year such as 2,026")
        parts["YYYY"] = int(year[1] + year[2])
        return year.end()
    return _read_word(text, at, name, parts, model)


def _read_sign(text: str, at: int, sign: str, model: str) -> int:
    for each in sign:
        if each == " ":
            while at < len(text) and text[at] == " ":
                at += 1
        elif at < len(text) and not text[at].isalnum():
            # Any sign will do for the one of the model.
            at += 1
        elif at < len(text) and text[at] == each:
            at += 1
        elif each.isalnum():
            raise _mismatch(text, model, f"there is no '{each}'")
    return at


def _read_word(text: str, at: int, name: str, parts: _Parts, model: str) -> int:
    match = _WORD.match(text, at)
    word = match[0].upper() if match else ""
    if name in ("MONTH", "MON", "MM"):
        for number, month in enumerate(MONTHS, 1):
            for form in (month, month[:3]):
                if word.startswith(form):
                    parts["MM"] = number
                    return at + len(form)
        raise _mismatch(text, model, "there is no English month, such as JAN")
    if name == "RM":
        if word not in ROMAN:
            raise _mismatch(text, model, "there is no Roman month")
        parts["MM"] = ROMAN.index(word) + 1
        return at + len(word)
    if name in ("DAY", "DY"):
        for number, day in enumerate(DAYS):
            for form in (day, day[:3]):
                if word.startswith(form):
                    parts["DY"] = number
                    return at + len(form)
        raise _mismatch(text, model, "there is no English day, such as MON")
    letters = word.replace(".", "")
    if letters not in ({"AM", "PM"} if "M" in name else {"AD", "BC"}):
        raise _mismatch(text, model, f"there is no {name}")
    if letters == "BC":
        raise invalid(f"'{text}' lies before the year 1, which no formula needs.")
    if letters != "AD":
        parts["PM"] = int(letters == "PM")
    return at + len(word)


def _assemble(text: str, model: str, parts: _Parts, today: datetime | None) -> datetime:
    try:
        date = _day(model, parts, today) + _time(parts)
        if not 1 <= parts.get("D", 1) <= 7:
            raise ValueError
    except (ValueError, OverflowError):
        raise _mismatch(text, model, "there is no such day or time") from None
    day = (parts["D"] - 2) % 7 if "D" in parts else parts.get("DY", date.weekday())
    if day != date.weekday():
        raise _mismatch(text, model, f"that day is a {DAYS[date.weekday()]}")
    return date


def _day(model: str, parts: _Parts, today: datetime | None) -> datetime:
    if "J" in parts:
        return datetime.fromordinal(parts["J"] - JULIAN)
    year = _year(parts)
    if year is None or not parts.keys() & {"MM", "DDD"}:
        if today is None:
            raise invalid(
                f"'{model}' has no {'year' if year is None else 'month'}, so that of "
                "the run's date is taken, which is not given."
            )
        year = today.year if year is None else year
        parts.setdefault("MM", today.month)
    if "DDD" in parts:
        day = datetime(year, 1, 1) + timedelta(days=parts["DDD"] - 1)
        if day.year != year or parts["DDD"] < 1:
            raise ValueError
        return day
    return datetime(year, parts["MM"], parts.get("DD", 1))


def _year(parts: _Parts) -> int | None:
    """The year; of two digits, RR means 1950 to 2049 and YY the current century."""
    for name, base in (("YYY", 2000), ("YY", 2000), ("Y", 2020)):
        if name in parts:
            return parts[name] + (0 if parts.get("YEAR DIGITS", 0) == 4 else base)
    for name in ("YYYY", "SYYYY"):
        if name in parts:
            return parts[name]
    for name in ("RRRR", "RR"):
        if name in parts:
            year = parts[name]
            if parts["YEAR DIGITS"] > 2:
                return year
            return year + (2000 if year < 50 else 1900)
    return None


def _time(parts: _Parts) -> timedelta:
    if "SSSSS" in parts:
        seconds = parts["SSSSS"]
        if seconds >= 86_400:
            raise ValueError
        return timedelta(seconds=seconds)
    hour = parts.get("HH24", 0)
    for name in ("HH12", "HH"):
        if name in parts:
            if not 1 <= parts[name] <= 12:
                raise ValueError
            hour = parts[name] % 12 + 12 * parts.get("PM", 0)
    minute, second = parts.get("MI", 0), parts.get("SS", 0)
    if hour > 23 or minute > 59 or second > 59:
        raise ValueError
    return timedelta(hours=hour, minutes=minute, seconds=second)


def _mismatch(text: str, model: str, reason: str) -> FormulaError:
    return invalid(f"'{text}' is not a date in the format '{model}': {reason}.")
