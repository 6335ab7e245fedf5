"""The formulas that a command line names, and what is wrong with their projects."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import click

from fastformula_server.files import FileError, find_files, is_folder
from fastformula_server.project import Project
from fastformula_server.project_file import Problem

FindProject = Callable[[Path], Project]
"""The project of the formulas in a folder."""


def choose_files(
    paths: Iterable[Path], find_project: FindProject, fail: Callable[[FileError], None]
) -> list[Path]:
    """The files among `paths`, and those in its folders that are not excluded."""
    chosen: dict[Path, None] = {}
    for path in paths:
        if not is_folder(path):
            chosen[path] = None
            continue
        empty = True
        for file in find_files(path, fail):
            empty = False
            if not find_project(file.parent).excludes(file):
                chosen[file] = None
        if empty:
            click.echo(f"Warning: {path}: no .ff or .fff files here", err=True)
    return list(chosen)


def list_problems(
    files: Iterable[Path],
    find_project: FindProject,
    problems: Callable[[Project], tuple[Problem, ...]],
) -> list[str]:
    """What is wrong with the `fastformula.toml` of the files, said once."""
    folders = dict.fromkeys(file.parent for file in files)
    said = dict.fromkeys(
        f"{project.path}:{problem.line}: {problem.message}"
        for project in map(find_project, folders)
        for problem in problems(project)
    )
    return list(said)
