"""The formula type: what the author says comes before what the formula looks like."""

from __future__ import annotations

import pytest
from fastformula import parse
from fastformula.analysis import Environment, analyze
from fastformula.analysis.formula_type import read_headers
from fastformula.analysis.model import TypeClaim
from fastformula.diagnostic import Severity
from fastformula.linter import lint

LOOKS = "INPUTS ARE IV_START_DATE (DATE) valid = 'Y' error_message = ' '\n"
RETURNS = "RETURN valid, error_message"
ENTRY = "Global Absence Entry Validation"


def claim(text: str, setting: str = "") -> TypeClaim | None:
    return analyze(parse(text), Environment(formula_type=setting)).formula_type


def told(text: str, setting: str = "") -> tuple[str, str] | None:
    found = claim(text, setting)
    return found and (found.type.name, found.origin)


def test_a_setting_comes_before_a_comment_and_that_before_the_looks() -> None:
    text = f"/* Formula Type: Flow Schedule */ {LOOKS}{RETURNS}"
    assert told(text, "Element Skip") == ("Element Skip", "setting")
    assert told(text) == ("Flow Schedule", "comment")
    assert told(LOOKS + RETURNS) == (ENTRY, "inferred")


def test_what_nobody_knows_does_not_count() -> None:
    text = f"/* Formula Type: Custom */ {LOOKS}{RETURNS}"
    assert told(text) == (ENTRY, "inferred")
    assert told(text, "No such type") == (ENTRY, "inferred")
    text = f"/* Formula Type: Custom */ /* Formula Type: Flow Schedule */\n{RETURNS}"
    assert told(text) == ("Flow Schedule", "comment")


@pytest.mark.parametrize(
    "comment",
    [
        "/* Formula Type: Flow Schedule */",
        "/* FORMULA_TYPE = flow schedule formula */",
        "/*****\n * Formula Name : X\n * Formula Type : Flow Schedule\n *****/",
        "# formula type: Flow_Schedule\n",
        "/* Formula Type - Flow Schedule\n Author: me */",
        "/*\n  Type:  Flow Schedule\n*/",
        "x = 1 /* Formula Type: Flow Schedule */",
    ],
)
def test_a_comment_names_the_type_in_many_ways(comment: str) -> None:
    found = claim(f"{comment} RETURN")
    assert found is not None
    assert (found.type.name, found.origin) == ("Flow Schedule", "comment")
    assert found.span is not None
    assert "chedule" in found.span.text_in(comment)


@pytest.mark.parametrize(
    "text",
    [
        "x = 'Formula Type: Flow Schedule' RETURN x",
        "/* type: text */ RETURN",
        "/* a date type: Flow Schedule */ RETURN",
        "formula_type = 1 RETURN formula_type",
        # Inputs alone say little, and one name says nothing.
        "INPUTS ARE IV_START_DATE (DATE), IV_END_DATE (DATE) RETURN",
        "valid = 'Y' RETURN valid",
        # Many types have these.
        "INPUTS ARE entry_value formula_status = 'S' RETURN formula_status",
        "",
    ],
)
def test_nothing_is_made_up(text: str) -> None:
    assert claim(text) is None


def test_a_header_may_name_what_nobody_knows() -> None:
    text = "/* Formula Type: Custom */ /* Type: odd */ RETURN"
    ((written, span),) = read_headers(parse(text))
    assert written == span.text_in(text) == "Custom"


def codes(text: str, setting: str = "") -> list[tuple[str, Severity]]:
    environment = Environment(formula_type=setting)
    return [
        (each.code, each.severity)
        for each in lint(analyze(parse(text), environment))
        if each.code in ("inferred-type", "unknown-formula-type")
    ]


def test_an_inferred_type_is_said_once_as_a_hint() -> None:
    assert codes(LOOKS + RETURNS) == [("inferred-type", Severity.HINT)]
    assert codes(LOOKS + RETURNS, ENTRY) == []
    assert codes(f"/* Formula Type: {ENTRY} */ {LOOKS}{RETURNS}") == []


def test_a_type_that_nobody_knows_is_said_where_it_stands() -> None:
    text = "/* Formula Type: Custom */ RETURN"
    assert codes(text) == [("unknown-formula-type", Severity.HINT)]
    assert codes(text, ENTRY) == []
    assert codes("/* Type: odd */ RETURN") == []


def test_published_formulas_look_like_what_they_say(corpus: dict[str, str]) -> None:
    judged = 0
    for path, text in corpus.items():
        stated = claim(text)
        if stated is None or stated.origin != "comment" or stated.span is None:
            continue
        start, end = stated.span
        inferred = claim(text[:start] + "?" * (end - start) + text[end:])
        if inferred is not None and inferred.origin == "inferred":
            judged += 1
            assert inferred.type is stated.type, path
    assert judged > 10
