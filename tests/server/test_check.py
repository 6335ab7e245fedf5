"""`fastformula check`, as a consultant and as a script use it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from fastformula_server.__main__ import cli

GOOD = "l_pay = 1\nRETURN l_pay\n"
BAD = "/* 😀 */ l_pay == 1\nRETURN l_pay\n"


@pytest.fixture
def formulas(tmp_path: Path) -> Path:
    (tmp_path / "good.ff").write_text(GOOD, encoding="utf-8")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "bad.fff").write_text(BAD, encoding="utf-8")
    (tmp_path / "notes.txt").write_text("IF IF IF", encoding="utf-8")
    return tmp_path


def check(*arguments: str | Path) -> Result:
    result = CliRunner().invoke(cli, ["check", *map(str, arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def rows(*arguments: str | Path) -> Any:
    return json.loads(check("--output-format", "json", *arguments).stdout)


def test_a_clean_formula_is_said_to_be_clean(formulas: Path) -> None:
    result = check(formulas / "good.ff")
    assert result.exit_code == 0
    assert result.stdout == "1 file checked: no problems found\n"
    assert rows(formulas / "good.ff") == []


def test_a_mistake_is_drawn_under_its_line(formulas: Path) -> None:
    path = formulas / "sub" / "bad.fff"
    result = check(path)
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[0].startswith(f"{path}:1:15: error: ")
    assert lines[1] == "    /* 😀 */ l_pay == 1"
    assert lines[2] == "                  ^^"
    assert lines[-1] == "1 file checked: 1 error"


def test_json_has_places_from_one_in_characters(formulas: Path) -> None:
    path = formulas / "sub" / "bad.fff"
    (row,) = rows(path)
    assert row["message"]
    assert row["code"].startswith("syntax")
    assert row["fix"]
    del row["message"], row["code"], row["fix"]
    assert row == {
        "path": str(path),
        "severity": "error",
        "start": {"line": 1, "column": 15},
        "end": {"line": 1, "column": 17},
        "related": [],
    }


def test_folders_are_searched_and_named_files_taken_whatever_they_are(
    formulas: Path,
) -> None:
    assert {row["path"] for row in rows(formulas)} == {
        str(formulas / "sub" / "bad.fff")
    }
    assert check(formulas).stdout.splitlines()[-1] == "2 files checked: 1 error"
    assert {row["path"] for row in rows(formulas / "notes.txt")} == {
        str(formulas / "notes.txt")
    }


def test_a_file_that_cannot_be_read_does_not_hide_the_others(formulas: Path) -> None:
    (formulas / "binary.ff").write_bytes(b"\0\1\2\3" * 100)
    missing = formulas / "missing"
    result = check(missing, formulas)
    assert result.exit_code == 2
    said = result.stderr.splitlines()
    assert len(said) == 2
    assert said[0] == f"Error: {missing}: there is no such file or folder"
    assert "binary.ff" in said[1]
    assert "bad.fff:1:15: error" in result.stdout
    assert result.stdout.splitlines()[-1] == (
        "2 files checked: 1 error; 2 could not be checked"
    )


def test_a_path_that_cannot_be_read_is_one_line_in_all(tmp_path: Path) -> None:
    result = check(tmp_path / "missing")
    assert (result.exit_code, result.stdout) == (2, "")
    assert len(result.stderr.splitlines()) == 1
    assert rows(tmp_path / "missing") == []


def test_a_folder_without_formulas_is_mentioned(tmp_path: Path) -> None:
    result = check(tmp_path)
    assert result.exit_code == 0
    assert result.stderr == f"Warning: {tmp_path}: no .ff or .fff files here\n"


def test_no_path_is_a_usage_error() -> None:
    assert check().exit_code == 2
    assert check("--output-format", "xml", "x").exit_code == 2


@pytest.mark.parametrize("text", ["", "\n", "   ", "/* only a comment */", "#"])
def test_an_empty_formula_is_checked_like_any_other(tmp_path: Path, text: str) -> None:
    path = tmp_path / "empty.ff"
    path.write_text(text, encoding="utf-8")
    assert check(path).exit_code in (0, 1)


def run(*arguments: str | Path, **options: Any) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "fastformula_server", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, timeout=60, check=False, **options
    )


def test_a_console_that_lacks_a_character_gets_another(
    formulas: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "cp1252")
    done = run("check", formulas)
    assert done.returncode == 1
    assert b"/* ? */ l_pay == 1" in done.stdout
    assert done.stderr == b""


@pytest.mark.skipif(sys.platform == "win32", reason="pipes break otherwise there")
def test_a_reader_that_stops_reading_gets_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "long.ff").write_text("l_pay == 1\n" * 5000, encoding="utf-8")
    command = [sys.executable, "-m", "fastformula_server", "check", str(tmp_path)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout and process.stderr
        process.stdout.read(10)
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) != 0


def on_terminal(*arguments: str | Path, **environment: str) -> tuple[int, str]:
    """Exit code of a command, and what a terminal gets of it, stderr included."""
    import pty

    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "fastformula_server", *map(str, arguments)]
    variables = {"TERM": "xterm", "COLUMNS": "60", **environment}
    with subprocess.Popen(
        command, stdout=theirs, stderr=theirs, env={**os.environ, **variables}
    ) as process:
        os.close(theirs)
        shown = b""
        try:
            while piece := os.read(ours, 4096):
                shown += piece
        except OSError:  # how Linux says that the other end is closed
            pass
        os.close(ours)
        return process.wait(60), shown.decode().replace("\r\n", "\n")


needs_terminal = pytest.mark.skipif(
    sys.platform == "win32", reason="needs a pseudo-terminal"
)


@needs_terminal
def test_a_terminal_gets_colours_and_a_pipe_none(formulas: Path) -> None:
    code, shown = on_terminal("check", formulas)
    assert code == 1
    assert "\x1b[1;31merror" in shown
    assert "\x1b[1;31m" not in on_terminal("check", formulas, NO_COLOR="1")[1]
    assert b"\x1b" not in run("check", formulas).stdout


@needs_terminal
def test_a_terminal_sees_how_far_a_long_run_has_come(formulas: Path) -> None:
    assert "Checking" not in on_terminal("check", formulas)[1]
    for number in range(20):
        (formulas / f"f{number}.ff").write_text(GOOD, encoding="utf-8")
    code, shown = on_terminal("check", formulas)
    assert code == 1
    assert "Checking" in shown and "100%" in shown
    assert run("check", formulas).stderr == b""


@needs_terminal
def test_a_terminal_gets_pages_laid_out() -> None:
    code, shown = on_terminal("explain", "unknown-function")
    assert code == 0
    assert "```" not in shown and "\x1b[1m" in shown
    code, shown = on_terminal("rules")
    assert code == 0
    assert "unknown-function" in shown
