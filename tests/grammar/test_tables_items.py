"""Database items: all names are there, typed, and mended when misspelt."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest
from fastformula.language.context import load_contexts
from fastformula.language.database_item import (
    find_item,
    is_generated,
    load_items,
    looks_like_item,
)
from fastformula.language.item_types import infer_type
from fastformula.language.search import abbreviation, search_items, search_sorted
from fastformula.language.seeded import SEEDED
from fastformula.language.similar import similar_items
from fastformula.language.types import ARRAYS, SCALARS, Evidence, Product

SHARED = Path(__file__).parents[3] / "shared/language"
ITEMS = [item for item in map(find_item, load_items()) if item]


def test_items_are_well_formed() -> None:
    assert len(ITEMS) == len(load_items()) > 24_000
    for item in ITEMS:
        assert re.fullmatch(r"[A-Z][A-Z0-9_]*", item.name)
        assert item.type in SCALARS | ARRAYS
        assert item.evidence in get_args(Evidence)
        assert item.product in get_args(Product)
        assert item.description.endswith(".")
        assert set(item.contexts) <= set(load_contexts())


def test_names_are_sorted_word_by_word_and_stand_once() -> None:
    table = Path(sys.modules[find_item.__module__].__file__ or "").parent
    lines = (table / "database_items.txt").read_text(encoding="utf-8").splitlines()
    names = [line.split()[0] for line in lines if not line.startswith("#")]
    assert names == sorted(set(names), key=lambda name: name.replace("_", " "))


ALIASES = {
    "ELIGIBLE_COMPENSATION_NOCB",
    "GROSS_EARNINGS",
    "GROSS_EARNINGS_NOCB",
    "NET_EARNINGS",
    "NET_EARNINGS_NOCB",
}
"""Taken for items in the shared table, but one formula's own aliases of balances."""


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared tables are not here")
def test_every_shared_item_is_there_with_its_type() -> None:
    names = (SHARED / "dbi_names.txt").read_text(encoding="utf-8").split()
    assert len(names) > 23_000
    assert set(names) <= set(load_items())
    text = (SHARED / "dbis.json").read_text(encoding="utf-8")
    for row in json.loads(text)["database_items"]:
        item = find_item(row["name"])
        if row["name"] in ALIASES:
            assert item is None
            continue
        assert item, row["name"]
        assert item.product in (row["product"], "both") or row["status"] == "inferred"
        if row["status"] == "documented":
            assert (item.type, item.evidence) == (row["data_type"], "documented")
        elif row["status"] == "recalled":
            assert item.type == row["data_type"]


def test_the_type_is_told_from_the_name() -> None:
    known = [item for item in ITEMS if item.evidence == "documented"]
    right = sum(infer_type(item.name) == item.type for item in known)
    assert len(known) > 300
    assert right > 0.95 * len(known)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("PER_ASG_JOB_NAME", "TEXT"),
        ("PER_ASG_PERSON_ID", "NUMBER"),
        ("PER_ASG_PERSON_NUMBER", "TEXT"),
        ("PER_ASG_ATTRIBUTE_NUMBER3", "NUMBER"),
        ("PER_ASG_ATTRIBUTE_DATE_3", "DATE"),
        ("PER_PER_DATE_OF_BIRTH", "DATE"),
        ("PER_EXT_ASG_START_DATE", "DATE_NUMBER"),
        ("PER_HIST_ASG_ASSIGNMENT_ID", "NUMBER_NUMBER"),
        ("BEN_PEN_OPT_NAME_TN", "TEXT_NUMBER"),
        ("GROSS_PAY_REL_NOCB_YTD", "NUMBER"),
        ("COUNTER_2", "TEXT"),
    ],
)
def test_names_have_types(name: str, kind: str) -> None:
    assert infer_type(name) == kind


def test_an_item_says_how_sure_it_is() -> None:
    known, guessed = find_item("ASG_HR_ASG_ID"), find_item("PER_EXT_ASG_ASSIGNMENT_ID")
    assert known and (known.evidence, known.type) == ("documented", "NUMBER")
    assert known.description == "HR assignment of the payroll assignment."
    assert guessed and guessed.evidence == "inferred" and guessed.is_array
    assert guessed.description == "Person extract: asg assignment id."
    assert guessed.contexts == ()
    job = find_item("PER_ASG_JOB_NAME")
    assert job and job.contexts == ("HR_ASSIGNMENT_ID", "EFFECTIVE_DATE")
    old = find_item("ASG_SUPERVISOR")
    assert old and (old.evidence, old.product) == ("recalled", "ebs")
    assert find_item("PER_ASG_NO_SUCH_THING") is None
    assert find_item("asg_hr_asg_id") is None, "keys are upper case"


@pytest.mark.parametrize(
    "name",
    [
        "PER_ASG_NEW_FIELD",
        "GROSS_EARNINGS_ASG_YTD",
        "BONUS_AMOUNT_ENTRY_VALUE",
        "BONUS_AMOUNT_ASG_ENTRY_VALUE",
        "BONUS_SECONDARY_CLASSIFICATION",
        "NET_PAY_REL_NOCB_RUN",
    ],
)
def test_shapes_of_items_are_known(name: str) -> None:
    assert looks_like_item(name)


@pytest.mark.parametrize(
    "name", ["L_PER_ASG_ID", "RATE", "PER_ASG", "PAY_VALUE", "FIRST_RUN", "L_TABLE_RUN"]
)
def test_other_names_are_no_items(name: str) -> None:
    assert not looks_like_item(name)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("PER_ASG_JOB_NMAE", "PER_ASG_JOB_NAME"),
        ("PER_ASG_GARDE_NMAE", "PER_ASG_GRADE_NAME"),
        ("PER_ASG_JOBNAME", "PER_ASG_JOB_NAME"),
        ("PER_ASG_BUSI_NESS_UNIT_NAME", "PER_ASG_BUSINESS_UNIT_NAME"),
        ("PER_ASG_BUSINES_UNITT_NAME", "PER_ASG_BUSINESS_UNIT_NAME"),
        ("PER_ASG_TERMINTAON_DATE", "PER_ASG_TERMINATION_DATE"),
        ("PER_ASG_NAME_JOB", "PER_ASG_JOB_NAME"),
        ("ASG_JOB_NAME", "PER_ASG_JOB_NAME"),
        ("PER_XX_ASG_JOB_NAME", "PER_ASG_JOB_NAME"),
        ("PER_ASG_ATTRIBUT3", "PER_ASG_ATTRIBUTE3"),
    ],
)
def test_misspellings_are_recognised(written: str, meant: str) -> None:
    assert similar_items(written)[0] == meant


@pytest.mark.parametrize(
    "name",
    [
        "L_VALUE",
        "AMOUNT",
        "PER_ASG_ATTRIBUTE31",
        "PER_ASG_SOMETHING_ELSE",
        "PER_ASG_MANAGER_PERSON_ID",
        "XX_OWN_BALANCE_ASG_RUN",
        "",
        "_",
    ],
)
def test_nothing_is_proposed_where_nothing_is_near(name: str) -> None:
    assert similar_items(name) == ()


def test_items_of_other_pods_are_never_proposed() -> None:
    made = next(item.name for item in ITEMS if is_generated(item.name))
    assert find_item(made)
    assert made not in similar_items(made + "X")


def test_every_item_is_found_again_after_a_swap() -> None:
    names = [name for name in load_items() if len(name) > 20 and not is_generated(name)]
    for name in names[::500]:
        at = max(
            at
            for at in range(len(name) - 1)
            if name[at : at + 2].isalpha() and name[at] != name[at + 1]
        )
        swapped = name[:at] + name[at + 1] + name[at] + name[at + 2 :]
        assert swapped in load_items() or name in similar_items(swapped, limit=9)


def test_items_are_found_by_start_then_by_word_then_by_abbreviation() -> None:
    names = ("A_GRADE_B", "GRADE", "GRADES", "GR_AD_E_X", "GRAPE")
    assert search_sorted(names, "GRADE", 9) == (
        "GRADE",
        "GRADES",
        "A_GRADE_B",
        "GR_AD_E_X",
    )
    assert search_sorted(names, "GRADE", 2) == ("GRADE", "GRADES")
    first = search_sorted(names, "GRADE", 2, last=frozenset({"GRADE"}))
    assert first == ("GRADES", "GRADE")


@pytest.mark.parametrize(
    "short", ["PAGN", "PERGRNAME", "PER_GRA_NA", "PERASGGRADENAME"]
)
def test_an_abbreviation_takes_letters_from_the_start_of_words(short: str) -> None:
    assert abbreviation(short).match("PER_ASG_GRADE_NAME")
    assert not abbreviation(short).match("PER_ASG_NAME_GRADE")


def test_an_abbreviation_is_no_pattern_of_its_own() -> None:
    assert search_items("P.R", 9) == search_items("P*", 9) == ()


def test_the_seeded_catalogue_asks_the_tables() -> None:
    item, context = SEEDED.find_item("ASG_HR_ASG_ID"), SEEDED.find_context("PERSON_ID")
    assert item is find_item("ASG_HR_ASG_ID")
    assert context and context.type == "NUMBER"
    assert SEEDED.similar_items("PER_ASG_JOB_NMAE") == ("PER_ASG_JOB_NAME",)
    assert SEEDED.has("element", "Bonus") is None
    assert not SEEDED.is_complete


def test_nothing_is_read_before_it_is_asked_for() -> None:
    script = """
import fastformula.language.seeded
from fastformula.language import context, database_item, formula_type, similar
assert database_item.load_items.cache_info().currsize == 0
assert context.load_contexts.cache_info().currsize == 0
assert formula_type.load_formula_types.cache_info().currsize == 0
"""
    subprocess.run([sys.executable, "-c", script], check=True)
