"""`fastformula check --fix` and `--diff`: only what is surely right, written whole."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from fastformula_server.__main__ import cli

DRAFT = "pay := 1\r\nIF pay == 1 THEN pay = 2;\r\nRETURN pay\r\n"
FIXED = "pay = 1\r\nIF pay = 1 THEN pay = 2\r\nRETURN pay\r\n"


def check(*arguments: str | Path) -> Result:
    result = CliRunner().invoke(cli, ["check", *map(str, arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"", "utf-8"),
        (b"\xef\xbb\xbf", "utf-8"),
        (b"\xff\xfe", "utf-16-le"),
        (b"\xfe\xff", "utf-16-be"),
        (b"", "cp1252"),
    ],
)
def test_fixes_keep_encoding_mark_and_line_ends(
    tmp_path: Path, mark: bytes, encoding: str
) -> None:
    path = tmp_path / "pay.ff"
    comment = "/* Zulage für Überstunden */\r\n"
    path.write_bytes(mark + (comment + DRAFT).encode(encoding))
    result = check("--fix", path)
    assert result.exit_code == 0
    assert result.stdout == "1 file checked: no problems found; 3 problems fixed\n"
    assert path.read_bytes() == mark + (comment + FIXED).encode(encoding)
    assert list(tmp_path.iterdir()) == [path]


def test_a_diff_shows_and_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "pay.ff"
    path.write_text("pay := 1\nRETURN pay", encoding="utf-8")
    result = check("--diff", path)
    assert result.exit_code == 1
    assert result.stdout == (
        f"--- {path}\n+++ {path}\n@@ -1,2 +1,2 @@\n-pay := 1\n+pay = 1\n RETURN pay\n"
        "\\ No newline at end of file\n"
    )
    assert result.stderr == "1 file would be changed\n"
    assert path.read_text(encoding="utf-8") == "pay := 1\nRETURN pay"

    assert check("--fix", path).exit_code == 0
    result = check("--diff", path)
    assert (result.exit_code, result.stdout) == (0, "")
    assert check("--diff", "--output-format", "json", path).exit_code == 2


def test_what_is_not_surely_right_stays(tmp_path: Path) -> None:
    path = tmp_path / "pay.ff"
    text = "pay = ROUNDD(1, 2)\nIF pay IS NULL THEN pay = 1\nRETURN pay\n"
    path.write_text(text, encoding="utf-8")
    before = path.stat()
    assert check("--fix", path).exit_code == 1
    assert path.read_text(encoding="utf-8") == text
    assert path.stat().st_mtime_ns == before.st_mtime_ns


@pytest.mark.skipif(sys.platform == "win32", reason="has no such modes")
def test_fixes_keep_mode_and_links(tmp_path: Path) -> None:
    path = tmp_path / "pay.ff"
    path.write_text("pay := 1\nRETURN pay\n", encoding="utf-8")
    path.chmod(0o640)
    link = tmp_path / "link.ff"
    link.symlink_to(path)
    assert check("--fix", link).exit_code == 0
    assert link.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o640
    assert path.read_text(encoding="utf-8") == "pay = 1\nRETURN pay\n"


@pytest.mark.skipif(
    sys.platform == "win32" or (hasattr(os, "geteuid") and os.geteuid() == 0),
    reason="the super-user may write everything",
)
def test_what_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "pay.ff"
    path.write_text("pay := 1\nRETURN pay\n", encoding="utf-8")
    tmp_path.chmod(0o500)
    result = check("--fix", path)
    tmp_path.chmod(0o700)
    assert result.exit_code == 2
    assert "cannot be written" in result.stderr
