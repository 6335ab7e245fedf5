"""`fastformula complete`: the server's ghost text on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from fastformula_server.__main__ import cli

TEXT = "/* 😀 */ l_pay = \r\nRETURN l_pay\r\n"


@pytest.fixture
def formula(tmp_path: Path) -> Path:
    path = tmp_path / "pay.ff"
    path.write_bytes(TEXT.encode("utf-16"))
    return path


def complete(path: Path, *options: str, line: int = 1, column: int = 17) -> Result:
    place = ["--line", str(line), "--column", str(column)]
    runner = CliRunner(env={"FASTFORMULA_COMPLETION_ANSWERS": "40 * 2"})
    result = runner.invoke(cli, ["complete", str(path), *place, *options])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def test_the_ghost_text_is_printed(formula: Path) -> None:
    result = complete(formula, "--backend", "fake")
    assert (result.exit_code, result.stdout) == (0, "40 * 2\n")


def test_json_says_what_would_be_replaced_and_how_long_it_took(formula: Path) -> None:
    result = complete(formula, "--backend", "fake", "--output-format", "json")
    answer = json.loads(result.stdout)
    assert answer.pop("milliseconds") >= 0
    cursor = {"line": 1, "column": 17}
    assert answer == {"items": [{"text": "40 * 2", "start": cursor, "end": cursor}]}


def test_each_stage_is_shown_on_request(formula: Path) -> None:
    result = complete(formula, "--backend", "fake", "--explain")
    stages = [line.split()[1] for line in result.stdout.splitlines() if "--- " in line]
    assert stages[:-1] == "decide read model trim fit filter meaning".split()
    assert result.stdout.endswith("ms in all\n40 * 2\n")
    options = ("--backend", "fake", "--explain", "--output-format", "json")
    answer = json.loads(complete(formula, *options).stdout)
    assert [step["stage"] for step in answer["steps"]] == stages[:-1]
    assert answer["steps"][2]["text"] == "40 * 2"
    assert set(answer) == {"items", "milliseconds", "reason", "prompt", "steps"}


def test_what_was_refused_is_explained(formula: Path) -> None:
    runner = CliRunner(env={"FASTFORMULA_COMPLETION_ANSWERS": "nowhere * 2"})
    place = ["complete", str(formula), "--line", "1", "--column", "17"]
    options = ["--backend", "fake", "--explain", "--output-format", "json"]
    answer = json.loads(runner.invoke(cli, [*place, *options]).stdout)
    assert answer["items"] == []
    assert "nowhere" in answer["reason"]
    assert "uninitialized-variable" in [step["why"] for step in answer["steps"]]


def test_several_candidates_are_printed_one_below_the_other(formula: Path) -> None:
    runner = CliRunner(env={"FASTFORMULA_COMPLETION_ANSWERS": "40 * 2"})
    place = ("--line", "1", "--column", "17", "--backend", "fake")
    result = runner.invoke(cli, ["complete", str(formula), *place, "--candidates", "3"])
    assert result.stdout == "40 * 2\n"


def test_nothing_to_offer_says_why(formula: Path) -> None:
    result = complete(formula, "--backend", "fake", column=4)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "No completion here: inside a comment\n"
    result = complete(formula, "--backend", "fake", "--output-format", "json", column=4)
    assert json.loads(result.stdout)["items"] == []


def test_the_environment_chooses_the_backend_unless_an_option_does(
    formula: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FASTFORMULA_COMPLETION_BACKEND", "fake")
    assert complete(formula).stdout == "40 * 2\n"
    assert complete(formula, "--backend", "off").stdout == ""


@pytest.mark.parametrize(
    ("line", "column", "said"),
    [(9, 1, "only 3 lines"), (1, 99, "only 16 characters"), (3, 2, "0 characters")],
)
def test_a_place_that_is_not_there_is_a_usage_error(
    formula: Path, line: int, column: int, said: str
) -> None:
    result = complete(formula, "--backend", "fake", line=line, column=column)
    assert result.exit_code == 2
    assert said in result.stderr
    assert complete(formula, line=0).exit_code == 2


def test_a_model_or_file_that_cannot_be_had_is_one_line(
    formula: Path, tmp_path: Path
) -> None:
    for result in (
        complete(formula, "--backend", "remote", "--endpoint", "nonsense"),
        complete(formula, "--backend", "remote", "--endpoint", "http://127.0.0.1:9/v1"),
        complete(tmp_path / "missing.ff", "--backend", "fake"),
        complete(tmp_path, "--backend", "fake"),
    ):
        assert result.exit_code == 2
        assert result.stdout == ""
        assert len(result.stderr.splitlines()) == 1
        assert result.stderr.startswith("Error: ")


def test_a_wrong_variable_is_explained(
    formula: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FASTFORMULA_COMPLETION_BACKEND", "gpt")
    result = complete(formula)
    assert result.exit_code == 2
    assert "FASTFORMULA_COMPLETION_BACKEND should be one of" in result.stderr


def test_the_settings_say_how_the_model_is_asked(formula: Path) -> None:
    answers = {"FASTFORMULA_COMPLETION_ANSWERS": "40 * 2"}
    runner = CliRunner(env=answers | {"FASTFORMULA_COMPLETION_MAX_TOKENS": "2"})
    place = ["complete", str(formula), "--line", "1", "--column", "17"]
    result = runner.invoke(cli, [*place, "--backend", "fake"])
    assert (result.exit_code, result.stdout) == (0, "40\n")
