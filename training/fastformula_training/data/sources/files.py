"""The files of a folder or of a zip, which is unpacked in memory and not trusted.

Nothing of a zip is ever written to disk. What a decent export does not have is
refused: encrypted files, paths that lead out of the zip, and zips that unpack to
far more than they are, or that hold zips within zips without end.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

DEEPEST = 4
"""Zips within zips. An export of Functional Setup Manager has three: the package,
one for each task, and `1_BATCH.zip` within it."""

LARGEST_FILE = 64 * 1024 * 1024
"""Bytes of one unpacked file; Functional Setup Manager itself stops at 10 MB."""

LARGEST_TOTAL = 1024 * 1024 * 1024
"""Bytes that one source may unpack to, with all that is nested in it."""

STEEPEST = 200
"""How many times larger than packed a file may be. XML and formulas reach 50."""

SMALL = 1024 * 1024
"""Bytes of an unpacked file that does no harm, however well it was packed."""


@dataclass(slots=True)
class Allowance:
    """How many bytes may still be unpacked, of one source."""

    left: int = LARGEST_TOTAL


@dataclass(frozen=True, slots=True)
class Files:
    """Files by their paths, which have `/` between folders."""

    paths: tuple[str, ...]
    open: Callable[[str], BinaryIO]
    """Opens one for reading, with `seek`. Raises ValueError, which says what is
    wrong, and OSError."""


def folder_files(folder: Path) -> Files:
    """All files below a folder, in order of path."""
    paths = sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file()
    )
    return Files(tuple(paths), lambda path: (folder / path).open("rb"))


def zip_files(data: BinaryIO, allowance: Allowance) -> Files:
    """The files of a zip, in order of path; what is opened is taken off the allowance.

    Raises ValueError where `data` is no zip.
    """
    try:
        archive = zipfile.ZipFile(data)
    except (zipfile.BadZipFile, NotImplementedError, EOFError) as error:
        raise ValueError(f"is not a zip that can be read: {error}") from None
    infos = {
        # Old tools of Windows write the paths that Windows has.
        info.filename.replace("\\", "/"): info
        for info in archive.infolist()
        if not info.is_dir()
    }

    def open_one(path: str) -> BinaryIO:
        if path not in infos:
            raise FileNotFoundError(path)
        return io.BytesIO(_unpack(archive, infos[path], allowance))

    return Files(tuple(sorted(infos)), open_one)


def _unpack(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, allowance: Allowance
) -> bytes:
    if reason := _objection(info, allowance):
        raise ValueError(reason)
    allowance.left -= info.file_size
    try:
        # No more comes out than the size that the zip declares, whatever is in it.
        return archive.read(info)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
        raise ValueError(f"is damaged: {error}") from None
    except (NotImplementedError, RuntimeError) as error:
        raise ValueError(f"cannot be unpacked: {error}") from None


def _objection(info: zipfile.ZipInfo, allowance: Allowance) -> str:
    """Why a file of a zip is not even looked at; "" where it may be."""
    if info.flag_bits & 1:
        return "is encrypted; unpack it with its password and give the folder"
    path = PurePosixPath(info.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in info.filename:
        return "has a path that leads out of the zip"
    if info.file_size > LARGEST_FILE:
        return f"unpacks to more than {LARGEST_FILE // 1024**2} MB"
    packed = max(1, info.compress_size)
    if info.file_size > SMALL and info.file_size > STEEPEST * packed:
        return (
            f"unpacks to {info.file_size // packed} times its size, which only "
            "a zip bomb does"
        )
    if info.file_size > allowance.left:
        return (
            "would unpack more than the "
            f"{LARGEST_TOTAL // 1024**2} MB that one source may have"
        )
    return ""


def beside(path: str, folder: str, name: str) -> str:
    """The path of a file in a folder that stands beside `path`."""
    return (PurePosixPath(path).parent / folder / name).as_posix()


def suffix_of(path: str) -> str:
    """The suffix of a path in lower case, with its dot."""
    return PurePosixPath(path).suffix.lower()
