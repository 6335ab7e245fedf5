"""What the commands share that have a model write: a model, progress, a diff."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from difflib import unified_diff
from pathlib import Path
from typing import Any

import click
from fastformula import parse
from fastformula.analysis import analyze
from fastformula.diagnostic import Diagnostic, render
from fastformula.linter import lint
from fastformula_completion.repair import Commission, Draft, Progress
from fastformula_models import BackendError, open_backend

from fastformula_server import checking
from fastformula_server.catalogue.places import find_project
from fastformula_server.checking import Wishes
from fastformula_server.failure import Failure
from fastformula_server.files import TextFile, write_file
from fastformula_server.settings import read_settings


@contextmanager
def commission(
    path: Path, wishes: Wishes, chosen: dict[str, Any], verb: str
) -> Iterator[Commission]:
    """A model and what its answers for the formula at `path` are judged by.

    What `chosen` does not say is taken from the environment. Raises Failure within
    and without, where the model cannot answer.
    """
    settings, problems = read_settings({}, os.environ)
    if problems:
        raise click.UsageError(" ".join(problems))
    given = {name: value for name, value in chosen.items() if value is not None}
    settings = replace(settings, **given)
    project = checking.find_project(path.parent, wishes)
    environment = project.environment(path)

    def find(text: str) -> tuple[Diagnostic, ...]:
        return lint(analyze(parse(text), environment), project.file.lint)

    try:
        backend = open_backend(settings.backend_settings(find_project(path.parent)))
        try:
            yield Commission(
                backend,
                find,
                environment,
                repairs=settings.repairs,
                sampling=settings.chosen_sampling(),
                adapter=settings.chosen_adapter(),
                report=_Meter(verb).show,
            )
        finally:
            _Meter.clear()
            backend.close()
    except BackendError as error:
        raise Failure(str(error)) from error
    except KeyboardInterrupt:
        raise Failure("interrupted; nothing was written") from None


class _Meter:
    """How far a model has come, on stderr: a line that changes, where that is seen."""

    def __init__(self, verb: str) -> None:
        self._verb = verb
        self._shown = ""

    def show(self, progress: Progress) -> None:
        again = f", attempt {progress.attempt}" if progress.attempt > 1 else ""
        line = f"{self._verb}{again} …"
        if sys.stderr.isatty():
            line += f" line {progress.said.count(chr(10)) + 1}"
        if line != self._shown:
            self._shown = line
            end = "" if sys.stderr.isatty() else "\n"
            click.echo(f"{_CLEAR if not end else ''}{line}{end}", err=True, nl=False)

    @staticmethod
    def clear() -> None:
        if sys.stderr.isatty():
            click.echo(_CLEAR, err=True, nl=False)


_CLEAR = "\r\x1b[K"


def show_left(draft: Draft, path: Path) -> None:
    """Say on stderr what is still wrong with what was written."""
    if draft.diagnostics:
        click.echo(render(draft.text, draft.diagnostics, str(path)), err=True)


def change_file(file: TextFile, draft: Draft, *, yes: bool) -> None:
    """Show what would change, ask, and write it. Raises Failure where it may not."""
    before, after = (text.splitlines(keepends=True) for text in (file.text, draft.text))
    for line in unified_diff(before, after, str(file.path), str(file.path)):
        click.echo(line, nl=False)
        if not line.endswith("\n"):
            click.echo("\n\\ No newline at end of file")
    show_left(draft, file.path)
    try:
        agreed = yes or click.confirm("Write it?", err=True)
    except click.Abort:
        agreed = False
    if not agreed:
        raise Failure("nothing was written")
    write_file(file, draft.text)
