"""Functions of dates."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from fastformula.interpreter.activation import Activation
from fastformula.interpreter.errors import ErrorClass, FormulaError
from fastformula.interpreter.functions.calendar import (
    DAYS,
    add_days,
    add_months,
    days_between,
    hours_of,
    last_day,
    months_between,
    next_day,
    round_date,
    seconds_between,
    shorten_day,
    truncate_date,
    weekday,
)
from fastformula.interpreter.functions.date_formats import write_date
from fastformula.interpreter.functions.implementation import Implementation, invalid

_ZONES = {
    "AST": -4, "ADT": -3, "BST": -11, "BDT": -10, "CST": -6, "CDT": -5,
    "EST": -5, "EDT": -4, "GMT": 0, "HST": -10, "HDT": -9, "MST": -7,
    "MDT": -6, "NST": -3.5, "PST": -8, "PDT": -7, "YST": -9, "YDT": -8,
}  # fmt: skip
"""Hours ahead of Greenwich. Source: Oracle, SQL Language Reference, "NEW_TIME"."""


def _add_years(date: datetime, years: Decimal) -> datetime:
    return add_months(date, years * 12)


def _hours_between(one: datetime, other: datetime) -> Decimal:
    return seconds_between(one, other) / 3600


def _measure(start: datetime, stop: datetime) -> Decimal:
    return seconds_between(stop, start) / 3600


def _new_time(date: datetime, zone: str, other: str) -> datetime:
    hours = []
    for name in (zone, other):
        if name.upper() not in _ZONES:
            raise invalid(
                f"'{name}' is not a time zone of NEW_TIME. They are: "
                f"{', '.join(sorted(_ZONES))}."
            )
        hours.append(_ZONES[name.upper()])
    return date + timedelta(hours=hours[1] - hours[0])


def _day_of(date: datetime) -> str:
    return DAYS[date.weekday()][:3]


def _is_day(date: datetime, day: str) -> str:
    return "Y" if date.weekday() == weekday(day) else "N"


def _tax_year_start(date: datetime) -> datetime:
    """Tax years of the United Kingdom begin on 6 April."""
    begin = datetime(date.year, 4, 6)
    return begin if date >= begin else begin.replace(year=date.year - 1)


def _tax_year_end(date: datetime) -> datetime:
    return _tax_year_start(date).replace(day=5, year=_tax_year_start(date).year + 1)


def _effective_date(activation: Activation) -> datetime:
    date = activation.run.world.effective_date
    if date is None:
        raise FormulaError(
            ErrorClass.NOT_GIVEN,
            "The function gives the date of the run, and that is not given.",
        )
    return date


FUNCTIONS = (
    Implementation("ADD_DAYS", "DATE, NUMBER", "DATE", add_days),
    Implementation("ADD_MONTHS", "DATE, NUMBER", "DATE", add_months),
    Implementation("ADD_YEARS", "DATE, NUMBER", "DATE", _add_years),
    Implementation("DAYS_BETWEEN", "DATE, DATE", "NUMBER", days_between),
    Implementation("HOURS_BETWEEN", "DATE, DATE", "NUMBER", _hours_between),
    Implementation("GREATEST", "DATE, DATE...", "DATE", max),
    Implementation("LEAST", "DATE, DATE...", "DATE", min),
    Implementation("LAST_DAY", "DATE", "DATE", last_day),
    Implementation("MONTHS_BETWEEN", "DATE, DATE", "NUMBER", months_between),
    Implementation("NEW_TIME", "DATE, TEXT, TEXT", "DATE", _new_time),
    Implementation("NEXT_DAY", "DATE, TEXT", "DATE", next_day),
    Implementation("ROUND", "DATE, [TEXT]", "DATE", round_date),
    Implementation("TRUNC", "DATE, [TEXT]", "DATE", truncate_date),
    Implementation("GET_DATE_DAY_OF_WEEK", "DATE", "TEXT", _day_of),
    Implementation("GET_FORMATED_DATE", "DATE, TEXT", "TEXT", write_date),
    Implementation("GET_FORMATED_DAY_OF_WEEK", "TEXT", "TEXT", shorten_day),
    Implementation("GET_IS_DATE_SAME_AS_DOW", "DATE, TEXT", "TEXT", _is_day),
    Implementation("GET_MEASURE_FROM_TIME", "DATE, DATE", "NUMBER", _measure),
    Implementation("TIME_HHMM_TO_DEC", "NUMBER", "NUMBER", hours_of),
    Implementation("UK_TAX_YR_START", "DATE", "DATE", _tax_year_start),
    Implementation("UK_TAX_YR_END", "DATE", "DATE", _tax_year_end),
    Implementation("SESSION_DATE", "", "DATE", _effective_date, takes_activation=True),
    Implementation(
        "BEN_FN_EFFECTIVE_DATE", "", "DATE", _effective_date, takes_activation=True
    ),
)
