"""`fastformula rules` and `fastformula explain`: what is checked, and why."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result
from fastformula.linter import RULES, Rule
from fastformula.linter.codes import REMARKS, SYNTAX
from fastformula_server.__main__ import cli


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(cli, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def test_all_rules_are_listed() -> None:
    lines = run("rules").stdout.splitlines()
    assert [line.split()[0] for line in lines] == [rule.name for rule in RULES]
    for line, rule in zip(lines, RULES, strict=True):
        assert line.endswith(rule.page.title)
        assert f" {rule.group} " in line and f" {rule.severity} " in line


def test_programs_get_the_same_as_json() -> None:
    rows = json.loads(run("rules", "--output-format", "json").stdout)
    assert rows == [
        {
            "name": rule.name,
            "group": rule.group,
            "severity": rule.severity,
            "fixed_by_check": rule.safe,
            "title": rule.page.title,
        }
        for rule in RULES
    ]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_is_explained_by_its_page(rule: Rule) -> None:
    result = run("explain", rule.name.upper())
    assert result.exit_code == 0
    assert result.stdout.startswith(f"{rule.name}: {rule.page.text}\n")


@pytest.mark.parametrize("code", [*SYNTAX, *REMARKS])
def test_other_codes_are_explained_in_a_sentence(code: str) -> None:
    result = run("explain", code)
    assert result.exit_code == 0
    assert result.stdout.endswith(".\n")


def test_a_code_that_does_not_exist_may_mean_another() -> None:
    result = run("explain", "unknown-functions")
    assert result.exit_code == 2
    assert result.stderr == (
        "Error: there is no rule unknown-functions; did you mean unknown-function?\n"
    )
    assert "see fastformula rules" in run("explain", "qqqqqq").stderr
