"""`fastformula check` with rules, a project, many formulas that know each other."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from fastformula.analysis import Analysis
from fastformula.diagnostic import Diagnostic, Related, Severity
from fastformula.linter import Configuration
from fastformula.text import Span
from fastformula_server import checking, processes
from fastformula_server.__main__ import cli

UNKNOWN = "pay = ROUNDD(1, 2)\nRETURN pay\n"


def check(*arguments: str | Path) -> Result:
    result = CliRunner().invoke(cli, ["check", *map(str, arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def codes(*arguments: str | Path) -> list[tuple[str, str]]:
    found = json.loads(check("--output-format", "json", *arguments).stdout)
    return [(row["code"], row["severity"]) for row in found]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.ff").write_text(UNKNOWN, encoding="utf-8")
    (tmp_path / "b.ff").write_text("pay = 1\nRETURN pay\n", encoding="utf-8")
    return tmp_path


def test_rules_are_checked(folder: Path) -> None:
    assert codes(folder) == [("unknown-function", "error")]
    assert check(folder).exit_code == 1


def test_the_project_sets_severities(folder: Path) -> None:
    file = folder / "fastformula.toml"
    file.write_text("[rules]\nunknown-function = 'hint'", encoding="utf-8")
    assert codes(folder) == [("unknown-function", "hint")]
    assert check(folder).exit_code == 0
    assert codes("--no-config", folder) == [("unknown-function", "error")]
    file.write_text("exclude = ['a.ff']", encoding="utf-8")
    assert codes(folder) == []
    assert codes(folder / "a.ff") == [("unknown-function", "error")]


def test_an_option_sets_a_severity_before_the_project(folder: Path) -> None:
    file = folder / "fastformula.toml"
    file.write_text("[rules]\nunknown-function = 'hint'", encoding="utf-8")
    warning = "unknown-function=warning"
    assert codes("--rule", warning, folder) == [("unknown-function", "warning")]
    assert codes("--rule", "unknown-function=off", folder) == []
    refused = check("--rule", "unknown-functio=off", folder)
    assert refused.exit_code == 2
    assert "Did you mean `unknown-function`?" in refused.stderr


def test_a_formula_type_has_to_exist(folder: Path) -> None:
    assert codes("--formula-type", "oracle payroll", folder / "b.ff") == []
    refused = check("--formula-type", "Oracle Payrol", folder)
    assert refused.exit_code == 2
    assert "Did you mean `Oracle Payroll`?" in refused.stderr


def test_what_is_wrong_with_the_project_is_said_once(folder: Path) -> None:
    file = folder / "fastformula.toml"
    file.write_text("\nprodukt = 'ebs'", encoding="utf-8")
    result = check(folder)
    assert result.exit_code == 2
    assert result.stderr == (
        f"Error: {file}:2: There is no setting `produkt`. Did you mean `product`?\n"
    )
    assert result.stdout.endswith("\n2 files checked: 1 error\n")


def test_statistics_count_each_code(folder: Path) -> None:
    text = "pay = ROUNDD(1, 2)\nnet = ROUNDD(3, 2)\nRETURN pay, net\n"
    (folder / "c.ff").write_text(text, encoding="utf-8")
    result = check("--statistics", folder)
    assert result.stdout.splitlines() == [
        "     3  unknown-function  error        in 2 files",
        "3 files checked: 3 errors",
    ]
    counts = json.loads(check("--statistics", "--output-format", "json", folder).stdout)
    assert counts == [
        {"code": "unknown-function", "severity": "error", "times": 3, "files": 2}
    ]
    assert check("--statistics", "--output-format", "sarif", folder).exit_code == 2


def say_who_is_there(
    analysis: Analysis, configuration: Configuration
) -> tuple[Diagnostic, ...]:
    library = analysis.environment.library
    names = [name for name in ("A", "B", "RATE") if library.find(name)]
    there = f"{analysis.environment.formula_name} sees {' '.join(names)}"
    related = (Related(Span(0, 1), "Here."),)
    return (Diagnostic("x", Severity.HINT, Span(0, 1), there, related=related),)


def test_formulas_see_each_other_where_one_calls(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "lint", say_who_is_there)

    def seen(*paths: Path) -> list[str]:
        found = json.loads(check("--output-format", "json", *paths).stdout)
        return [row["message"] for row in found]

    assert seen(folder) == ["A sees ", "B sees "]
    caller = "/* Formula Name: Rate */\nCALL_FORMULA('B')\n"
    (folder / "c.ff").write_text(caller, encoding="utf-8")
    # Nobody calls A, so nobody needs to know it.
    assert seen(folder) == ["A sees B RATE", "B sees B RATE", "C sees B RATE"]
    assert seen(folder / "c.ff") == ["C sees "]


def test_related_places_are_shown(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "lint", say_who_is_there)
    assert "\n    ^\n    line 1: Here.\n" in check(folder / "a.ff").stdout
    (row,) = json.loads(check("--output-format", "json", folder / "a.ff").stdout)
    assert row["related"] == [
        {
            "message": "Here.",
            "start": {"line": 1, "column": 1},
            "end": {"line": 1, "column": 2},
        }
    ]


def test_an_error_of_ours_names_the_file_and_spares_the_others(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(analysis: Analysis, configuration: Configuration) -> tuple[()]:
        if analysis.environment.formula_name == "A":
            raise KeyError("oops")
        return ()

    monkeypatch.setattr(checking, "lint", fail)
    result = check(folder)
    assert result.exit_code == 2
    assert result.stderr == (
        f"Error: {folder / 'a.ff'}: internal error, please report it: KeyError:"
        " 'oops'\n"
    )
    assert (
        result.stdout == "1 file checked: no problems found; 1 could not be checked\n"
    )


def test_many_files_are_checked_in_order(tmp_path: Path) -> None:
    names = [f"f{number:03}.ff" for number in range(processes.ONE_PROCESS + 10)]
    for name in names:
        (tmp_path / name).write_text("WSA_DELETE('X')\n" + UNKNOWN, encoding="utf-8")
    (tmp_path / "binary.ff").write_bytes(b"\0\1\2" * 100)
    command = [sys.executable, "-m", "fastformula_server", "check", str(tmp_path)]
    command += ["--output-format", "json"]
    done = subprocess.run(
        command, capture_output=True, timeout=120, check=False, encoding="utf-8"
    )
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "binary.ff: is a binary file" in done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    assert [Path(row["path"]).name for row in found] == names
