"""What the open formulas are judged by besides their texts: project and settings."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from fastformula.analysis import Environment, Library
from fastformula.linter import Configuration
from pygls.uris import to_fs_path

from fastformula_server.catalogue.places import PROJECT_FOLDER, SUFFIX
from fastformula_server.files import SUFFIXES
from fastformula_server.project import Project, load_project
from fastformula_server.project_file import FILE_NAME, Problem, read_formula_type
from fastformula_server.settings import Settings
from fastformula_server.testing.case import ENDING

WATCHED = (
    f"**/{FILE_NAME}",
    f"**/{PROJECT_FOLDER}/*{SUFFIX}",
    *(f"**/*{suffix}" for suffix in sorted(SUFFIXES)),
    f"**/*{ENDING}",
)
"""Patterns of the files that surroundings and tests depend on."""


def is_of_project(path: Path) -> bool:
    """Whether the file is one that formulas of a project are judged by."""
    return path.name == FILE_NAME or path.suffix == SUFFIX


class Surroundings(NamedTuple):
    """Of one formula; equal ones mean that nothing has changed."""

    environment: Environment
    configuration: Configuration
    root: Path | None = None
    """The folder whose formulas see each other; None where one is alone."""
    project: Path | None = None
    """The `fastformula.toml` that holds for it."""
    problems: tuple[Problem, ...] = ()
    """What is wrong in that file."""
    complaints: tuple[str, ...] = ()
    """What is wrong with the settings, in sentences."""


class Workspace:
    """The folders that are open, and what is known of the formulas in them."""

    def __init__(
        self,
        library: Callable[[Path | None], Library],
        folders: tuple[Path, ...] = (),
    ) -> None:
        """`library` has the formulas below a folder, as far as they are known."""
        self._library = library
        self._folders = folders
        self._settings = Settings()

    @property
    def folders(self) -> tuple[Path, ...]:
        """The folders that are open."""
        return self._folders

    def roots(self) -> tuple[Path, ...]:
        """The folders whose formulas see each other, of those that are open."""
        files = ((folder, load_project(folder).path) for folder in self._folders)
        return tuple(
            dict.fromkeys(file.parent if file else folder for folder, file in files)
        )

    @property
    def settings(self) -> Settings:
        """Those in force."""
        return self._settings

    def open_folders(self, uris: Iterable[str]) -> None:
        """Take these folders for the workspace."""
        paths = (to_path(uri) for uri in uris)
        self._folders = tuple(path for path in paths if path is not None)

    def use(self, settings: Settings) -> tuple[str, ...]:
        """Put `settings` in force; what is wrong with them, in sentences."""
        problems: tuple[str, ...] = ()
        if settings.formula_type:
            try:
                name = read_formula_type(settings.formula_type)
            except ValueError as error:
                name, problems = "", (f"The setting formulaType: {error}",)
            settings = replace(settings, formula_type=name)
        self._settings = settings
        return problems

    def look(self, uri: str) -> Surroundings:
        """The surroundings of the formula at `uri`; reads files, in any thread."""
        path = to_path(uri)
        settings = self._settings
        # What lies nowhere yet belongs to no project.
        project = Project() if path is None else load_project(path.parent)
        file, problems = project.file, project.problems
        complaints: tuple[str, ...] = ()
        if settings.catalogue and not file.catalogue:
            project = project.with_catalogue(settings.catalogue)
            complaints = tuple(
                f"The setting catalogue: {each.message}"
                for each in project.problems[len(problems) :]
            )
        product = None if settings.product == "auto" else settings.product
        file = replace(
            file,
            product=file.product or product,
            formula_type=file.formula_type or settings.formula_type,
        )
        project = replace(project, file=file)
        root = None if path is None else self._root(path, project)
        library = self._library(root)
        environment = project.environment(path or Path(), library)
        return Surroundings(
            environment, file.lint, root, project.path, problems, complaints
        )

    def _root(self, path: Path, project: Project) -> Path | None:
        if project.path is not None:
            return project.path.parent
        inside = [each for each in self._folders if path.is_relative_to(each)]
        return max(inside, key=lambda each: len(each.parts), default=None)


def to_path(uri: str) -> Path | None:
    """The file that `uri` means; None where it is none on this machine."""
    try:
        name = to_fs_path(uri)
    except ValueError:  # what should be a host is none
        return None
    path = Path(name) if name and "\0" not in name else None
    return path if path and path.is_absolute() else None
