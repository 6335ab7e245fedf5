"""`fastformula format`: files written whole or left alone, and what is said of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from fastformula import parse
from fastformula.formatter import Style, format_text
from fastformula_server import processes, rewriting
from fastformula_server.__main__ import cli

UNTIDY = "if pay=1 then\n(\npay=2\n)\n"
TIDY = "IF pay = 1 THEN\n(\n  pay = 2\n)\n"
BROKEN = "pay=1\npay = = 2\n"


def run(*arguments: str | Path, stdin: bytes | None = None) -> Result:
    result = CliRunner().invoke(cli, ["format", *map(str, arguments)], input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"", "utf-8"),
        (b"\xef\xbb\xbf", "utf-8"),
        (b"\xff\xfe", "utf-16-le"),
        (b"", "cp1252"),
    ],
)
def test_files_keep_encoding_mark_and_line_ends(
    tmp_path: Path, mark: bytes, encoding: str
) -> None:
    path = tmp_path / "pay.ff"
    comment = "/* Zulage für Überstunden */\n"
    before, after = ((comment + each).replace("\n", "\r\n") for each in (UNTIDY, TIDY))
    path.write_bytes(mark + before.encode(encoding))
    result = run(path)
    assert result.stdout == "1 file formatted, 0 already in shape\n"
    assert result.exit_code == 0
    assert path.read_bytes() == mark + after.encode(encoding)
    assert list(tmp_path.iterdir()) == [path]
    assert run(path).stdout == "0 files formatted, 1 already in shape\n"


def test_check_and_diff_write_nothing(tmp_path: Path) -> None:
    path = tmp_path / "pay.ff"
    path.write_bytes(UNTIDY.encode())
    result = run("--check", tmp_path)
    assert result.exit_code == 1
    assert result.stdout == f"{path} would be formatted\n"
    assert result.stderr == "1 file would be formatted, 0 already in shape\n"
    result = run("--diff", path)
    assert result.exit_code == 1
    assert "-if pay=1 then\n+IF pay = 1 THEN\n" in result.stdout
    assert path.read_text(encoding="utf-8") == UNTIDY

    path.write_bytes(TIDY.encode())
    for option in ("--check", "--diff"):
        result = run(option, path)
        assert (result.exit_code, result.stdout) == (0, "")


def test_what_has_syntax_errors_is_said(tmp_path: Path) -> None:
    path = tmp_path / "pay.ff"
    path.write_bytes(BROKEN.encode())
    result = run(path)
    assert result.exit_code == 0
    assert result.stdout == (
        "1 file formatted, 0 already in shape; 1 with syntax errors, which stay as they"
        " are\n"
    )
    assert path.read_text(encoding="utf-8") == "pay = 1\npay = = 2\n"


def test_the_project_says_how(tmp_path: Path) -> None:
    config = tmp_path / "fastformula.toml"
    config.write_text(
        '[format]\nbrackets = "header-end"\nindent = 3\n', encoding="utf-8"
    )
    path = tmp_path / "inner/pay.ff"
    path.parent.mkdir()
    path.write_bytes(UNTIDY.encode())
    assert run(path).exit_code == 0
    assert path.read_text(encoding="utf-8") == "IF pay = 1 THEN (\n   pay = 2\n)\n"
    assert run("--no-config", path).exit_code == 0
    assert path.read_text(encoding="utf-8") == TIDY

    config.write_text('[format]\nindent = "two"\n', encoding="utf-8")
    result = run(path)
    assert result.exit_code == 2
    assert "`indent` should be a whole number from 1 to 8" in result.stderr


def test_a_folder_heeds_what_is_excluded(tmp_path: Path) -> None:
    (tmp_path / "fastformula.toml").write_text('exclude = ["old"]', encoding="utf-8")
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "pay.ff").write_bytes(UNTIDY.encode())
    assert run(tmp_path).stdout == "1 file formatted, 0 already in shape\n"
    assert (tmp_path / "old/pay.ff").read_text(encoding="utf-8") == UNTIDY


def test_a_stream_goes_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    before = b"\xef\xbb\xbf" + UNTIDY.replace("\n", "\r\n").encode()
    result = run("--stdin", stdin=before)
    assert result.exit_code == 0
    assert result.stdout_bytes == b"\xef\xbb\xbf" + TIDY.replace("\n", "\r\n").encode()
    assert run("--stdin", stdin=b"\0\1\2\3" * 9).exit_code == 2


def test_one_failure_stops_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [tmp_path / f"{name}.ff" for name in ("crash", "pay", "refused")]
    for path in paths:
        path.write_bytes(f"x={path.stem}\n".encode())

    def fail(parsed: object, style: Style) -> object:
        text = parsed.text  # type: ignore[attr-defined]
        if "crash" in text:
            raise RuntimeError("on purpose")
        formatted = format_text(parse(text), style)
        return formatted._replace(refusal="No.") if "refused" in text else formatted

    monkeypatch.setattr(rewriting, "format_text", fail)
    result = run(tmp_path, tmp_path / "gone.ff")
    assert result.exit_code == 2
    assert "internal error, please report it: RuntimeError: on purpose" in result.stderr
    assert f"{paths[2]}: No." in result.stderr
    assert "there is no such file" in result.stderr
    assert result.stdout == "1 file formatted, 0 already in shape\n"
    assert [path.read_text(encoding="utf-8") for path in paths] == [
        "x=crash\n",
        "x = pay\n",
        "x=refused\n",
    ]


def test_many_files_are_shared_out(tmp_path: Path) -> None:
    paths = [tmp_path / f"f{number}.ff" for number in range(processes.ONE_PROCESS + 5)]
    for path in paths:
        path.write_bytes(UNTIDY.encode())
    result = run(tmp_path)
    assert result.stdout == f"{len(paths)} files formatted, 0 already in shape\n"
    assert all(path.read_text(encoding="utf-8") == TIDY for path in paths)


@pytest.mark.parametrize(
    "arguments",
    [(), ("--stdin", "pay.ff"), ("--check", "--diff", "pay.ff"), ("--stdin", "--diff")],
)
def test_what_does_not_go_together(arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2
