"""Date literals."""

from __future__ import annotations

import re
from datetime import datetime

_MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split()

_ISO = re.compile(
    r"(?P<year>\d{4})(?P<sign>[/-])(?P<month>\d{1,2})(?P=sign)(?P<day>\d{1,2})"
    r"(?:[ T](?P<hour>\d{1,2}):(?P<minute>\d{2}):(?P<second>\d{2})(?:\.\d{1,9})?Z?)?",
    re.ASCII,
)
_SHORT = re.compile(
    r"(?P<day>\d{1,2})-(?P<month>[A-Z]{3})-(?P<year>\d{4})", re.IGNORECASE | re.ASCII
)


def read_date(text: str) -> datetime | None:
    """The date that a literal's text says, in any of Oracle's layouts; None for none.

    Source: Oracle, Administering Fast Formulas, "Literals"; months are English.
    """
    text = text.strip()
    match = _ISO.fullmatch(text) or _SHORT.fullmatch(text)
    if match is None:
        return None
    parts = match.groupdict(default="0")
    month = parts["month"].upper()
    try:
        return datetime(
            int(parts["year"]),
            _MONTHS.index(month) + 1 if month.isalpha() else int(month),
            int(parts["day"]),
            int(parts.get("hour", 0)),
            int(parts.get("minute", 0)),
            int(parts.get("second", 0)),
        )
    except ValueError:
        return None
