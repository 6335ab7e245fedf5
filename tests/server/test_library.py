"""Formulas are found by the name of their file and by that in their header."""

from __future__ import annotations

from pathlib import PurePath

import pytest
from fastformula.analysis.environment import FormulaSignature
from fastformula_server.library import FormulaLibrary, formula_name, header_name


def signature(name: str, path: str, *inputs: str, **more: object) -> FormulaSignature:
    return FormulaSignature(
        name, path, dict.fromkeys(inputs), frozenset(), {}, frozenset(), **more
    )  # type: ignore[arg-type]


def test_a_formula_has_two_names() -> None:
    rate = signature("RATE_OF_TAX", "in/tax rate.ff")
    library = FormulaLibrary([rate])
    assert library.find("RATE_OF_TAX") is rate
    assert library.find("TAX_RATE") is rate
    assert library.find("RATE") is None


def test_of_two_that_differ_neither_is_found() -> None:
    old, new = signature("RATE", "old/rate.ff"), signature("RATE", "new/rate.ff", "A")
    copy = signature("RATE", "copy/rate.ff")
    assert FormulaLibrary([old, new, old]).find("RATE") is None
    assert FormulaLibrary([old, copy]).find("RATE") is old


def test_names_are_those_that_find_something() -> None:
    old, new = signature("RATE", "old/rate.ff"), signature("RATE", "new/rate.ff", "A")
    other = signature("B", "a.ff")
    assert FormulaLibrary([old, new, other]).names() == ("A", "B")


def test_one_formula_is_alone() -> None:
    one, other = signature("A", "a.ff"), signature("B", "b.ff")
    assert FormulaLibrary([]).is_alone()
    assert FormulaLibrary([one]).is_alone()
    assert not FormulaLibrary([one, other]).is_alone()


def test_a_wsa_item_is_deleted_by_name_or_with_all() -> None:
    item = signature("A", "a.ff", deleted=frozenset({"RATE"}))
    everything = signature("B", "b.ff", deletes_all=True)
    assert FormulaLibrary([item]).deletes("RATE")
    assert not FormulaLibrary([item]).deletes("HOURS")
    assert FormulaLibrary([item, everything]).deletes("HOURS")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("/* Formula Name: Tax rate */\nRETURN", "TAX_RATE"),
        ("/*****\n FORMULA NAME : tax_rate\n*****/", "TAX_RATE"),
        ("# formula_name: X", "X"),
        ("a = 'Formula Name: X'", ""),
        ("RETURN", ""),
    ],
)
def test_the_header_may_say_the_name(text: str, name: str) -> None:
    assert header_name(text) == name


def test_a_file_is_called_like_its_formula() -> None:
    assert formula_name(PurePath("in/tax_rate.v2.ff")) == "TAX_RATE.V2"
