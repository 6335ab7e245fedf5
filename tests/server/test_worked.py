"""The worked examples: their cases pass, and notice when a formula is changed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner
from fastformula import Edit, Severity, apply_edits, parse
from fastformula.analysis import Analysis, analyze
from fastformula.interpreter import Semantics, run
from fastformula.linter import lint
from fastformula.syntax import walk
from fastformula.syntax.tree import (
    Binary,
    Compare,
    If,
    Logic,
    Node,
    Number,
    Text,
    While,
)
from fastformula.text import Span
from fastformula_server.__main__ import cli
from fastformula_server.called import Neighbours, know_items
from fastformula_server.project import Project
from fastformula_server.testing.case import ENDING, Case
from fastformula_server.testing.case_file import read_case_file
from fastformula_server.testing.case_values import make_case_world
from fastformula_server.testing.comparing import compare

FOLDER = Path(__file__).parents[2] / "docs/worked"
FORMULAS = sorted(FOLDER.glob("*.ff"))
MUTANTS = 500
"""How many changes there are at least."""
CAUGHT = 0.9
"""The share of them that has to be noticed."""
SWAPS = {
    "+": "-",
    "-": "+",
    "*": "/",
    "/": "*",
    "=": "<>",
    "<>": "=",
    "<": "<=",
    "<=": "<",
    ">": ">=",
    ">=": ">",
    "AND": "OR",
    "OR": "AND",
}
SEMANTICS = Semantics(loop_limit=2_000)


class Mutant(NamedTuple):
    path: Path
    edit: Edit

    def text(self) -> str:
        return apply_edits(self.path.read_text(encoding="utf-8"), [self.edit])


@pytest.mark.parametrize("path", FORMULAS, ids=lambda path: path.stem)
def test_nothing_is_wrong_in_a_worked_formula(path: Path) -> None:
    found = lint(analyze(parse(path.read_text(encoding="utf-8"))))
    assert [each for each in found if each.severity is not Severity.HINT] == []


def test_all_cases_pass_and_reach_everything() -> None:
    result = CliRunner().invoke(cli, ["test", str(FOLDER), "--coverage"])
    assert result.exit_code == 0, result.output
    rows = result.stdout.splitlines()[2:]
    assert len(rows) == len(FORMULAS)
    assert not [row for row in rows if "not reached" in row]


def test_the_page_lists_every_example() -> None:
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"\((\w+)\.ff\)", page)) == [
        path.stem for path in FORMULAS
    ]


def test_cases_notice_most_changes_of_their_formulas() -> None:
    mutants = [each for path in FORMULAS for each in mutate(path)]
    assert len(mutants) >= MUTANTS
    unnoticed = [each for each in mutants if not is_noticed(each)]
    places = Counter(each.path.stem for each in unnoticed)
    assert len(unnoticed) <= (1 - CAUGHT) * len(mutants), places


def mutate(path: Path) -> Iterator[Mutant]:
    """All formulas with one operator, constant or branch changed."""
    text = path.read_text(encoding="utf-8")
    for node in walk(parse(text).tree):
        for edit in _edits(text, node):
            yield Mutant(path, edit)


def _edits(text: str, node: Node) -> Iterator[Edit]:
    match node:
        case (
            Binary(left=left, operator=operator, right=right)
            | Compare(left=left, operator=operator, right=right)
        ):
            if operator in SWAPS:
                yield _swap(text, left, operator, right)
        case Logic(operator=operator, operands=(first, second, *_)):
            yield _swap(text, first, operator, second)
        case Number(text=number):
            yield Edit(node.span, str(Decimal(number) + 1))
            if Decimal(number):
                yield Edit(node.span, str(Decimal(number) - 1))
        case Text(value=value) if value.strip():
            yield Edit(node.span, f"'{value}x'")
        case If(condition=condition) | While(condition=condition):
            inner = condition.span.text_in(text)
            yield Edit(condition.span, f"NOT ({inner})")


def _swap(text: str, left: Node, operator: str, right: Node) -> Edit:
    start = text.index(operator, left.span.end, right.span.start)
    return Edit(Span(start, start + len(operator)), SWAPS[operator])


@cache
def cases_of(path: Path) -> tuple[Case, ...]:
    return read_case_file(path.with_name(path.stem + ENDING))


def is_noticed(mutant: Mutant) -> bool:
    parsed = parse(mutant.text())
    project = Project()
    environment = project.environment(mutant.path)
    analyses: dict[tuple[str, ...], Analysis] = {}
    for case in cases_of(mutant.path):
        names = tuple(sorted(case.meets.items))
        if names not in analyses:
            known = know_items(environment, names)
            analyses[names] = analyze(parsed, known)
        analysis = analyses[names]
        world = make_case_world(
            case.meets, analysis, Neighbours(mutant.path.parent, project)
        )
        if compare(case.expected, run(analysis, world, SEMANTICS)):
            return True
    return False
