"""The formulas of a project, by the names that others call them by."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from pathlib import Path

from fastformula import parse
from fastformula.analysis import Analysis, Environment, analyze
from fastformula.language.database_item import DatabaseItem

from fastformula_server.files import FileError, Read, absolute, find_files, read_file
from fastformula_server.library import formula_name, header_name
from fastformula_server.project import ExtendedCatalogue, Project
from fastformula_server.project_file import ProjectFile


def know_items(environment: Environment, names: Iterable[str]) -> Environment:
    """`environment`, in which each of these upper-case names is an item."""
    catalogue = environment.catalogue
    unknown = {
        name: DatabaseItem(name, None, "shape", "both")
        for name in names
        if catalogue.find_item(name) is None
    }
    if not unknown:
        return environment
    extended = ExtendedCatalogue(catalogue, ProjectFile(items=unknown))
    return replace(environment, catalogue=extended)


class Neighbours:
    """Finds formulas by the name of their file, or the one in their header.

    They stand in the folder of the project, or, without one, of the formula that calls,
    and below; of two that have the same name, one in the folder of the formula counts.
    Files are read when somebody asks, and once.
    """

    __slots__ = (
        "_by_header",
        "_files",
        "_folder",
        "_items",
        "_known",
        "_project",
        "_read_text",
    )

    def __init__(
        self,
        folder: Path,
        project: Project,
        read: Read = read_file,
        items: Collection[str] = (),
    ) -> None:
        """`folder` is that of the formula that calls, `items` what surely is one."""
        self._folder = folder
        self._project = project
        self._read_text = read
        self._items = items
        self._known: dict[str, Analysis | None] = {}
        self._files: dict[str, Path] | None = None
        self._by_header: dict[str, Path] | None = None

    def find(self, name: str) -> Analysis | None:
        """The formula of that upper-case name; None where there is none to read."""
        if name not in self._known:
            self._known[name] = self._read(name)
        return self._known[name]

    def path_of(self, name: str) -> Path | None:
        """The file of the formula of that upper-case name."""
        name = name.replace(" ", "_")
        return self._paths().get(name) or self._headers().get(name)

    def _read(self, name: str) -> Analysis | None:
        path = self.path_of(name)
        if path is None:
            return None
        try:
            text = self._read_text(path).text
        except FileError:
            return None
        environment = self._project.environment(path)
        return analyze(parse(text), know_items(environment, self._items))

    def _paths(self) -> dict[str, Path]:
        if self._files is None:
            project = self._project
            root = self._folder if project.path is None else project.path.parent
            near = absolute(self._folder)
            self._files = {}
            for path in find_files(root, _pass_over):
                name = formula_name(path)
                is_first = name not in self._files or absolute(path.parent) == near
                if is_first and not project.excludes(path):
                    self._files[name] = path
        return self._files

    def _headers(self) -> dict[str, Path]:
        if self._by_header is None:
            self._by_header = {}
            for path in self._paths().values():
                try:
                    name = header_name(self._read_text(path).text)
                except FileError:
                    continue
                if name:
                    self._by_header.setdefault(name, path)
        return self._by_header


def _pass_over(error: FileError) -> None:
    """A folder that cannot be listed holds no formula that is called."""
