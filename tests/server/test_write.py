"""`fastformula write`, `describe` and `repair`: a model on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from fastformula_models import Backend, BackendSettings, open_backend
from fastformula_server import commissions
from fastformula_server.__main__ import cli

GOOD = "DEFAULT FOR hours IS 0\nINPUTS ARE hours\npay = hours * 2\nRETURN pay\n"
BAD = GOOD.replace("hours * 2", "hours *")


def run(*arguments: object, answers: tuple[str, ...] = (), **more: str) -> Result:
    environment = {
        "FASTFORMULA_COMPLETION_BACKEND": "fake",
        "FASTFORMULA_COMPLETION_ANSWERS": json.dumps(answers),
    }
    result = CliRunner(env=environment).invoke(cli, [*map(str, arguments)], **more)
    assert result.exception is None or isinstance(result.exception, SystemExit), (
        result.exception
    )
    return result


@pytest.fixture
def formula(tmp_path: Path) -> Path:
    path = tmp_path / "pay.ff"
    path.write_bytes(GOOD.replace("\n", "\r\n").encode("utf-16"))
    return path


def read(path: Path) -> str:
    return path.read_bytes().decode("utf-16")


def test_the_formula_is_printed_and_progress_is_not_part_of_it() -> None:
    result = run("write", "Pay twice.", answers=(f"Sure:\n```\n{GOOD}```",))
    assert (result.exit_code, result.stdout) == (0, GOOD)
    assert result.stderr == "Writing …\n"


def test_a_mistake_is_sent_back_and_what_is_left_is_told() -> None:
    result = run("write", "Pay.", answers=(BAD, GOOD))
    assert (result.exit_code, result.stdout) == (0, GOOD)
    assert result.stderr == "Writing …\nWriting, attempt 2 …\n"
    result = run("write", "Pay.", answers=(BAD,))
    assert (result.exit_code, result.stdout) == (1, BAD)
    assert "formula.ff:3:" in result.stderr
    assert "A value is missing after `*`" in result.stderr


def test_an_adapter_of_the_formula_s_project_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "fastformula.toml").touch()
    opened: list[BackendSettings] = []

    def spy(settings: BackendSettings) -> Backend:
        opened.append(settings)
        return open_backend(settings)

    monkeypatch.setattr(commissions, "open_backend", spy)
    (tmp_path / "inner").mkdir()
    out = tmp_path / "inner" / "new.ff"
    assert run("write", "Pay.", "--out", out, answers=(GOOD,)).exit_code == 0
    monkeypatch.chdir(tmp_path)
    assert run("write", "Pay.", answers=(GOOD,)).exit_code == 0
    place = str(tmp_path / ".fastformula" / "adapters")
    assert [each.adapter_folders[0] for each in opened] == [place, place]


def test_nothing_that_steers_a_terminal_is_printed() -> None:
    result = run("write", "Pay.", answers=(f"\x1b]0;x\x07\x1b[2J{GOOD}\x9b1m",))
    assert not {"\x1b", "\x07", "\x9b"} & set(result.stdout + result.stderr)


def test_a_file_is_written_once(tmp_path: Path) -> None:
    path = tmp_path / "new.ff"
    result = run("write", "Pay.", "--out", path, answers=(GOOD,))
    assert (result.exit_code, result.stdout) == (0, "")
    assert path.read_text(encoding="utf-8") == GOOD
    result = run("write", "Pay.", "--out", path, answers=("RETURN 1",))
    assert result.exit_code == 2
    assert "--force" in result.stderr
    assert path.read_text(encoding="utf-8") == GOOD
    run("write", "Pay.", "--out", path, "--force", answers=("pay = 1\nRETURN pay",))
    assert path.read_text(encoding="utf-8") == "pay = 1\nRETURN pay\n"
    assert [each.name for each in tmp_path.iterdir()] == ["new.ff"]


def test_the_formula_type_is_told_to_the_model_and_checked() -> None:
    options = ("--formula-type", "oracle payroll", "--product", "fusion")
    assert run("write", "Pay.", *options, answers=(GOOD,)).exit_code == 0
    result = run("write", "Pay.", "--formula-type", "nonsense", answers=(GOOD,))
    assert result.exit_code == 2
    assert "nonsense" in result.stderr


def test_lines_are_put_in_once_the_difference_was_seen_and_agreed_to(
    formula: Path,
) -> None:
    place = ("--into", formula, "--line", 4)
    before = formula.read_bytes()
    refused = run("write", "Cap.", *place, answers=("pay = 1",), input="n\n")
    assert refused.exit_code == 2
    assert "\n+pay = 1" in refused.stdout
    assert formula.read_bytes() == before
    assert run("write", "Cap.", *place, answers=("pay = 1",), input="").exit_code == 2
    assert formula.read_bytes() == before
    agreed = run("write", "Cap.", *place, answers=("pay = 1",), input="y\n")
    assert agreed.exit_code == 0
    after = GOOD.replace("RETURN", "pay = 1\nRETURN").replace("\n", "\r\n")
    assert read(formula) == after


def test_yes_asks_nothing(formula: Path) -> None:
    place = ("--into", formula, "--line", 4, "--yes")
    result = run("write", "Cap.", *place, answers=("pay = hours *",))
    assert result.exit_code == 1
    assert "A value is missing" in result.stderr
    assert "pay = hours *\r\nRETURN" in read(formula)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--line", "1"), "--into and --line go together"),
        (("--into", "{}"), "--into and --line go together"),
        (("--into", "{}", "--line", "1", "--out", "x"), "do not go together"),
        (("--backend", "embedded"), "small model cannot follow instructions"),
        (("--backend", "off"), "No model is switched on"),
        (("--backend", "remote", "--endpoint", "nonsense"), "address"),
        (("--into", "missing.ff", "--line", "1"), "no such file"),
        (("--out", "missing/folder.ff"), "cannot be written"),
    ],
)
def test_what_cannot_be_done_is_said(
    formula: Path, arguments: tuple[str, ...], said: str
) -> None:
    given = [each.format(formula) for each in arguments]
    result = run("write", "Pay.", *given, answers=(GOOD,))
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr


def test_a_formula_is_described(formula: Path) -> None:
    result = run("describe", formula, answers=("It *pays*.\x1b[2J",))
    assert (result.exit_code, result.stdout) == (0, "It *pays*.\n")
    assert run("describe", formula, "--lines", "3", answers=("x",)).exit_code == 0
    for lines, said in (("9-12", "only 5 lines"), ("4-2", "3-9"), ("x", "3-9")):
        result = run("describe", formula, "--lines", lines, answers=("x",))
        assert result.exit_code == 2
        assert said in result.stderr


def test_a_mistake_is_repaired_and_no_harm_done(tmp_path: Path) -> None:
    path = tmp_path / "pay.ff"
    path.write_text(BAD, encoding="utf-8")
    result = run("repair", path, "--line", 3, "--yes", answers=("pay = hours + +",))
    assert result.exit_code == 2
    assert "nothing that mends this" in result.stderr
    assert path.read_text(encoding="utf-8") == BAD
    assert run("repair", path, "--line", 1, answers=("x",)).exit_code == 2
    answers = ("pay = hours * 2",)
    result = run("repair", path, "--line", 3, "--yes", answers=answers)
    assert result.exit_code == 0
    assert path.read_text(encoding="utf-8") == GOOD
