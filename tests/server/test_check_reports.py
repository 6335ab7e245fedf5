"""Reports of `fastformula check` for programs: SARIF and GitHub's commands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from fastformula.analysis import Analysis
from fastformula.diagnostic import Diagnostic, Fix, Related, Severity
from fastformula.linter import Configuration
from fastformula.text import Edit, LineIndex, Position, Span
from fastformula_server import checking
from fastformula_server.__main__ import cli
from fastformula_server.checking import Checked
from fastformula_server.reports import github_commands

TEXT = "/* 😀 */ pay := 1\nRETURN pay\nx = ROUNDD(1)\n"


def check(*arguments: str | Path) -> Result:
    result = CliRunner().invoke(cli, ["check", *map(str, arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "my pay.ff").write_text(TEXT, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def sarif(*arguments: str | Path) -> Any:
    log = json.loads(check("--output-format", "sarif", *arguments).stdout)
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    return run


def test_sarif_has_a_result_for_each_diagnostic(folder: Path) -> None:
    run = sarif(folder)
    assert run["columnKind"] == "unicodeCodePoints"
    result = run["results"][0]
    assert result["ruleId"] == "syntax-assignment"
    assert result["level"] == "error"
    (location,) = result["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "in/my%20pay.ff", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 1, "startColumn": 13, "endLine": 1, "endColumn": 15},
    }
    (change,) = result["fixes"][0]["artifactChanges"]
    assert change["replacements"][0]["insertedContent"] == {"text": "="}
    (invocation,) = run["invocations"]
    assert invocation == {
        "executionSuccessful": True,
        "toolExecutionNotifications": [],
    }


def test_sarif_explains_the_rules_it_needs_and_no_others(folder: Path) -> None:
    run = sarif(folder)
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    assert {rule["id"] for rule in rules} == {
        result["ruleId"] for result in run["results"]
    }
    (rule,) = [rule for rule in rules if rule["id"] == "unknown-function"]
    assert "Bad:\n" in rule["help"]["text"]
    assert "```fastformula" in rule["help"]["markdown"]
    assert rule["defaultConfiguration"] == {"level": "error"}


def test_sarif_says_what_could_not_be_checked(folder: Path) -> None:
    (folder / "binary.ff").write_bytes(b"\0\1\2" * 100)
    (invocation,) = sarif(folder)["invocations"]
    assert not invocation["executionSuccessful"]
    (note,) = invocation["toolExecutionNotifications"]
    assert "binary.ff" in note["message"]["text"]


def test_a_file_elsewhere_has_a_whole_address(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder / "in")
    (folder / "pay.ff").write_text("x := 1", encoding="utf-8")
    artifact = sarif(folder / "pay.ff")["results"][0]["locations"][0][
        "physicalLocation"
    ]["artifactLocation"]
    assert artifact == {"uri": (folder / "pay.ff").resolve().as_uri()}


def test_every_finding_keeps_within_the_schema(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def find(
        analysis: Analysis, configuration: Configuration
    ) -> tuple[Diagnostic, ...]:
        end = len(analysis.parsed.text)
        return tuple(
            Diagnostic(
                "semicolon",
                severity,
                Span(end, end),
                "Here.",
                (Fix("Add it", (Edit(Span(end, end), ""),)),),
                (Related(Span(0, 1), "There."),),
            )
            for severity in Severity
        )

    monkeypatch.setattr(checking, "lint", find)
    run = sarif(folder)
    levels = [result["level"] for result in run["results"]]
    assert levels == ["error", "warning", "note", "note"]
    for result in run["results"]:
        (related,) = result["relatedLocations"]
        assert related["message"] == {"text": "There."}
        places = [related, *result["locations"]]
        regions = [place["physicalLocation"]["region"] for place in places]
        lines = LineIndex(TEXT)
        for region in regions:
            start = Position(region["startLine"] - 1, region["startColumn"] - 1)
            assert lines.position(lines.offset(start)) == start


def test_github_gets_a_command_for_each_diagnostic(folder: Path) -> None:
    result = check("--output-format", "github", folder)
    assert result.exit_code == 1
    assert result.stdout.splitlines()[0] == (
        "::error file=in/my pay.ff,line=1,endLine=1,title=fastformula"
        " syntax-assignment,col=13,endColumn=15::A value is assigned with `=`, not"
        " `:=`."
    )
    assert all(line.startswith("::") for line in result.stdout.splitlines())


def test_github_commands_are_escaped(folder: Path) -> None:
    found = Diagnostic("x", Severity.HINT, Span(0, 3), "100 %:\none, two")
    (line,) = github_commands(Checked(folder / "a,b%.ff", "a\nb\n", (found,)))
    assert line == (
        "::notice file=a%2Cb%25.ff,line=1,endLine=2,title=fastformula x"
        "::100 %25:%0Aone, two"
    )
