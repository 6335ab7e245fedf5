"""What the name of a database item tells: its family and what the item holds."""

from __future__ import annotations

from typing import Final

_FAMILIES: Final = {
    "ABS EXT": "Absence extract",
    "ABS PLN": "Absence plan",
    "ACP": "Accrual plan",
    "ANC": "Absence",
    "ASG": "Assignment",
    "BEN ABR": "Rate",
    "BEN EPE": "Electable choice",
    "BEN EXT": "Benefits extract",
    "BEN LER": "Life event",
    "BEN OPT": "Option",
    "BEN PEN": "Enrollment",
    "BEN PEP": "Participation",
    "BEN PGM": "Program",
    "BEN PIL": "Life event of a person",
    "BEN PLN": "Plan",
    "BEN": "Benefits",
    "CMP": "Compensation",
    "ELEMENT ENTRY": "Element entry",
    "HRA": "Performance",
    "HRC": "Data loader",
    "HRG": "Goals",
    "HRT": "Talent profile",
    "HRX": "Legislation",
    "HWM EXT": "Time extract",
    "HWM": "Time and labor",
    "IRC": "Recruiting",
    "PAY": "Payroll",
    "PAYROLL": "Payroll",
    "PER ACTION": "Action",
    "PER ASG": "Assignment",
    "PER EXT": "Person extract",
    "PER GRD": "Grade",
    "PER HIST": "History",
    "PER JOB": "Job",
    "PER LEMP": "Legal employer",
    "PER LOC": "Location",
    "PER ORG": "Organization",
    "PER PER": "Person",
    "PER PERSON": "Person",
    "PER POS": "Position",
    "PER PSU": "Payroll statutory unit",
    "PER REL": "Work relationship",
    "PER TRM": "Employment terms",
    "PER TRU": "Tax reporting unit",
    "PER": "Person",
    "RUN RESULT": "Run result",
}
"""What items are about, by their first one or two words."""

_CONTEXTS: Final = {
    "ANC ABS ENTRS": ("ABSENCE_ENTRY_ID",),
    "ANC ABS PLN": ("ACCRUAL_PLAN_ID",),
    "ANC ABS TYP": ("ABSENCE_TYPE_ID",),
    "ASG HR": ("PAYROLL_ASSIGNMENT_ID",),
    "CMP ASSIGNMENT": ("HR_ASSIGNMENT_ID", "EFFECTIVE_DATE"),
    "CMP TERM": ("HR_TERM_ID", "EFFECTIVE_DATE"),
    "PAY DIR COMP": ("DIR_CARD_COMP_ID",),
    "PAY EARN PERIOD": ("PAYROLL_ASSIGNMENT_ID",),
    "PER ASG": ("HR_ASSIGNMENT_ID", "EFFECTIVE_DATE"),
    "PER PER": ("PERSON_ID", "EFFECTIVE_DATE"),
    "PER PERSON": ("PERSON_ID", "EFFECTIVE_DATE"),
    "PER REL": ("HR_RELATIONSHIP_ID", "EFFECTIVE_DATE"),
    "PER TRM": ("HR_TERM_ID", "EFFECTIVE_DATE"),
    "TERM HR": ("PAYROLL_TERM_ID",),
}
"""The contexts that items of a family need, as formulas set them that read such."""

DIMENSIONS: Final = frozenset(
    "AAP CTD ITD LTD MONTH MTD PTD QTD QTR RUN TMTD TPTD TQTD TYTD YTD".split()
)
"""How long a balance adds up: the last word of an item that is made for a balance."""


def describe(name: str) -> str:
    """A sentence that says the upper-case `name` in words."""
    words = name.split("_")
    for count in (2, 1):
        family = _FAMILIES.get(" ".join(words[:count]))
        if family and len(words) > count:
            return f"{family}: {' '.join(words[count:]).lower()}."
    return f"{' '.join(words).capitalize()}."


def needed_contexts(name: str) -> tuple[str, ...]:
    """The contexts that an item of this upper-case name needs, as a rule.

    None where its family does not say. Told from the name, so for people to read and
    not to judge by.
    """
    words = name.split("_")
    for count in (3, 2):
        contexts = _CONTEXTS.get(" ".join(words[:count]))
        if contexts:
            return contexts
    return ()
