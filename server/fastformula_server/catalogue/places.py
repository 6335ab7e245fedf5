"""Where catalogues lie: below a project's folder, and among the user's own data."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

PROJECT_FOLDER = ".fastformula"
SUFFIX = ".sqlite"

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,62}[A-Za-z0-9_-])?")
# Windows gives these to devices, whatever follows the first dot.
_DEVICES = re.compile(r"(?i)(?:CON|PRN|AUX|NUL|COM[0-9]|LPT[0-9])(?:\.|$)")


def is_name(name: str) -> bool:
    """Whether `name` may name a catalogue: it has to be a file's name everywhere."""
    return _NAME.fullmatch(name) is not None and _DEVICES.match(name) is None


def user_folder() -> Path:
    """Where the user's own catalogues lie; it need not exist."""
    return data_folder() / "fastformula" / "catalogues"


def project_folder(project: Path) -> Path:
    """Where the catalogues of `project` lie; it need not exist."""
    return project / PROJECT_FOLDER


def find_project_file(folder: Path) -> Path | None:
    """The nearest `fastformula.toml` at or above `folder`, which is absolute.

    The search ends at the root of a Git repository.
    """
    for place in (folder, *folder.parents):
        path = place / "fastformula.toml"
        # Unlike the methods of Path, these raise for no name.
        if os.path.isfile(path):  # noqa: PTH113
            return path
        if os.path.exists(place / ".git"):  # noqa: PTH110
            break
    return None


def find_project(folder: Path) -> Path:
    """The folder of the nearest `fastformula.toml`; without one, `folder` itself."""
    folder = Path(os.path.abspath(folder))  # noqa: PTH100 - keeps symbolic links
    file = find_project_file(folder)
    return file.parent if file else folder


def catalogue_path(name: str, project: Path | None) -> Path:
    """Where the catalogue `name` lies, of `project` or of the user; it need not exist.

    Raises ValueError where nothing can have that name.
    """
    if not is_name(name):
        raise ValueError(f"`{name}` cannot be a catalogue's name")
    folder = user_folder() if project is None else project_folder(project)
    return folder / f"{name}{SUFFIX}"


def find_catalogue(name: str, project: Path | None) -> Path | None:
    """The file of the catalogue `name`: the project's own before the user's.

    None where there is none, or where nothing can have that name.
    """
    if not is_name(name):
        return None
    paths = (folder / f"{name}{SUFFIX}" for folder in _folders(project))
    # Unlike Path.is_file, this does not raise where a folder must not be read.
    return next((path for path in paths if os.path.isfile(path)), None)  # noqa: PTH113


def all_catalogues(project: Path | None) -> Iterator[Path]:
    """All catalogues, the project's first; one may hide another of the same name."""
    for folder in _folders(project):
        for path in sorted(folder.glob(f"*{SUFFIX}")):
            if is_name(path.stem):
                yield path


def _folders(project: Path | None) -> Iterator[Path]:
    if project is not None:
        yield project_folder(project)
    yield user_folder()


def data_folder() -> Path:
    """Where programs keep a user's data on this system."""
    if sys.platform == "win32":
        chosen = os.environ.get("LOCALAPPDATA", "")
        standard = Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    else:
        chosen = os.environ.get("XDG_DATA_HOME", "")
        standard = Path.home() / ".local" / "share"
    # The XDG specification has relative paths ignored.
    return Path(chosen) if Path(chosen).is_absolute() else standard


def cache_folder() -> Path:
    """Where programs keep what they can make again, on this system."""
    if sys.platform == "win32":
        return data_folder()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    chosen = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return chosen if chosen.is_absolute() else Path.home() / ".cache"
