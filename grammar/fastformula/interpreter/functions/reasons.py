"""Why functions do not run by themselves; they take answers that one gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fastformula.language import find_functions

CHAPTERS: Final[Mapping[str, str]] = {
    "Tables, value sets and lookups": "reads tables of the application",
    "Messages": "reads messages of the application",
    "Payroll": "reads payroll data",
    "Rates and calculation values": "asks the rate engine and calculation cards",
    "Net-to-gross iteration": "asks the payroll run how far its iteration is",
    "Payroll archive": "writes to the payroll archive",
    "Extracts": "asks the extract that runs",
    "Absence management": "reads absences and accruals",
    "Accrual plans of E-Business Suite": "reads accrual plans, or runs their formulas",
    "Benefits": "reads benefits data",
    "Time and labor": "reads rules, assignments and people",
    "United Arab Emirates": "asks the localisation",
    "United States": "asks the localisation and its tax engine",
    "Canada": "asks the localisation",
    "United Kingdom": "asks the localisation",
}
"""By the chapter of the tables of functions."""

NAMES: Final[Mapping[str, str]] = {
    "US_STATE_ABBREVIATION": "reads the states of the application",
    "GET_END_DATE": "counts in units that nobody documents",
    "GET_EVENT_DATE": "depends on events that nobody documents",
    "IS_DATE_NULL": "gives letters that nobody documents",
    "IS_NUMBER_NULL": "gives letters that nobody documents",
    "IS_TEXT_NULL": "gives letters that nobody documents",
    "CALL_FORMULA": "is a function in E-Business Suite only, and gives what the "
    "called formula leaves",
}
"""Of chapters whose other functions run."""


def reason(name: str) -> str:
    """Why the function `name` needs an answer, as in `it reads payroll data`."""
    if name in NAMES:
        return NAMES[name]
    known = find_functions(name)
    if not known:
        return "is not known here"
    return CHAPTERS.get(known[0].chapter, "asks the application")
