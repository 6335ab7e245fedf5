"""`fastformula describe`: what a formula does, in a model's words."""

from __future__ import annotations

import re
from pathlib import Path

import click

from fastformula_server.failure import Failure
from fastformula_server.options import model_options


def _parse_lines(
    context: click.Context, parameter: click.Parameter, value: str | None
) -> tuple[int, int] | None:
    if value is None:
        return None
    match = re.fullmatch(r"(\d{1,7})(?:-(\d{1,7}))?", value)
    first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
    if not 1 <= first <= last:
        raise click.BadParameter("give a line, or the first and the last, such as 3-9")
    return first, last


@click.command("describe")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "--lines", callback=_parse_lines, metavar="FIRST-LAST", help="Only these lines."
)
@model_options
def command(path: Path, lines: tuple[int, int] | None, **chosen: str | None) -> None:
    """Explain what FILE does, or some lines of it, in a model's words.

    A model may be wrong. The exit code is 2 when the file cannot be read or the model
    cannot answer.
    """
    from fastformula.text import LineIndex, Span
    from fastformula_completion.explanation import explain

    from fastformula_server.checking import Wishes
    from fastformula_server.commissions import commission
    from fastformula_server.files import FileError, read_file

    try:
        file = read_file(path)
    except FileError as error:
        raise Failure(str(error)) from error
    span = Span(0, len(file.text))
    if lines:
        index = LineIndex(file.text)
        first, last = lines
        if last > len(index.starts):
            raise click.UsageError(f"{path} has only {len(index.starts)} lines")
        span = Span(index.starts[first - 1], index.line_span(last - 1)[1])
    with commission(path, Wishes(), chosen, "Reading") as asked:
        said = explain(file.text, span, asked)
    click.echo(said)
