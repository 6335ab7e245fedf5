"""The project that a formula belongs to: its settings, its catalogue, its problems."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Final

from fastformula.analysis.environment import Environment, Library, NoLibrary
from fastformula.language.catalogue import Catalogue, ThingKind
from fastformula.language.context import Context
from fastformula.language.database_item import DatabaseItem
from fastformula.language.search import search_sorted
from fastformula.language.seeded import SEEDED

from fastformula_server.catalogue.places import find_catalogue, find_project_file
from fastformula_server.catalogue.schema import CatalogueError
from fastformula_server.files import FileError, read_file
from fastformula_server.globs import matches
from fastformula_server.library import formula_name
from fastformula_server.project_file import (
    Problem,
    ProjectFile,
    read_project_file,
)

ALONE: Final = NoLibrary()
"""The library of a formula of which no neighbours are known."""


@dataclass(frozen=True, slots=True)
class Project:
    """A folder of formulas and what holds for them."""

    path: Path | None = None
    """Of its `fastformula.toml`; None where there is none."""
    file: ProjectFile = field(default_factory=ProjectFile)
    catalogue: Catalogue = SEEDED
    problems: tuple[Problem, ...] = ()
    """Of the file and of what it names."""
    stamp: str = ""
    """Another one whenever the catalogue's file has changed."""

    def environment(self, path: Path, library: Library = ALONE) -> Environment:
        """What the formula at `path` is analysed with."""
        return Environment(
            product=self.file.product,
            formula_type=self._formula_type(path),
            formula_name=formula_name(path),
            catalogue=self.catalogue,
            library=library,
        )

    def meaning(self, path: Path) -> str:
        """Another one whenever the formula at `path` may be analysed with other things.

        Its name and its neighbours are not part of it.
        """
        file = self.file
        named = {**file.items, **file.contexts}
        return repr((self.stamp, file.product, self._formula_type(path), named))

    def excludes(self, path: Path) -> bool:
        """Whether `path` is passed over where a folder is searched."""
        inside = self._inside(path)
        return any(matches(pattern, inside) for pattern in self.file.exclude)

    def with_catalogue(self, name: str) -> Project:
        """The same over the catalogue `name`, with a problem more if there is none."""
        base, stamp, complaints = _open(name, self.path.parent if self.path else None)
        is_extended = self.file.items or self.file.contexts
        found = (Problem(self.file.catalogue_line, each) for each in complaints)
        return replace(
            self,
            catalogue=ExtendedCatalogue(base, self.file) if is_extended else base,
            problems=(*self.problems, *found),
            stamp=stamp,
        )

    def _formula_type(self, path: Path) -> str:
        inside = self._inside(path)
        for pattern, name in self.file.formula_types:
            if matches(pattern, inside):
                return name
        return self.file.formula_type

    def _inside(self, path: Path) -> str:
        """`path` from the project's folder, with slashes."""
        if self.path is None:
            return path.as_posix()
        path = Path(os.path.abspath(path))  # noqa: PTH100 - keeps symbolic links
        if path.is_relative_to(self.path.parent):
            return path.relative_to(self.path.parent).as_posix()
        return path.as_posix()


@dataclass(frozen=True, slots=True)
class ExtendedCatalogue:
    """A catalogue with the names that the project's file adds."""

    base: Catalogue
    file: ProjectFile

    @property
    def is_complete(self) -> bool:
        """Whether a database item that it lacks does not exist."""
        return self.base.is_complete

    def find_item(self, key: str) -> DatabaseItem | None:
        """The item of the file, or that of the catalogue below."""
        return self.file.items.get(key) or self.base.find_item(key)

    def find_context(self, key: str) -> Context | None:
        """The context of the file, or that of the catalogue below."""
        return self.file.contexts.get(key) or self.base.find_context(key)

    def similar_items(self, key: str) -> tuple[str, ...]:
        """Names near `key`, those of the file first."""
        from difflib import get_close_matches

        near = get_close_matches(key, self.file.items, 3, 0.85)
        return (*near, *self.base.similar_items(key))[:3]

    def find_items(self, pattern: str, limit: int) -> tuple[str, ...]:
        """Names that `pattern` may mean, those of the file first."""
        own = search_sorted(sorted(self.file.items), pattern, limit)
        below = self.base.find_items(pattern, limit)
        return tuple(dict.fromkeys([*own, *below]))[:limit]

    def has(self, kind: ThingKind, name: str) -> bool | None:
        """Whether the catalogue below has it; the file names no such things."""
        return self.base.has(kind, name)


def load_project(folder: Path) -> Project:
    """The project of the formulas in `folder`: the nearest `fastformula.toml` above.

    The search ends at the root of a Git repository. Unchanged files are not read
    again, so this is cheap enough for every keystroke. It never raises: what cannot
    be read is a problem of the project.
    """
    path = find_project_file(Path(os.path.abspath(folder)))  # noqa: PTH100
    if path is None:
        return Project()
    file = _read(path, _stamp(path))
    project = Project(path, file, problems=file.problems)
    if file.catalogue:
        return project.with_catalogue(file.catalogue)
    if file.items or file.contexts:
        return replace(project, catalogue=ExtendedCatalogue(SEEDED, file))
    return project


def _stamp(path: Path) -> tuple[int, int]:
    """What changes whenever the file does."""
    try:
        status = path.stat()
    except OSError:
        return 0, 0
    return status.st_mtime_ns, status.st_size


@lru_cache(64)
def _read(path: Path, stamp: tuple[int, int]) -> ProjectFile:
    try:
        return read_project_file(read_file(path).text)
    except FileError as error:
        return ProjectFile(problems=(Problem(1, f"It cannot be read: {error}."),))


def _open(name: str, folder: Path | None) -> tuple[Catalogue, str, tuple[str, ...]]:
    path = find_catalogue(name, folder)
    if path is None:
        advice = "`fastformula catalog import` makes one."
        return SEEDED, "", (f"There is no catalogue `{name}`. {advice}",)
    stamp = _stamp(path)
    catalogue, complaints = _open_file(path, stamp)
    return catalogue, f"{path} {stamp}", complaints


@lru_cache(16)
def _open_file(path: Path, stamp: tuple[int, int]) -> tuple[Catalogue, tuple[str, ...]]:
    # The database is loaded only for those who have a catalogue.
    from fastformula_server.catalogue.store import open_catalogue

    try:
        return open_catalogue(path), ()
    except CatalogueError as error:
        return SEEDED, (str(error),)
