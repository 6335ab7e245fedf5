"""Contexts and formula types are whole: what they name exists, and nothing is lost."""

import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest
from fastformula.language import (
    Context,
    FormulaType,
    find_context,
    find_formula_type,
    load_chapters,
    load_contexts,
    load_formula_types,
    load_sources,
)
from fastformula.language.formula_type import Detail
from fastformula.language.function import Log
from fastformula.language.types import ARRAYS, SCALARS, Evidence, Product

SHARED = Path(__file__).parents[3] / "shared/language"
CONTEXTS = list(load_contexts().values())
TYPES = list(load_formula_types().values())
NAME = re.compile(r"[A-Z][A-Z0-9_]*")

needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the shared tables are not here"
)


def by_name(row: Context | FormulaType) -> str:
    return row.name


def shared(file: str, key: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(
        (SHARED / file).read_text(encoding="utf-8")
    )[key]
    return rows


@pytest.mark.parametrize("context", CONTEXTS, ids=by_name)
def test_context_is_well_formed(context: Context) -> None:
    assert NAME.fullmatch(context.name)
    assert context.type in SCALARS
    assert context.evidence in get_args(Evidence)
    assert context.product in get_args(Product)
    assert context.description.endswith(".")
    assert context.sources and set(context.sources) <= set(load_sources())


@pytest.mark.parametrize("formula_type", TYPES, ids=by_name)
def test_formula_type_is_well_formed(formula_type: FormulaType) -> None:
    assert formula_type.detail in get_args(Detail)
    assert formula_type.product in get_args(Product)
    assert formula_type.sources and set(formula_type.sources) <= set(load_sources())
    assert set(formula_type.contexts) <= set(load_contexts())
    assert (formula_type.contexts_evidence is not None) == bool(formula_type.contexts)
    for variables in (formula_type.inputs, formula_type.returns):
        names = [each.name for each in variables]
        assert len(set(names)) == len(names)
        for each in variables:
            assert NAME.fullmatch(each.name)
            assert set(each.types) <= SCALARS | ARRAYS
            assert each.numbered_to == 0 or each.name.endswith("1")


def test_every_context_that_a_function_needs_is_known() -> None:
    needed = {
        name
        for functions in load_chapters().values()
        for function in functions
        for name in function.contexts
    }
    assert needed
    assert needed <= set(load_contexts())


@needs_shared
def test_every_shared_context_is_there_with_its_type() -> None:
    rows = shared("contexts.json", "contexts")
    assert len(CONTEXTS) >= len({row["name"] for row in rows}) > 100
    for row in rows:
        context = find_context(row["name"])
        assert context and context.type == row["type"]


@needs_shared
def test_every_shared_formula_type_is_there_with_its_variables() -> None:
    rows = shared("formula_types.json", "formula_types")
    assert len(rows) > 200
    for row in rows:
        found = find_formula_type(row["name"].splitlines()[0])
        assert found, row["name"]
        assert set(row["contexts"]) <= set(found.contexts)
        for each in row["inputs"]:
            assert each["name"].startswith("(") or found.find_input(each["name"])
        for each in row["returns"]:
            assert each["name"].startswith("(") or found.find_return(each["name"])


def test_contexts_are_found_in_any_case() -> None:
    assert find_context("person_id") is find_context("PERSON_ID") is not None
    assert find_context("PERSON_IDS") is None


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Global Absence Accrual", "Global Absence Accrual"),
        ("GLOBAL_ABSENCE_ACCRUAL", "Global Absence Accrual"),
        ("Extract Rule formula type", "Extract Rule"),
        ("Time Entry Rule (TER)", "Time Entry Rules"),
        ("oracle payroll / calculation utility", "Oracle Payroll"),
        ("Payroll", "Oracle Payroll"),
        ("Person Changes Causes Life Event", "Person Change Causes Life Event"),
        ("Contribution Nondiscriminatory", "Contribution Non-discriminatory"),
        ("Accrual Sub-Formula", "Accrual Subformula"),
        ("Batch Loader", "HCM Data Loader"),
    ],
)
def test_formula_types_are_found_as_people_write_them(written: str, name: str) -> None:
    found = find_formula_type(written)
    assert found and found.name == name


@pytest.mark.parametrize("written", ["", "type", "Custom", "Global Absence"])
def test_other_words_are_no_formula_type(written: str) -> None:
    assert find_formula_type(written) is None


def test_no_two_formula_types_answer_to_one_name() -> None:
    for each in TYPES:
        assert all(find_formula_type(name) is each for name in (each.name, *each.also))


def test_numbered_variables_stand_for_their_row() -> None:
    band = find_formula_type("Global Absence Band Entitlement")
    assert band
    first = band.find_input("IV_ATTRIBUTE_1")
    assert first and first is band.find_input("IV_ATTRIBUTE_5")
    assert first.types == ("TEXT",)
    for other in ("IV_ATTRIBUTE_0", "IV_ATTRIBUTE_6", "IV_ATTRIBUTE_", "IV_ATTRIBUTE"):
        assert band.find_input(other) is None
    array = band.find_input("IV_ATTRIBUTE_ARR")
    assert array and array.types == ("TEXT_NUMBER",)


def test_it_is_known_where_logs_are_written_and_who_runs_online() -> None:
    logs = {
        function.name: function.log
        for functions in load_chapters().values()
        for function in functions
        if function.log
    }
    assert set(logs.values()) == set(get_args(Log))
    assert logs["ESS_LOG_WRITE"] == "process"
    online = {each.name for each in TYPES if each.is_online}
    assert "Global Absence Entry Validation" in online
    assert "Oracle Payroll" not in online
