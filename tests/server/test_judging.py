"""Whatever fails of ours, an author is told the rest."""

from __future__ import annotations

from typing import Any

import pytest
from fastformula import parse
from fastformula.analysis import Environment
from fastformula.linter import RULES, Configuration
from fastformula_server import judging
from fastformula_server.judging import Judgement

TEXT = "l_spare = 1;\nl_pay = 2\nRETURN l_pay\n"


def judge() -> Judgement:
    return judging.judge(parse(TEXT), Environment(), Configuration())


def codes(judgement: Judgement) -> list[str]:
    return [each.code for each in judgement.diagnostics]


def fail(*_arguments: Any) -> Any:
    raise RuntimeError("on purpose")


def test_nothing_fails_as_a_rule() -> None:
    judgement = judge()
    assert codes(judgement) == ["unused-local", "semicolon"]
    assert judgement.failures == ()


@pytest.mark.parametrize("what", ["analyze", "lint"])
def test_what_the_parser_says_is_left_when_all_else_fails(
    what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging, what, fail)
    judgement = judge()
    assert codes(judgement) == ["semicolon"]
    (said,) = judgement.failures
    assert "on purpose" in said


def test_rules_that_fail_are_named_and_those_turned_off_do_not_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for rule in RULES:
        if rule.name in ("unused-local", "operator-types"):
            # A rule is frozen, and `lint` holds the tuple it is in.
            monkeypatch.setitem(rule.__dict__, "check", fail)
    judgement = judge()
    assert codes(judgement) == ["semicolon"]
    assert [said.split()[2] for said in judgement.failures] == [
        "operator-types",
        "unused-local",
    ]
    off = Configuration(off=frozenset({"unused-local", "operator-types"}))
    assert judging.judge(parse(TEXT), Environment(), off).failures == ()
