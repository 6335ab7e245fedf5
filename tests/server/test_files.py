"""Reading what editors and exports have written, and refusing the rest."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from fastformula.text import Span
from fastformula_server.files import (
    SIZE_LIMIT,
    FileError,
    TextFile,
    find_files,
    read_file,
    write_file,
)
from hypothesis import given
from hypothesis import strategies as st

FORMULA = "/* Zulage für Überstunden – 5 € */\r\nl_pay = 1\r\nRETURN l_pay\r\n"


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"],
)
def test_every_encoding_gives_the_same_text_with_its_line_ends(
    tmp_path: Path, encoding: str
) -> None:
    path = tmp_path / "pay.ff"
    path.write_bytes(FORMULA.encode(encoding))
    assert read_file(path).text == FORMULA


def test_utf16_of_the_other_byte_order_with_its_mark(tmp_path: Path) -> None:
    path = tmp_path / "pay.ff"
    path.write_bytes(b"\xfe\xff" + FORMULA.encode("utf-16-be"))
    assert read_file(path).text == FORMULA


@given(st.binary(max_size=200))
def test_any_bytes_are_a_text_or_one_line_of_error(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.ff"
    path.write_bytes(data)
    try:
        text = read_file(path).text
    except FileError as error:
        assert str(path) in str(error)
        assert len(str(error).splitlines()) == 1
    else:
        assert "\0" not in text


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\x7fELF\x02\x01\x01\0\0\0\0" * 50, "binary"),
        (b"PK\x03\x04" + bytes(range(256)) * 4, "binary"),
        (b"\x81\x8d\x8f\x90\x9d", "not a text"),
        (b"\x01\x02\x03\x04\x05" * 20, "not a text"),
        (b"x = 1\n" * 1000 + b"\0", "not a text"),
        (b"\xff\xfe\x00\xd8", "UTF-16"),
        (b"\xef\xbb\xbf\xff", "UTF-8"),
    ],
)
def test_what_is_no_text_is_refused(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "data.bin"
    path.write_bytes(data)
    with pytest.raises(FileError, match=said) as caught:
        read_file(path)
    assert str(path) in str(caught.value)


def test_what_is_too_large_is_refused_without_reading_it_all(tmp_path: Path) -> None:
    path = tmp_path / "huge.ff"
    with path.open("wb") as file:
        file.truncate(SIZE_LIMIT * 100)
    with pytest.raises(FileError, match="larger than 10 MB"):
        read_file(path)


def test_what_is_not_there_or_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="no such file"):
        read_file(tmp_path / "nothing.ff")
    with pytest.raises(FileError):
        read_file(tmp_path)


@pytest.mark.skipif(
    sys.platform == "win32" or (hasattr(os, "geteuid") and os.geteuid() == 0),
    reason="the super-user may read everything",
)
def test_what_may_not_be_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "secret.ff"
    path.write_text("x = 1")
    path.chmod(0)
    with pytest.raises(FileError, match="permission"):
        read_file(path)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
def test_a_file_is_written_as_it_was_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "pay.ff"
    path.write_bytes(FORMULA.encode(encoding))
    file = read_file(path)
    write_file(file, file.text.replace("1", "2"))
    assert path.read_bytes() == FORMULA.replace("1", "2").encode(encoding)


def test_what_cannot_be_written_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "pay.ff"
    path.write_bytes("/* ü */ x = 1".encode("cp1252"))
    file = read_file(path)
    with pytest.raises(FileError, match="CP1252 has no 'Ω'"):
        write_file(file, "/* Ω */")

    def fail(self: Path, target: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(FileError, match="cannot be written: permission denied"):
        write_file(file, "x = 2")
    assert read_file(path).text == "/* ü */ x = 1"
    assert list(tmp_path.iterdir()) == [path]


def test_formulas_are_found_below_a_folder_by_their_names(tmp_path: Path) -> None:
    for name in (
        "b.ff",
        "a.FFF",
        "readme.txt",
        "in/c.ff",
        "in/deeper/d.fff",
        ".git/e.ff",
        "ff",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x = 1")
    reported: list[FileError] = []
    found = [
        path.relative_to(tmp_path).as_posix()
        for path in find_files(tmp_path, reported.append)
    ]
    assert found == ["a.FFF", "b.ff", "in/c.ff", "in/deeper/d.fff"]
    assert reported == []


def test_points_count_from_one_and_in_characters() -> None:
    file = TextFile(Path("pay.ff"), "/* 😀\u2028 */\r\nl_pay == 1\n")
    start = file.text.index("==")
    assert file.points(Span(start, start + 2)) == (
        {"line": 2, "column": 7},
        {"line": 2, "column": 9},
    )
