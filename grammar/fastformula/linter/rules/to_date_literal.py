"""A date that is known is written as a call of TO_DATE.

Write the date itself: `'2026/04/06 00:00:00' (DATE)`. It is checked when the formula is
compiled, and not read anew in each run. A text that does not fit its format fails only
at run time.

Bad:
    INPUTS ARE hire_date (DATE)
    IF hire_date < TO_DATE('06-04-2026', 'DD-MM-YYYY') THEN
        plan = 'OLD'
    ELSE
        plan = 'NEW'
    RETURN plan

Bad:
    INPUTS ARE hire_date (DATE)
    IF hire_date < TO_DATE('2026/13/01', 'YYYY/MM/DD') THEN
        plan = 'OLD'
    ELSE
        plan = 'NEW'
    RETURN plan

Good:
    INPUTS ARE hire_date (DATE), text_date (TEXT)
    IF hire_date < '2026/04/06 00:00:00' (DATE) THEN
        plan = 'OLD'
    ELSE
        plan = 'NEW'
    other_date = TO_DATE(text_date, 'YYYY/MM/DD')
    RETURN plan, other_date
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from fastformula.analysis import Analysis
from fastformula.analysis.words import replace
from fastformula.diagnostic import Severity
from fastformula.linter.rule import Finding, Rule

_PARTS = {
    "YYYY": r"(?P<year>\d{4})",
    "MM": r"(?P<month>\d{1,2})",
    "MON": r"(?P<name>[A-Za-z]{3})",
    "DD": r"(?P<day>\d{1,2})",
    "HH24": r"(?P<hour>\d{1,2})",
    "MI": r"(?P<minute>\d{1,2})",
    "SS": r"(?P<second>\d{1,2})",
}
_PIECES = re.compile("|".join(_PARTS) + r"|[-/.: ]", re.IGNORECASE)
_MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC"
_UNSAID = ("YYYY/MM/DD", "YYYY/MM/DD HH24:MI:SS", "DD-MON-YYYY")
"""What TO_DATE reads where no format is given."""


def check(analysis: Analysis) -> Iterator[Finding]:
    """Calls of TO_DATE in which all is literal."""
    for site in analysis.calls:
        if site.key != "TO_DATE":
            continue
        text, layout = site.text_argument(0), site.text_argument(1)
        if text is None or (layout is None and len(site.call.arguments) > 1):
            continue
        patterns = [_pattern(each) for each in ([layout] if layout else _UNSAID)]
        dates = [
            date
            for pattern in patterns
            if pattern and (match := pattern.fullmatch(text.strip()))
            if (date := _date(match))
        ]
        if dates:
            written = f"'{dates[0]}' (DATE)"
            yield Finding(
                site.call.span,
                f"This date is known already. Write {written}, which is checked "
                "when the formula is compiled.",
                (replace(site.call, written),),
            )
        elif layout and patterns[0]:
            yield Finding(
                site.call.span,
                f"`{text}` is no date of the format {layout}, so TO_DATE fails when "
                "the formula runs.",
                severity=Severity.WARNING,
            )


def _pattern(layout: str) -> re.Pattern[str] | None:
    """What a text of that format looks like; None for formats not judged here."""
    pieces = [each.group().upper() for each in _PIECES.finditer(layout)]
    parts = [each for each in pieces if each in _PARTS]
    if "".join(pieces) != layout.upper() or len(set(parts)) != len(parts):
        return None
    if not {"YYYY", "DD"} <= set(parts) or len({"MM", "MON"} & set(parts)) != 1:
        return None
    return re.compile("".join(_PARTS.get(each, re.escape(each)) for each in pieces))


def _date(match: re.Match[str]) -> str:
    """The date as `YYYY/MM/DD HH24:MI:SS`; empty where there is no such day or time."""
    parts = match.groupdict(default="0")
    month = parts.get("month") or str(_MONTHS.find(parts["name"].upper()) // 4 + 1)
    numbers = [parts["year"], month, parts["day"]]
    numbers += [parts.get(each, "0") for each in ("hour", "minute", "second")]
    year, month_number, day, hour, minute, second = map(int, numbers)
    try:
        date = datetime(year, month_number, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return ""
    return date.isoformat(" ")[: len("YYYY/MM/DD HH:MI:SS")].replace("-", "/")


RULE = Rule("to-date-literal", "performance", Severity.HINT, check, safe=True)
