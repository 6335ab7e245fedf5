"""Which contexts a database item is read by."""

from __future__ import annotations

from collections.abc import Iterable

from fastformula.language.database_item import DatabaseItem

_FAMILIES: tuple[tuple[tuple[str, ...], frozenset[str]], ...] = (
    (("PER_PER_", "PER_PERSON_"), frozenset({"PERSON_ID"})),
    (
        ("PER_ASG_", "ASG_"),
        frozenset({"HR_ASSIGNMENT_ID", "PAYROLL_ASSIGNMENT_ID", "ASSIGNMENT_ID"}),
    ),
    (("ANC_ABS_ENTRS_",), frozenset({"ABSENCE_ENTRY_ID"})),
    (("ANC_ABS_TYP_",), frozenset({"ABSENCE_TYPE_ID"})),
    (("BEN_EPE_",), frozenset({"ELIG_PER_ELCTBL_CHC_ID"})),
    (("BEN_ABR_",), frozenset({"ACTY_BASE_RT_ID"})),
    (("BEN_PGM_",), frozenset({"PGM_ID"})),
    (("BEN_PLN_",), frozenset({"PL_ID"})),
)
"""By how a name begins: the contexts that published formulas change to read such items
of another person, assignment, absence or benefits object."""


def follows(item: DatabaseItem, contexts: Iterable[str]) -> bool:
    """Whether the item surely has another value once one of these contexts changes."""
    known = frozenset(item.contexts)
    if not known:
        name = item.name.upper()
        for beginnings, family in _FAMILIES:
            if name.startswith(beginnings):
                known = family
                break
    return not known.isdisjoint(contexts)
