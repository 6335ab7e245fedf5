"""`fastformula complete`: what the server would offer at a place."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import click
from fastformula.text import LineIndex, Position

from fastformula_server.failure import Failure
from fastformula_server.files import FileError, TextFile, read_file
from fastformula_server.settings import BackendKind, Settings, read_settings


@click.command("complete")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--line", type=click.IntRange(min=1), required=True, help="From 1.")
@click.option(
    "--column",
    type=click.IntRange(min=1),
    required=True,
    help="From 1, in characters; the cursor stands before that character.",
)
@click.option("--backend", type=click.Choice(get_args(BackendKind)))
@click.option("--base", help="For local: a base model's id or folder.")
@click.option("--adapter", help="For local: an adapter's folder.")
@click.option("--endpoint", help="For remote: the API's address.")
@click.option("--model", help="For remote: the model's name.")
@click.option(
    "--output-format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
)
def command(
    path: Path, line: int, column: int, output_format: str, **chosen: str | None
) -> None:
    """Complete FILE at a place with the model, as an editor would show it.

    What no option says is taken from the environment, such as
    FASTFORMULA_COMPLETION_BACKEND. The exit code is 2 when the file cannot be read
    or the model cannot be used.
    """
    from fastformula_completion import complete
    from fastformula_models import BackendError, open_backend

    settings, problems = read_settings({}, os.environ)
    if problems:
        raise click.UsageError(" ".join(problems))
    settings = _overlaid(settings, chosen)
    try:
        file = read_file(path)
        offset = _offset(file, line, column)
        backend = open_backend(settings.backend_settings())
        try:
            found = complete(file.text, offset, backend, manual=True)
        finally:
            backend.close()
    except (FileError, BackendError) as error:
        raise Failure(str(error)) from error
    items = []
    for item in found.items:
        start, end = file.points(item.span)
        items.append({"text": item.text, "start": start, "end": end})
    if output_format == "json":
        answer = {"items": items, "milliseconds": round(found.milliseconds, 1)}
        click.echo(json.dumps(answer, indent=2))
        return
    for each in items:
        click.echo(each["text"])
    if not items:
        click.echo(f"No completion here: {found.reason}", err=True)


def _overlaid(settings: Settings, chosen: dict[str, str | None]) -> Settings:
    changes: dict[str, Any] = {
        name: value for name, value in chosen.items() if value is not None
    }
    return replace(settings, **changes)


def _offset(file: TextFile, line: int, column: int) -> int:
    lines = LineIndex(file.text)
    if line > len(lines.starts):
        raise click.UsageError(f"{file.path} has only {len(lines.starts)} lines")
    start, end = lines.line_span(line - 1)
    length = len(file.text[start:end].rstrip("\r\n"))
    if column > length + 1:
        raise click.UsageError(
            f"line {line} of {file.path} has only {length} characters"
        )
    return lines.offset(Position(line - 1, column - 1))
