"""What generated formulas are about: names, words and values, read from tables.

`database_items.toml` holds facts about Oracle's data model, `vocabulary.toml` our own
words. Both are read once.
"""

import tomllib
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

from fastformula_training.data.synthesis.style import weighted

ARRAY_TYPES = {
    "NUMBER": "NUMBER_NUMBER",
    "TEXT": "TEXT_NUMBER",
    "DATE": "DATE_NUMBER",
}

CONTEXTS = {
    "PERSON_ID": "NUMBER",
    "HR_ASSIGNMENT_ID": "NUMBER",
    "HR_TERM_ID": "NUMBER",
    "HR_RELATIONSHIP_ID": "NUMBER",
    "EFFECTIVE_DATE": "DATE",
    "DATE_EARNED": "DATE",
    "ACCRUAL_PLAN_ID": "NUMBER",
    "ABSENCE_TYPE_ID": "NUMBER",
    "ABSENCE_ENTRY_ID": "NUMBER",
    "LEGISLATIVE_DATA_GROUP_ID": "NUMBER",
    "ENTERPRISE_ID": "NUMBER",
    "LEGAL_EMPLOYER_ID": "NUMBER",
    "PAYROLL_ID": "NUMBER",
    "PAYROLL_RELATIONSHIP_ID": "NUMBER",
    "PAYROLL_ASSIGNMENT_ID": "NUMBER",
    "PAYROLL_TERM_ID": "NUMBER",
    "PAYROLL_REL_ACTION_ID": "NUMBER",
    "ELEMENT_ENTRY_ID": "NUMBER",
    "CALC_BREAKDOWN_ID": "NUMBER",
    "TAX_UNIT_ID": "NUMBER",
    "JOB_ID": "NUMBER",
    "GRADE_ID": "NUMBER",
    "ORGANIZATION_ID": "NUMBER",
    "START_DATE": "DATE",
    "END_DATE": "DATE",
    "PL_ID": "NUMBER",
    "OPT_ID": "NUMBER",
    "LER_ID": "NUMBER",
    "BUSINESS_GROUP_ID": "NUMBER",
}

DATES = (
    "0001/01/01 00:00:00",
    "4712/12/31 00:00:00",
    "4712/12/31 00:00:00",
    "1951/01/01 00:00:00",
    "1900/01/01 00:00:00",
    "0001/01/01 00:00:00",
    "4712/12/31",
    "1901/01/01 00:00:00",
    "2000/01/01 00:00:00",
    "01-JAN-1900",
)


@cache
def _table(name: str) -> dict[str, Any]:
    text = (files(__package__) / name).read_text("utf-8")
    return tomllib.loads(text)


def words(subject: str, type_: str, rng: Random) -> str:
    """A thing of the subject, in words: `accrual rate`."""
    table = _table("vocabulary.toml")
    pool = subject if rng.random() < 0.75 else "general"
    return str(rng.choice(table[pool][type_]))


def pick(section: str, key: str, rng: Random) -> str:
    """One entry of a list of the vocabulary."""
    return str(rng.choice(_table("vocabulary.toml")[section][key]))


def value_kinds() -> list[str]:
    """The kinds of text values: `category`, `grade`, ..."""
    return list(_table("vocabulary.toml")["values"])


def database_item(subject: str, type_: str, rng: Random) -> str:
    """A database item of the type, of the subject or of the person."""
    family = {"general": "person"}.get(subject, subject)
    if family != "person" and rng.random() < 0.35:
        family = "person"
    items = _table("database_items.toml")
    tier = "common" if rng.random() < 0.4 else "other"
    for source in (items[tier].get(family, {}), items["other"]["person"]):
        if type_ in source:
            return str(rng.choice(source[type_]))
    raise KeyError(type_)


def element_item(rng: Random) -> str:
    """A database item that Oracle makes for a customer's element or balance."""
    element = pick("names", "element", rng).replace(" ", "_")
    if rng.random() < 0.6:
        element = f"{pick('names', 'company', rng)}_{element}"
    if rng.random() < 0.5:
        return f"{element}_{pick('names', 'dimension', rng)}"
    value = pick("names", "input_value", rng).replace(" ", "_")
    level = weighted(rng, {"ASG": 60, "REL": 40})
    return f"{element}_{value}_{level}_ENTRY_VALUE"


def customer_code(subject: str, rng: Random) -> str:
    """The name of a customer's table, value set or formula: `ACME_ACCRUAL_RATE`."""
    type_ = rng.choice(("NUMBER", "TEXT", "DATE"))
    parts = [pick("names", "company", rng)]
    if rng.random() < 0.3:
        parts.append(rng.choice(("HR", "PAY", "ABS", "OTL", "COMP", "INT", "GET")))
    parts.append(words(subject, type_, rng).replace(" ", "_").upper())
    if rng.random() < 0.5:
        parts.append(rng.choice(("TBL", "RATES", "UDT", "VS", "LIST", "V2", "BANDS")))
    return "_".join(parts)
