"""`fastformula stats`: what became of the offers."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from fastformula_server.__main__ import cli
from fastformula_server.stats import Row, tally_path
from fastformula_server.tally import Tally

OLD = int(datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp())
NEW = int(datetime(2026, 11, 24, 12, tzinfo=UTC).timestamp())


@pytest.fixture
def tally(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tally:
    """The file of a user who has none yet."""
    for variable in ("XDG_DATA_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(variable, str(tmp_path))
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    return Tally(tally_path())


def count(tally: Tally, row: Row) -> None:
    number = tally.add(row)
    tally.take(number, row.taken, accepted=row.accepted)
    for seconds, share in zip((30, 120, 600), row.kept, strict=True):
        if share is not None:
            tally.keep(number, seconds, share)


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(cli, ["stats", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


@pytest.fixture
def counted(tally: Tally) -> Tally:
    """Two weeks with two models."""
    count(tally, Row(OLD, "embedded", False, 10))
    count(tally, Row(NEW, "embedded", False, 10, 10, True, (1.0, 0.5, None)))
    count(tally, Row(NEW, "embedded", True, 40, 30, False, (0.5, 0.5, None)))
    count(tally, Row(NEW, "embedded", False, 10))
    count(tally, Row(NEW, "qwen", False, 10, 10, True))
    return tally


def test_where_nothing_was_counted_it_is_said_how_to(tally: Tally) -> None:
    result = run()
    assert result.exit_code == 0
    assert "fastformula.completion.countAccepted" in result.stdout
    assert not tally.path.exists()


def test_each_week_and_model_has_a_line(counted: Tally) -> None:
    lines = run().stdout.splitlines()
    assert [line.split()[:2] for line in lines[1:]] == [
        ["2026-W48", "embedded"],
        ["2026-W48", "qwen"],
        ["2026-W47", "embedded"],
    ]
    assert lines[1].split()[2:] == ["3", "1", "(33%)", "1", "62%", "50%", "-"]


def test_programs_get_all_of_it_as_json(counted: Tally) -> None:
    first, _, last = json.loads(run("--output-format", "json").stdout)
    assert first == {
        "week": "2026-W48",
        "backend": "embedded",
        "shown": 3,
        "accepted": 1,
        "partly_accepted": 1,
        "acceptance_rate": 0.3333,
        "characters": 40,
        "kept": {"30": 0.625, "120": 0.5, "600": None},
    }
    assert (last["shown"], last["acceptance_rate"]) == (1, 0)


def test_where_nothing_was_counted_programs_get_an_empty_list(tally: Tally) -> None:
    assert json.loads(run("--output-format", "json").stdout) == []


def test_a_file_that_is_none_is_a_failure(tally: Tally) -> None:
    tally.path.parent.mkdir(parents=True)
    tally.path.write_text("no database " * 100, encoding="utf-8")
    result = run()
    assert result.exit_code == 2
    assert str(tally.path) in result.stderr
