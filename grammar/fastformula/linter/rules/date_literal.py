"""A date literal is no date, or is written in a layout that Oracle does not list.

A date is written `'2025/03/31' (DATE)`, `'2025/03/31 08:30:00' (DATE)` or
`'31-MAR-2025' (DATE)`; Fusion's guide lists `'2025-03-31 08:30:00'` and
`'2025-03-31T08:30:00.000Z'` too. Months are named in English. What is no date in any
layout does not compile, or fails when the formula runs.

Bad:
    INPUTS ARE start_date (DATE)
    IF start_date < '2024-13-45' (DATE) THEN
        days = 0
    ELSE
        days = 5
    RETURN days

Bad:
    INPUTS ARE start_date (DATE)
    IF start_date < '31/12/2024' (DATE) THEN
        days = 0
    ELSE
        days = 5
    RETURN days

Good:
    INPUTS ARE start_date (DATE)
    IF start_date < '2024/12/31' (DATE) THEN
        days = 0
    ELSE
        days = 5
    RETURN days

Uncertain: A published formula has `'2024-DEC-31' (DATE)`. No text of Oracle lists this
    layout, so it is a warning.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from fastformula.analysis import Analysis
from fastformula.analysis.words import shorten
from fastformula.diagnostic import Fix, Severity
from fastformula.linter.rule import Finding, Rule
from fastformula.syntax import walk
from fastformula.syntax.tree import Date
from fastformula.text import Edit

_MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split()
_TIME = r"(?:(?P<hour>\d\d?):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.\d+)?)?Z?)"
_LISTED = [
    re.compile(rf"(?P<year>\d{{4}})/(?P<month>\d\d?)/(?P<day>\d\d?)(?: +{_TIME})?"),
    re.compile(rf"(?P<year>\d{{4}})-(?P<month>\d\d?)-(?P<day>\d\d?)(?: +|T){_TIME}"),
    re.compile(r"(?P<day>\d\d?)-(?P<name>[A-Z]{3,9})-(?P<year>\d{4})"),
]
_OTHER = [
    re.compile(rf"(?P<year>\d{{4}})-(?P<month>\d\d?)-(?P<day>\d\d?)(?: +{_TIME})?"),
    re.compile(rf"(?P<year>\d{{4}})[-/](?P<name>[A-Z]{{3,9}})[-/](?P<day>\d\d?)"
               rf"(?: +{_TIME})?"),
    re.compile(rf"(?P<day>\d\d?)[-/. ](?P<name>[A-Z]{{3,9}})[-/. ](?P<year>\d{{4}})"
               rf"(?: +{_TIME})?"),
    re.compile(rf"(?P<day>\d\d?)[-/.](?P<month>\d\d?)[-/.](?P<year>\d{{4}})"
               rf"(?: +{_TIME})?"),
    re.compile(rf"(?P<month>\d\d?)[-/.](?P<day>\d\d?)[-/.](?P<year>\d{{4}})"
               rf"(?: +{_TIME})?"),
    re.compile(r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)"),
    re.compile(r"(?P<day>\d\d?)[-/. ](?P<name>[A-Z]{3,9})[-/. ](?P<short>\d\d)"),
]  # fmt: skip
"""What a reader takes for a date, and Oracle lists nowhere."""


def check(analysis: Analysis) -> Iterator[Finding]:
    """Every date literal that is in none of the listed layouts."""
    parsed = analysis.parsed
    if not any(token.kind == "TYPE_DATE" for token in parsed.tokens):
        return
    for node in walk(parsed.tree):
        if isinstance(node, Date):
            finding = _judge(node)
            if finding is not None:
                yield finding


def _judge(node: Date) -> Finding | None:
    value = node.value.strip().upper()
    if any(_read(layout, value) for layout in _LISTED):
        return None
    if not any(layout.fullmatch(value) for layout in _LISTED):
        days = list(filter(None, (_read(layout, value) for layout in _OTHER)))
        if days:
            return _unlisted(node, days)
    return Finding(
        node.span,
        f"`'{shorten(node.value)}'` is no date. Write year, month and day such as "
        "'2025/03/31' (DATE).",
    )


def _unlisted(node: Date, days: list[str]) -> Finding:
    # With the day before or after the month, only the author knows which is meant.
    is_plain = len(set(days)) == 1
    day = days[0]
    fixes = (Fix(f"Write '{day}'", (Edit(node.span, f"'{day}' (DATE)"),)),)
    return Finding(
        node.span,
        f"Oracle lists no dates written as `'{shorten(node.value)}'`. Write year, "
        f"month and day such as '{day}' (DATE).",
        fixes if is_plain else (),
        severity=Severity.WARNING,
    )


def _read(layout: re.Pattern[str], value: str) -> str:
    """The day and time in Oracle's usual layout; nothing where it is none."""
    match = layout.fullmatch(value)
    if match is None:
        return ""
    parts = match.groupdict()
    year = int(parts.get("year") or f"20{parts.get('short')}")
    name = parts.get("name")
    if name and name[:3] not in _MONTHS:
        return ""
    month = _MONTHS.index(name[:3]) + 1 if name else int(parts["month"])
    try:
        day = date(year, month, int(parts["day"]))
    except ValueError:
        return ""
    written = f"{day.year:04}/{day.month:02}/{day.day:02}"
    hour, minute = parts.get("hour"), parts.get("minute")
    if hour is None or minute is None:
        return written
    second = parts.get("second") or "00"
    if int(hour) > 23 or int(minute) > 59 or int(second) > 59:
        return ""
    return f"{written} {int(hour):02}:{minute}:{second}"


RULE = Rule("date-literal", "compiler", Severity.ERROR, check)
