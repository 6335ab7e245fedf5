"""What a completion may know besides the text, in the model's process."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from fastformula.analysis import Library

from fastformula_server.files import find_files, read_file
from fastformula_server.messages import Neighbourhood, Outdated, Shown, Workplace
from fastformula_server.project import ALONE
from fastformula_server.worker import Worker
from fastformula_server.workspace import Surroundings, Workspace, to_path

MOST_FILES = 40
"""Formulas of the folder that are read to find statements like those of the author."""


class Known(NamedTuple):
    """Of a formula, besides its text."""

    surroundings: Surroundings
    others: tuple[str, ...]
    """Other formulas, the likeliest to be alike first."""


class Knowledge:
    """What the server has told, and the formulas around the open ones.

    One thread hears while others ask, so what is known is replaced and never changed.
    """

    def __init__(self) -> None:
        self._workspace = Workspace(self._library)
        self._libraries: dict[Path, Library] = {}
        self._open: dict[str, str] = {}
        self._worker = Worker("folder")
        self._texts: dict[Path, dict[Path, str]] = {}

    def hear(self, news: Workplace | Neighbourhood | Shown | Outdated) -> None:
        """Take note of what the server tells."""
        match news:
            case Workplace(settings, folders):
                workspace = Workspace(self._library, folders)
                # What is wrong with the settings the server has said.
                workspace.use(settings)
                self._workspace = workspace
            case Neighbourhood(root, library):
                self._libraries = {**self._libraries, root: library}
            case Shown(uri, None):
                self._open = {key: self._open[key] for key in self._open.keys() - {uri}}
            case Shown(uri, str(text)):
                self._open = {**self._open, uri: text}
            case Outdated():
                self._texts = {}

    def of(self, uri: str) -> Known:
        """What is known at once; the folder's formulas are read for the next time."""
        surroundings = self._workspace.look(uri)
        return Known(surroundings, tuple(self._others(uri, surroundings.root)))

    def _library(self, root: Path | None) -> Library:
        return self._libraries.get(root, ALONE) if root else ALONE

    def _others(self, uri: str, root: Path | None) -> Iterable[str]:
        shown = {key: text for key, text in self._open.items() if key != uri}
        yield from shown.values()
        here = to_path(uri)
        if root is None or here is None:
            return
        texts = self._texts
        if root not in texts:
            texts[root] = {}
            self._worker.start(lambda: texts.update({root: _read_formulas(root, here)}))
        seen = {here, *map(to_path, shown)}
        yield from (text for path, text in texts[root].items() if path not in seen)


def _read_formulas(root: Path, near: Path) -> dict[Path, str]:
    """Formulas below `root`, those beside `near` first, then the latest written."""
    times = {}
    for path in find_files(root, lambda _error: None):
        try:
            times[path] = path.stat().st_mtime
        except OSError:  # it has gone in the meantime
            continue
    ordered = sorted(times, key=lambda path: (path.parent != near.parent, -times[path]))
    texts = {}
    for path in ordered[:MOST_FILES]:
        try:
            texts[path] = read_file(path).text
        except Exception:
            # Who opens it is told what is wrong.
            continue
    return texts
