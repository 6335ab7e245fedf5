"""Every rule keeps what its manual page promises."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from fastformula import parse
from fastformula.analysis import Environment, analyze, summarise
from fastformula.diagnostic import Diagnostic, Severity
from fastformula.language.catalogue import ThingKind
from fastformula.language.context import Context
from fastformula.language.database_item import DatabaseItem
from fastformula.language.seeded import SEEDED
from fastformula.linter import RULES, Rule, lint
from fastformula.text import apply_edits
from fastformula_server.library import FormulaLibrary

FOLDER = Path(__file__).parents[3] / "grammar/fastformula/linter/rules"


@dataclass(frozen=True)
class Pod:
    """Oracle's own items and contexts, and all the things that a page says."""

    things: tuple[tuple[ThingKind, str], ...]
    is_complete = False

    def find_item(self, key: str) -> DatabaseItem | None:
        return SEEDED.find_item(key)

    def find_context(self, key: str) -> Context | None:
        return SEEDED.find_context(key)

    def find_items(self, pattern: str, limit: int) -> tuple[str, ...]:
        return SEEDED.find_items(pattern, limit)

    def similar_items(self, key: str) -> tuple[str, ...]:
        return SEEDED.similar_items(key)

    def has(self, kind: ThingKind, name: str) -> bool | None:
        names = [other for each, other in self.things if each == kind]
        return name.upper() in names if names else None


def examples(kind: str) -> list[object]:
    return [
        pytest.param(rule, text, id=f"{rule.name}-{at}")
        for rule in RULES
        for at, text in enumerate(getattr(rule.page, kind))
    ]


def found(rule: Rule, text: str) -> tuple[Diagnostic, ...]:
    page = rule.page
    product, kind, parsed = page.product, page.formula_type, parse(text)
    alone = Environment(product, kind, "EXAMPLE", Pod(page.pod))
    signatures = [
        summarise(analyze(parse(each), Environment(product, "", name)), name, name)
        for name, each in page.called
    ]
    signatures.append(summarise(analyze(parsed, alone), "EXAMPLE", "EXAMPLE"))
    library = FormulaLibrary(signatures)
    return lint(analyze(parsed, replace(alone, library=library)))


def test_every_file_is_listed_once_by_name() -> None:
    names = [rule.name for rule in RULES]
    files = sorted(
        file.stem.replace("_", "-")
        for file in FOLDER.glob("*.py")
        if file.stem != "__init__"
    )
    assert names == files


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_has_a_page(rule: Rule) -> None:
    module = rule.check.__module__
    assert module == f"fastformula.linter.rules.{rule.name.replace('-', '_')}"
    page = rule.page
    assert page.title.endswith(".")
    assert page.body
    assert page.bad and page.good
    assert set(rule.yields_to) <= {each.name for each in RULES}


@pytest.mark.parametrize(("rule", "text"), examples("bad"))
def test_a_bad_example_is_found_and_nothing_worse(rule: Rule, text: str) -> None:
    codes = {each.code: each.severity for each in found(rule, text)}
    assert rule.name in codes
    errors = {code for code, bad in codes.items() if bad is Severity.ERROR}
    assert errors <= {rule.name}


@pytest.mark.parametrize(("rule", "text"), examples("good"))
def test_a_good_example_is_good(rule: Rule, text: str) -> None:
    diagnostics = found(rule, text)
    assert not [each for each in diagnostics if each.code == rule.name]
    assert not [each for each in diagnostics if each.severity is Severity.ERROR]


@pytest.mark.parametrize(("rule", "text"), examples("bad"))
def test_a_fix_mends_what_it_is_offered_for(rule: Rule, text: str) -> None:
    mine = [each for each in found(rule, text) if each.code == rule.name]
    for diagnostic in mine:
        for fix in diagnostic.fixes:
            mended = apply_edits(text, fix.edits)
            assert parse(mended).errors == (), fix.title
            left = [each for each in found(rule, mended) if each.code == rule.name]
            assert len(left) < len(mine), fix.title
