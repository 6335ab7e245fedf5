"""`fastformula complete`: what the server would offer at a place."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click
from fastformula.text import LineIndex, Position

from fastformula_server.failure import Failure
from fastformula_server.files import FileError, TextFile, read_file
from fastformula_server.settings import BackendKind, Settings, read_settings

if TYPE_CHECKING:
    from fastformula_completion import Completion


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
    "--candidates",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="How many different completions are wanted; there are three at most.",
)
@click.option(
    "--explain",
    is_flag=True,
    help="Show what each stage did: the prompt, the answer, what was trimmed and why.",
)
@click.option(
    "--output-format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
)
def command(
    path: Path,
    line: int,
    column: int,
    candidates: int,
    explain: bool,
    output_format: str,
    **chosen: str | None,
) -> None:
    """Complete FILE at a place with the model, as an editor would show it.

    What no option says is taken from the environment, such as
    FASTFORMULA_COMPLETION_BACKEND. The exit code is 2 when the file cannot be read
    or the model cannot be used.
    """
    from fastformula_completion import complete
    from fastformula_completion.pipeline import Sampling
    from fastformula_models import BackendError, open_backend

    from fastformula_server.catalogue.places import find_project
    from fastformula_server.project import load_project

    settings, problems = read_settings({}, os.environ)
    if problems:
        raise click.UsageError(" ".join(problems))
    settings = _overlaid(settings, chosen)
    try:
        file = read_file(path)
        offset = _offset(file, line, column)
        project = load_project(path.parent)
        backend = open_backend(settings.backend_settings(find_project(path.parent)))
        try:
            found = complete(
                file.text,
                offset,
                backend,
                manual=True,
                environment=project.environment(path),
                configuration=project.file.lint,
                candidates=candidates,
                sampling=Sampling(
                    *settings.chosen_sampling(),
                    settings.max_tokens,
                    settings.chosen_adapter(),
                ),
            )
        finally:
            backend.close()
    except (FileError, BackendError) as error:
        raise Failure(str(error)) from error
    items = []
    for item in found.items:
        start, end = file.points(item.span)
        items.append({"text": item.text, "start": start, "end": end})
    if output_format == "json":
        answer: dict[str, Any] = {
            "items": items,
            "milliseconds": round(found.milliseconds, 1),
        }
        if explain:
            answer |= _explained(found)
        click.echo(json.dumps(answer, indent=2))
        return
    if explain:
        for part in _explanation(found):
            click.echo(part)
    for each in items:
        click.echo(each["text"])
    if not items:
        click.echo(f"No completion here: {found.reason}", err=True)


def _explained(found: Completion) -> dict[str, Any]:
    steps = [
        asdict(step) | {"milliseconds": round(step.milliseconds, 2)}
        for step in found.steps
    ]
    return {"reason": found.reason, "prompt": found.prompt, "steps": steps}


def _explanation(found: Completion) -> Iterator[str]:
    """The stages in words: what each left of the answer, and how long it took."""
    if found.prompt:
        yield f"--- prompt\n{found.prompt}"
    text = None
    for step in found.steps:
        why = f"  {step.why}" if step.why else ""
        yield f"--- {step.stage} {step.milliseconds:.1f} ms{why}"
        if step.text and step.text != text:
            yield step.text
        text = step.text or text
    yield f"--- {found.milliseconds:.1f} ms in all"


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
