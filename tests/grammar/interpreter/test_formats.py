"""Format models, against what Python itself makes of dates and numbers."""

import re
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

import pytest
from fastformula.interpreter.errors import FormulaError
from fastformula.interpreter.functions.calendar import (
    add_days,
    add_months,
    days_between,
    last_day,
    months_between,
    next_day,
    round_date,
    truncate_date,
)
from fastformula.interpreter.functions.date_formats import write_date
from fastformula.interpreter.functions.date_reading import read_date
from fastformula.interpreter.functions.number_formats import (
    format_number,
    read_number,
    write_number,
)
from fastformula.interpreter.functions.number_words import (
    spell,
    spell_ordinal,
    spell_year,
)
from hypothesis import given
from hypothesis import strategies as st

DATES = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)).map(
    lambda date: date.replace(microsecond=0)
)
RECENT = st.datetimes(datetime(1951, 1, 1), datetime(2049, 12, 31)).map(
    lambda date: date.replace(microsecond=0)
)
NUMBERS = st.decimals(Decimal("-99999999"), Decimal("99999999"), places=4)

BY_PYTHON = {
    "MM": "%m",
    "DD": "%d",
    "DDD": "%j",
    "HH24": "%H",
    "HH12": "%I",
    "HH": "%I",
    "MI": "%M",
    "SS": "%S",
    "YY": "%y",
    "RR": "%y",
    "IW": "%V",
    "Mon": "%b",
    "Dy": "%a",
    "FMMonth": "%B",
    "FMDay": "%A",
    "AM": "%p",
}
"""Elements that strftime has too."""


@given(RECENT, st.lists(st.sampled_from(sorted(BY_PYTHON)), min_size=1, max_size=6))
def test_elements_are_written_as_strftime_writes_them(
    date: datetime, names: list[str]
) -> None:
    # FM turns filling off and on again, so each element gets the state it needs.
    model = expected = ""
    for name in names:
        is_bare = name.startswith("FM")
        model += f"{name}-FM" if is_bare else f"{name}-"
        expected += date.strftime(BY_PYTHON[name]) + "-"
    assert write_date(date, model) == expected


@given(DATES)
def test_other_elements_agree_with_the_calendar(date: datetime) -> None:
    iso = date.isocalendar()
    written = write_date(date, "YYYY IYYY D Q W WW J SSSSS CC").split()
    assert [int(each) for each in written] == [
        date.year,
        iso.year,
        iso.weekday % 7 + 1,
        (date.month - 1) // 3 + 1,
        (date.day - 1) // 7 + 1,
        (date - datetime(date.year, 1, 1)).days // 7 + 1,
        (date - datetime(2000, 1, 1)).days + 2451545,
        (date - date.replace(hour=0, minute=0, second=0)).seconds,
        -(-date.year // 100),
    ]


WHOLE = (
    "YYYY/MM/DD HH24:MI:SS",
    "DD-MON-YYYY HH12:MI:SS AM",
    'fmDay, dd "of" Month YYYY hh24:mi:ss',
    "YYYYMMDDHH24MISS",
    "YYYY-DDD SSSSS",
    "J SSSSS",
    "Month DD, YYYY HH:MI:SS P.M.",
    "DD RM YYYY HH24-MI-SS",
)


@given(DATES, st.sampled_from(WHOLE))
def test_what_is_written_in_full_is_read_back(date: datetime, model: str) -> None:
    assert read_date(write_date(date, model), model, None) == date


@given(RECENT, st.sampled_from(["DD/MM/RR", "RRMMDD", "MON DD RRRR"]))
def test_two_digits_of_a_year_mean_a_near_one(date: datetime, model: str) -> None:
    day = date.replace(hour=0, minute=0, second=0)
    assert read_date(write_date(day, model), model, None) == day


@given(st.text(max_size=20), st.text(max_size=12) | st.sampled_from(WHOLE))
def test_no_text_and_no_model_raises_anything_else(text: str, model: str) -> None:
    for attempt in (
        lambda: read_date(text, model, datetime(2026, 1, 1)),
        lambda: write_date(datetime(2026, 1, 31), model),
        lambda: format_number(Decimal("-12.5"), model),
        lambda: read_number(text),
    ):
        try:
            attempt()
        except FormulaError as error:
            assert error.message


@pytest.mark.parametrize(
    "model, expected",
    {
        "MONTH": "MARCH    ",
        "fmMonth": "March",
        "month": "march    ",
        "DAY": "WEDNESDAY",
        "DY": "WED",
        "DDTH": "04TH",
        "fmDdth": "4th",
        "RM": "III ",
        'DD "de" Mon': "04 de Mar",
        "fmDD/fmMM": "4/03",
        "Y,YYY": "2,026",
        "SYYYY": " 2026",
        "p.m.": "p.m.",
        "B.C.": "A.D.",
        "dd.mm.yyyy": "04.03.2026",
        "HH:MI": "03:07",
        "YEAR": "TWENTY TWENTY-SIX",
        "Year": "Twenty Twenty-Six",
        "SYEAR": " TWENTY TWENTY-SIX",
        "SCC": " 21",
        "DDSP": "FOUR",
        "DdSpTh": "Fourth",
        "ddthsp": "fourth",
        "YYYYSP": "TWO THOUSAND TWENTY-SIX",
        "DL": "Wednesday, March 4, 2026",
        "DS TS": "3/4/2026 3:07:00 PM",
    }.items(),
)
def test_a_date_in_a_model(model: str, expected: str) -> None:
    assert write_date(datetime(2026, 3, 4, 15, 7), model) == expected


WORDS = {
    0: "ZERO",
    19: "NINETEEN",
    40: "FORTY",
    101: "ONE HUNDRED ONE",
    999_999: "NINE HUNDRED NINETY-NINE THOUSAND NINE HUNDRED NINETY-NINE",
    2_461_104: "TWO MILLION FOUR HUNDRED SIXTY-ONE THOUSAND ONE HUNDRED FOUR",
}
ORDINALS = {1: "FIRST", 12: "TWELFTH", 20: "TWENTIETH", 31: "THIRTY-FIRST"}
YEARS = {
    1998: "NINETEEN NINETY-EIGHT",
    1900: "NINETEEN HUNDRED",
    2000: "TWO THOUSAND",
    2008: "TWO THOUSAND EIGHT",
    2010: "TWENTY TEN",
    45: "FORTY-FIVE",
}


def test_numbers_are_spelled() -> None:
    assert {number: spell(number) for number in WORDS} == WORDS
    assert {number: spell_ordinal(number) for number in ORDINALS} == ORDINALS
    assert {year: spell_year(year) for year in YEARS} == YEARS


REFUSED = {
    "HH24:MI:SS.FF3": "FF is for timestamps",
    "HH24:MI:SSXFF": "XFF is for timestamps",
    "DD-MON-YYYY TZR": "TZ is for timestamps with a time zone",
    "EE": "E is for eras",
    "YYYY-MM-DDTHH24": "knows no element 'THH24'",
}


@pytest.mark.parametrize("model, said", REFUSED.items())
def test_elements_that_no_date_has_are_refused(model: str, said: str) -> None:
    for attempt in (
        lambda: write_date(datetime(2026, 1, 1), model),
        lambda: read_date("1", model, datetime(2026, 1, 1)),
    ):
        with pytest.raises(FormulaError, match=re.escape(said)):
            attempt()


ONLY_WRITTEN = {
    "YYYYWW": "WW can only be written",
    "Q YYYY": "Q can only be written",
    "DDTH MON YYYY": "DDTH can only be written",
    "YEAR": "YEAR can only be written",
    "DD/MM/YYYY HH24:MM": "the month twice, MM and MM. Minutes are MI.",
    "DD-MON-YYYY YY": "the year twice, YYYY and YY",
    "MM MON YYYY": "the month twice, MM and MON",
    "HH24:MI AM": "hours are HH12 and not HH24",
}


@pytest.mark.parametrize("model, said", ONLY_WRITTEN.items())
def test_formats_that_oracle_only_writes_are_not_read_by(model: str, said: str) -> None:
    assert write_date(datetime(2026, 1, 1), model)
    with pytest.raises(FormulaError, match=re.escape(said)):
        read_date("1", model, datetime(2026, 1, 1))


@pytest.mark.parametrize(
    "text, model, expected",
    [
        ("31/01/2026", "DD/MM/YY", datetime(2026, 1, 31)),
        ("31/01/1999", "DD/MM/RR", datetime(1999, 1, 31)),
        ("260131", "YYMMDD", datetime(2026, 1, 31)),
        ("31JAN2026", "DD-MM-YYYY", datetime(2026, 1, 31)),
        ("20260131", "YYYY-MM-DD", datetime(2026, 1, 31)),
        ("7 2026-01-31", "D YYYY-MM-DD", datetime(2026, 1, 31)),
        ("1/31/2026 3:07:00 PM", "DS TS", datetime(2026, 1, 31, 15, 7)),
    ],
)
def test_a_date_is_read_by_a_model(text: str, model: str, expected: datetime) -> None:
    assert read_date(text, model, None) == expected


@pytest.mark.parametrize("day", ["1", "9"])
def test_a_day_of_the_week_has_to_be_that_of_the_date(day: str) -> None:
    with pytest.raises(FormulaError):
        read_date(f"{day} 2026-01-31", "D YYYY-MM-DD", None)


# Numbers


@given(NUMBERS, st.integers(0, 4))
def test_thousands_are_set_off_as_python_sets_them_off(
    number: Decimal, places: int
) -> None:
    model = "FM999G999G990" + ("D" + "0" * places if places else "")
    rounded = number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    expected = f"{abs(rounded):,.{places}f}"
    assert format_number(number, model) == ("-" if number < 0 else "") + expected


@given(NUMBERS)
def test_without_FM_all_texts_are_of_one_width(number: Decimal) -> None:  # noqa: N802
    for model in ("999G999G990D00", "S099999999", "$99999999.99", "99999999MI"):
        width = len(format_number(Decimal(0), model))
        assert len(format_number(number, model)) == width


@given(st.decimals(allow_nan=False, allow_infinity=False, places=10))
def test_a_number_as_text_is_read_back(number: Decimal) -> None:
    number = number.quantize(Decimal("1e-10")) if abs(number) < 10**20 else Decimal(1)
    assert read_number(write_number(number)) == number


@pytest.mark.parametrize(
    "number, model, expected",
    [
        ("1234.5", "9999.99", " 1234.50"),
        ("-1234.5", "9999.99", "-1234.50"),
        ("1234.5", "FM9999.99", "1234.5"),
        ("1234", "FM9999.99", "1234."),
        ("0.5", "99.99", "   .50"),
        ("0.5", "90.99", "  0.50"),
        ("0", "9999", "    0"),
        ("0", "B9999", "     "),
        ("5", "0009", " 0005"),
        ("12", "FM000", "012"),
        ("1234", "999", "####"),
        ("1234.5", "9G999D9", " 1,234.5"),
        ("123", "9G999", "   123"),
        ("-5", "S99", " -5"),
        ("5", "99S", " 5+"),
        ("-5", "99MI", " 5-"),
        ("-5", "99PR", " <5>"),
        ("5", "99PR", "  5 "),
        ("-5", "$99.00", " -$5.00"),
        ("5", "FML99", "$5"),
        ("1.25", "9V99", " 125"),
        ("12345", "9.99EEEE", " 1.23E+04"),
        ("2.345", "9.99", " 2.35"),
        ("-2.345", "9.99", "-2.35"),
    ],
)
def test_a_number_in_a_model(number: str, model: str, expected: str) -> None:
    assert format_number(Decimal(number), model) == expected


# Reckoning with dates

WEEKDAYS = "MON TUE WED THU FRI SAT SUN".split()


@given(DATES, st.integers(-30_000, 30_000))
def test_months_are_added_as_the_calendar_has_them(date: datetime, months: int) -> None:
    count = date.year * 12 + date.month - 1 + months
    if not 12 <= count < 120_000:
        with pytest.raises(OverflowError):
            add_months(date, Decimal(months))
        return
    moved = add_months(date, Decimal(months))
    assert (moved.year * 12 + moved.month - 1, moved.time()) == (count, date.time())
    if date == last_day(date):
        assert moved == last_day(moved)
    else:
        assert moved.day == min(date.day, last_day(moved).day)
    if moved.day == date.day:
        assert months_between(moved, date) == months


@given(DATES, DATES)
def test_days_between_come_back_when_they_are_added(
    one: datetime, other: datetime
) -> None:
    assert add_days(other, days_between(one, other)) == one


@given(RECENT, RECENT)
def test_months_between_grow_with_the_first_date(
    one: datetime, other: datetime
) -> None:
    months = months_between(one, other)
    assert abs(months - days_between(one, other) / Decimal("30.436875")) < 2
    assert months_between(other, one) == -months


@given(DATES, st.integers(-30_000, 30_000), st.sampled_from(WEEKDAYS))
def test_dates_are_reckoned_with_as_dateutil_does(
    date: datetime, months: int, name: str
) -> None:
    relative = pytest.importorskip("dateutil.relativedelta")
    delta, weekday = relative.relativedelta, getattr(relative, name[:2])
    assert last_day(date) == date + delta(day=31)
    is_last = date == last_day(date)
    if 12 <= date.year * 12 + date.month - 1 + months < 120_000:
        # From the last day of a month Oracle goes to the last day.
        end = delta(months=months, day=31) if is_last else delta(months=months)
        assert add_months(date, Decimal(months)) == date + end
        assert months_between(add_months(date, Decimal(months)), date) == months or (
            date.day > 28
        )
    if date < datetime(9999, 12, 20):
        assert next_day(date, name) == date + delta(days=1, weekday=weekday(1))


UNITS = "CC YYYY IYYY Q MM WW IW W DD DAY HH24 MI".split()


@given(RECENT, st.sampled_from(UNITS))
def test_the_beginning_of_a_unit_is_its_own(date: datetime, unit: str) -> None:
    begin = truncate_date(date, unit)
    assert begin <= date
    assert truncate_date(begin, unit) == begin == round_date(begin, unit)
    assert round_date(date, unit) >= begin


@given(DATES, st.sampled_from(WEEKDAYS))
def test_the_next_day_is_within_a_week(date: datetime, name: str) -> None:
    if date > datetime(9999, 12, 20):
        return
    following = next_day(date, name)
    assert 1 <= (following - date).days <= 7
    assert following.strftime("%a").upper() == name
