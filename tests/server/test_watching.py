"""`fastformula test --watch`: what a change touches is played again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastformula_server.testing.watching import Played, changed, play_file

TEXTS = {
    "fastformula.toml": "",
    "helper.ff": "b = 1 RETURN b",
    "pay.ff": "EXECUTE('HELPER')\na = GET_OUTPUT('B', 0)\nRETURN a",
    "pay.fftest.toml": "[[case]]\nname = '{a}'\nreturns.A = '{a}'\ncsv = 'pay.csv'\n",
    "pay.csv": "a\n1\n",
    "alone/other.ff": "c = 2 RETURN c",
    "alone/other.fftest.toml": "[[case]]\nreturns.C = 2\n",
    "alone/.git": "",
}
PAY, OTHER = "pay.fftest.toml", "alone/other.fftest.toml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "alone").mkdir()
    for name, text in TEXTS.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


TOUCHES = {
    "nothing": ("unknown.txt", "1", []),
    "a formula": ("pay.ff", "a = 5 RETURN a", [PAY]),
    "a case file": (OTHER, "[[case]]\nreturns.C = 3\n", [OTHER]),
    "a CSV file": ("pay.csv", "a\n1\n2\n", [PAY]),
    "a called formula": ("helper.ff", "b = 25 RETURN b", [PAY]),
    "the project": ("fastformula.toml", 'product = "fusion"', [PAY]),
    "a project that is new": ("alone/fastformula.toml", "", [OTHER]),
    "a formula that is new": ("more.ff", "d = 1 RETURN d", [PAY]),
    "a formula that is new elsewhere": ("alone/more.ff", "d = 1", [PAY, OTHER]),
}


def play(path: Path) -> Played:
    return play_file(
        path, lambda case: True, lambda result: None, at_once=False, counts=False
    )


@pytest.mark.parametrize("name, text, touched", TOUCHES.values(), ids=TOUCHES)
def test_a_change_touches(
    folder: Path, name: str, text: str, touched: list[str]
) -> None:
    files = [folder / PAY, folder / OTHER]
    played = {path: play(path) for path in files}
    assert not any(each.failure for each in played.values())
    (folder / name).write_text(text, encoding="utf-8")
    assert changed(played, files) == [folder / each for each in touched]


def test_a_file_that_cannot_be_played_is_tried_again_when_it_changes(
    folder: Path,
) -> None:
    (folder / "pay.csv").unlink()
    played = {folder / PAY: play(folder / PAY)}
    assert "pay.csv" in played[folder / PAY].failure
    assert changed(played, [folder / PAY]) == []
    (folder / "pay.csv").write_text("a\n1\n", encoding="utf-8")
    assert changed(played, [folder / PAY]) == [folder / PAY]


WAITING = "Waiting for changes; Ctrl+C ends it.\n"


def rounds(process: subprocess.Popen[str]) -> Iterator[list[str]]:
    """What the process writes, each time up to where it waits, or to its end."""
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        if line == WAITING:
            yield lines
            lines = []
        else:
            lines.append(line)
    yield lines


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGINT to send")
def test_it_watches_until_ctrl_c(folder: Path) -> None:
    command = [sys.executable, "-m", "fastformula_server", "test", "--watch", "."]
    with subprocess.Popen(
        command, cwd=folder, text=True, stdout=subprocess.PIPE, env=os.environ
    ) as process:
        output = rounds(process)
        assert next(output)[0] == "..\n"
        (folder / "helper.ff").write_text("b = 25 RETURN b", encoding="utf-8")
        first = next(output)
        assert first[:2] == ["F\n", "FAILED pay.fftest.toml::1\n"]
        assert first[-1].startswith("1 failed, 1 passed in ")
        (folder / "pay.csv").write_text("a\n25\n", encoding="utf-8")
        second = next(output)
        assert second[0] == ".\n"
        assert second[1].startswith("2 passed in ")
        (folder / OTHER).unlink()
        assert next(output)[1].startswith("1 passed in ")
        process.send_signal(signal.SIGINT)
        last = next(output)
    assert last[1].startswith("1 passed in ")
    assert process.returncode == 0
    assert "\x1b" not in "".join([*first, *second, *last])
