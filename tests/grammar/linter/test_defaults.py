"""What a DEFAULT says and what is asked about it, and things that a pod has."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from fastformula import parse
from fastformula.analysis import Environment, analyze
from fastformula.diagnostic import Diagnostic, Severity
from fastformula.language.catalogue import ThingKind
from fastformula.language.context import Context
from fastformula.language.database_item import DatabaseItem
from fastformula.language.seeded import SEEDED
from fastformula.linter import lint
from fastformula.text import apply_edits


@dataclass(frozen=True)
class Pod:
    """Oracle's own items, some of a pod, and its tables and formulas."""

    is_complete = False

    def find_item(self, key: str) -> DatabaseItem | None:
        own = {"XX_RATE": "NUMBER", "XX_DATES": "DATE_NUMBER"}
        if key in own:
            return DatabaseItem(key, own[key], "catalogue")  # type: ignore[arg-type]
        return SEEDED.find_item(key)

    def find_context(self, key: str) -> Context | None:
        return SEEDED.find_context(key)

    def find_items(self, pattern: str, limit: int) -> tuple[str, ...]:
        return SEEDED.find_items(pattern, limit)

    def similar_items(self, key: str) -> tuple[str, ...]:
        return SEEDED.similar_items(key)

    def has(self, kind: ThingKind, name: str) -> bool | None:
        names = {"user table": ["RATES"], "formula": ["HOURLY_RATE"]}
        return name.upper() in names[kind] if kind in names else None


def found(rule: str, text: str) -> list[Diagnostic]:
    environment = Environment(catalogue=Pod())
    return [x for x in lint(analyze(parse(text), environment)) if x.code == rule]


@pytest.mark.parametrize(
    ("rule", "text", "expected"),
    [
        ("default-type", "DEFAULT FOR a IS 'x' INPUTS ARE a RETURN a", []),
        ("default-type", "DEFAULT FOR a IS 0 INPUTS ARE a (NUMBER) RETURN a", []),
        ("default-type", "DEFAULT FOR a IS 0 INPUTS ARE a (TEXT) RETURN a", ["0"]),
        ("default-type", "DEFAULT FOR a IS -1 INPUTS ARE a (TEXT) RETURN a", ["-1"]),
        ("default-type", "DEFAULT FOR a (TEXT) IS 0 INPUTS ARE a RETURN a", ["0"]),
        ("default-type", "DEFAULT FOR a (TEXT) IS 'x' INPUTS ARE a RETURN a", []),
        (
            "default-type",
            "DEFAULT FOR a IS EMPTY_TEXT_TEXT INPUTS ARE a (TEXT_NUMBER) RETURN a",
            ["EMPTY_TEXT_TEXT"],
        ),
        ("default-type", "DEFAULT FOR XX_RATE IS 0 x = XX_RATE RETURN x", []),
        ("default-type", "DEFAULT FOR XX_RATE IS 'a' x = XX_RATE RETURN x", ["'a'"]),
        ("default-type", "DEFAULT FOR XX_DATES IS EMPTY_DATE_NUMBER RETURN", []),
        (
            "default-type",
            "DEFAULT FOR XX_DATES IS '2024/01/01' (DATE) RETURN",
            ["'2024/01/01' (DATE)"],
        ),
        (
            "default-type",
            "DEFAULT_DATA_VALUE FOR XX_DATES IS '2024/01/01' (DATE) RETURN",
            [],
        ),
        ("default-type", "DEFAULT_DATA_VALUE FOR XX_DATES IS 'x' RETURN", ["'x'"]),
        # Nobody knows the item, or only its name says a type.
        ("default-type", "DEFAULT FOR PER_ASG_XX_DATE IS 'x' RETURN", []),
        ("comparison-with-empty", "IF a = '' THEN b = 1 RETURN b", ["a = ''"]),
        ("comparison-with-empty", "IF '' <> a THEN b = 1 RETURN b", ["'' <> a"]),
        ("comparison-with-empty", "IF a = ('') THEN b = 1 RETURN b", ["a = ('')"]),
        ("comparison-with-empty", "IF a = ' ' THEN b = 1 RETURN b", []),
        ("comparison-with-empty", "IF a = '''' THEN b = 1 RETURN b", []),
        ("comparison-with-empty", "a = '' RETURN a", []),
        ("comparison-with-empty", "IF ISNULL('') = 'N' THEN b = 1 RETURN b", []),
        ("was-defaulted-local", "a = 1 IF a WAS DEFAULTED THEN RETURN", ["a"]),
        ("was-defaulted-local", "a = 1 IF NOT a WAS NOT DEFAULTED THEN RETURN", ["a"]),
        ("was-defaulted-local", "INPUTS ARE a IF a WAS DEFAULTED THEN RETURN", []),
        ("was-defaulted-local", "IF XX_RATE WAS DEFAULTED THEN RETURN", []),
        (
            "was-defaulted-local",
            "DEFAULT FOR a IS 0 a = 1 IF a WAS DEFAULTED THEN RETURN",
            [],
        ),
        (
            "was-defaulted-without-default",
            "INPUTS ARE a IF a WAS DEFAULTED THEN RETURN",
            ["a"],
        ),
        (
            "was-defaulted-without-default",
            "IF XX_RATE WAS DEFAULTED THEN RETURN IF XX_RATE WAS DEFAULTED THEN RETURN",
            ["XX_RATE"],
        ),
        (
            "was-defaulted-without-default",
            "DEFAULT FOR a IS 0 INPUTS ARE a IF a WAS DEFAULTED THEN RETURN",
            [],
        ),
        (
            "was-defaulted-without-default",
            "ALIAS XX_RATE AS r DEFAULT FOR r IS 0"
            " IF XX_RATE WAS DEFAULTED THEN RETURN",
            [],
        ),
        (
            "was-defaulted-without-default",
            "DEFAULT_DATA_VALUE FOR XX_DATES IS '2024/01/01' (DATE)"
            " IF XX_DATES WAS DEFAULTED THEN RETURN",
            [],
        ),
        (
            "unknown-lookup",
            "x = GET_TABLE_VALUE('RATE', 'A', 'B') RETURN x",
            ["'RATE'"],
        ),
        ("unknown-lookup", "x = GET_TABLE_VALUE('Rates', 'A', 'B') RETURN x", []),
        ("unknown-lookup", "t = 'RATE' x = GET_TABLE_VALUE(t, 'A', 'B') RETURN x", []),
        # The catalogue has no value sets at all.
        ("unknown-lookup", "x = GET_VALUE_SET('RATE') RETURN x", []),
        ("unknown-called-formula", "EXECUTE('HOURLY_RAET') RETURN", ["'HOURLY_RAET'"]),
        ("unknown-called-formula", "EXECUTE('hourly_rate') RETURN", []),
        ("unknown-called-formula", "n = 'HOURLY_RAET' EXECUTE(n) RETURN", []),
        (
            "unknown-called-formula",
            "IF IS_EXECUTABLE('HOURLY_RAET') THEN x = 1 RETURN x",
            [],
        ),
        (
            "output-without-default",
            "CALL_FORMULA('F', x < 'X', y < 'Y' DEFAULT 0) RETURN x, y",
            ["'X'"],
        ),
        ("output-without-default", "CALL_FORMULA('F', 1 > 'X') RETURN", []),
        ("output-without-default", "x = GET_OUTPUT('X', 0) RETURN x", []),
        ("output-without-default", "CALL_FORMULA('F') RETURN", []),
    ],
)
def test_a_rule_marks_this(rule: str, text: str, expected: list[str]) -> None:
    assert [each.span.text_in(text) for each in found(rule, text)] == expected


def mended(rule: str, text: str) -> str:
    (diagnostic,) = found(rule, text)
    return apply_edits(text, diagnostic.fixes[0].edits)


@pytest.mark.parametrize(
    ("written", "kind", "meant"),
    [
        ("0", "TEXT", "'0'"),
        ("'12.5'", "NUMBER", "12.5"),
        ("'2024/01/01 00:00:00'", "DATE", "'2024/01/01 00:00:00' (DATE)"),
        ("'4-feb-1989'", "DATE", "'4-feb-1989' (DATE)"),
    ],
)
def test_a_default_is_written_as_the_type_wants(
    written: str, kind: str, meant: str
) -> None:
    text = f"DEFAULT FOR a IS {written} INPUTS ARE a ({kind}) RETURN a"
    assert mended("default-type", text) == text.replace(f"IS {written}", f"IS {meant}")


def test_what_only_oracles_pages_say_of_an_item_is_a_warning() -> None:
    text = "DEFAULT FOR PER_ASG_GRADE_NAME IS 0 x = PER_ASG_GRADE_NAME RETURN x"
    (diagnostic,) = found("default-type", text)
    assert diagnostic.severity is Severity.WARNING
    text = "DEFAULT FOR XX_RATE IS 'a' x = XX_RATE RETURN x"
    (diagnostic,) = found("default-type", text)
    assert diagnostic.severity is Severity.ERROR


def test_a_comparison_of_what_has_a_default_becomes_a_test_for_that() -> None:
    text = "DEFAULT FOR PER_ASG_GRADE_NAME IS ' ' IF PER_ASG_GRADE_NAME {} THEN RETURN"
    compared, asked = text.format("= ''"), text.format("WAS DEFAULTED")
    assert mended("comparison-with-empty", compared) == asked
    compared, asked = text.format("<> ''"), text.format("WAS NOT DEFAULTED")
    assert mended("comparison-with-empty", compared) == asked


def test_a_test_of_a_copy_becomes_one_of_the_item() -> None:
    text = "DEFAULT FOR XX_RATE IS 0 a = XX_RATE IF a WAS DEFAULTED THEN RETURN"
    assert mended("was-defaulted-local", text) == text.replace("IF a", "IF XX_RATE")


def test_an_output_gets_the_default_of_its_variable() -> None:
    text = "x = ' ' CALL_FORMULA('F', x < 'X') RETURN x"
    assert mended("output-without-default", text) == text.replace(
        "< 'X'", "< 'X' DEFAULT ' '"
    )
