"""Reckoning with months, weeks and years, as Oracle does it."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import datetime, timedelta
from decimal import Decimal

from fastformula.interpreter.functions.implementation import invalid

DAYS = "MONDAY TUESDAY WEDNESDAY THURSDAY FRIDAY SATURDAY SUNDAY".split()
MONTHS = (
    "JANUARY FEBRUARY MARCH APRIL MAY JUNE JULY AUGUST SEPTEMBER OCTOBER NOVEMBER "
    "DECEMBER"
).split()
DAY = timedelta(days=1)
_SECONDS = Decimal(86_400)


def add_days(date: datetime, days: Decimal) -> datetime:
    """Fractions are times of day, to the second; OverflowError beyond year 9999."""
    return date + timedelta(seconds=int((days * _SECONDS).to_integral_value()))


def add_months(date: datetime, months: Decimal) -> datetime:
    """From the last day of a month to the last day; OverflowError beyond year 9999."""
    year, month = divmod(date.year * 12 + date.month - 1 + int(months), 12)
    if not 1 <= year <= 9999:
        raise OverflowError
    last = monthrange(year, month + 1)[1]
    is_last = date.day == monthrange(date.year, date.month)[1]
    day = last if is_last else min(date.day, last)
    return date.replace(year=year, month=month + 1, day=day)


def days_between(one: datetime, other: datetime) -> Decimal:
    """Days from `other` to `one`, with the times of day as fractions."""
    return seconds_between(one, other) / _SECONDS


def seconds_between(one: datetime, other: datetime) -> Decimal:
    """Whole seconds from `other` to `one`."""
    return Decimal((one - other) // timedelta(seconds=1))


def months_between(one: datetime, other: datetime) -> Decimal:
    """Whole from a day to the same day or from a last day to a last; else by 31sts."""
    months = Decimal((one.year - other.year) * 12 + one.month - other.month)
    ends = (one.day == monthrange(one.year, one.month)[1]) and (
        other.day == monthrange(other.year, other.month)[1]
    )
    if one.day == other.day or ends:
        return months
    time = seconds_between(datetime.combine(other, one.time()), other) / _SECONDS
    return months + (one.day - other.day + time) / 31


def last_day(date: datetime) -> datetime:
    """The last day of the month, at the same time of day."""
    return date.replace(day=monthrange(date.year, date.month)[1])


def weekday(name: str) -> int:
    """The number of a weekday, Monday being 0; its first three letters are enough."""
    word = name.strip().upper()
    for at, day in enumerate(DAYS):
        if len(word) >= 3 and (day.startswith(word) or word.startswith(day[:3])):
            return at
    raise invalid(f"'{name}' is not a day of the week, such as MONDAY or MON.")


def next_day(date: datetime, name: str) -> datetime:
    """The first such day after `date`, at the same time of day."""
    return date + DAY * ((weekday(name) - date.weekday() - 1) % 7 + 1)


# Cutting and rounding

_UNITS = {
    "century": "CC SCC",
    "year": "SYYYY YYYY YEAR SYEAR YYY YY Y",
    "iso year": "IYYY IYY IY I",
    "quarter": "Q",
    "month": "MONTH MON MM RM",
    "week of year": "WW",
    "iso week": "IW",
    "week of month": "W",
    "day": "DDD DD J",
    "week": "DAY DY D",
    "hour": "HH HH12 HH24",
    "minute": "MI",
}
"""Source: Oracle, SQL Language Reference, "ROUND and TRUNC Date Functions"."""
_BY_FORMAT = {name: unit for unit, names in _UNITS.items() for name in names.split()}


def truncate_date(date: datetime, model: str = "DD") -> datetime:
    """The beginning of the unit that `date` is in."""
    return _begin(date, _unit(model))


def round_date(date: datetime, model: str = "DD") -> datetime:
    """The nearest beginning of a unit; a year turns in July, a month on the 16th."""
    unit = _unit(model)
    begin = _begin(date, unit)
    if date < _middle(begin, date, unit):
        return begin
    return _begin(begin + _LENGTHS[unit], unit)


_LENGTHS = {
    "century": timedelta(days=36_600),
    "year": timedelta(days=370),
    "iso year": timedelta(days=371),
    "quarter": timedelta(days=95),
    "month": timedelta(days=32),
    "week of year": timedelta(days=7),
    "iso week": timedelta(days=7),
    "week of month": timedelta(days=7),
    "day": DAY,
    "week": timedelta(days=7),
    "hour": timedelta(hours=1),
    "minute": timedelta(minutes=1),
}
"""From the beginning of a unit surely into the next one."""


def _unit(model: str) -> str:
    unit = _BY_FORMAT.get(re.sub(r"\s", "", model).upper())
    if unit is None:
        raise invalid(
            f"'{model}' is not a unit that dates are cut or rounded to. Units are "
            "YYYY, Q, MM, WW, IW, W, DD, DAY, HH and MI."
        )
    return unit


def _begin(date: datetime, unit: str) -> datetime:
    midnight = date.replace(hour=0, minute=0, second=0)
    match unit:
        case "minute":
            return date.replace(second=0)
        case "hour":
            return date.replace(minute=0, second=0)
        case "day":
            return midnight
        case "week":
            # It begins on Sunday, as in the United States.
            return _back(midnight, (date.weekday() + 1) % 7)
        case "iso week":
            return _back(midnight, date.weekday())
        case "week of month":
            return _back(midnight, (date.day - 1) % 7)
        case "week of year":
            return _back(midnight, (date.timetuple().tm_yday - 1) % 7)
        case "month":
            return midnight.replace(day=1)
        case "quarter":
            return midnight.replace(month=(date.month - 1) // 3 * 3 + 1, day=1)
        case "iso year":
            return datetime.fromisocalendar(date.isocalendar().year, 1, 1)
        case "year":
            return midnight.replace(month=1, day=1)
    return midnight.replace(year=(date.year - 1) // 100 * 100 + 1, month=1, day=1)


def _back(date: datetime, days: int) -> datetime:
    """So many days before; the first day of all has none before it."""
    return date - min(DAY * days, date - datetime.min)


def _middle(begin: datetime, date: datetime, unit: str) -> datetime:
    """From when on `date` is nearer to the next beginning."""
    match unit:
        case "century":
            return begin.replace(year=min(9999, begin.year + 50))
        case "year":
            return begin.replace(month=7)
        case "iso year":
            return datetime(begin.year + (begin.month == 12), 7, 1)
        case "quarter":
            return begin.replace(month=begin.month + 1, day=16)
        case "month":
            return begin.replace(day=16)
    return begin + _LENGTHS[unit] / 2


def hours_of(time: Decimal) -> Decimal:
    """Hours of a time written hh.mm."""
    whole = time.to_integral_value(rounding="ROUND_DOWN")
    return whole + (time - whole) * 100 / 60


def shorten_day(name: str) -> str:
    """The first three letters of a weekday, in upper case."""
    return DAYS[weekday(name)][:3]
