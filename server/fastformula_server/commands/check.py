"""`fastformula check`: what is wrong in formulas."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import click
from fastformula import Diagnostic, Severity, parse
from fastformula.diagnostic import render

from fastformula_server.files import (
    FileError,
    TextFile,
    find_files,
    is_folder,
    read_file,
)

_STYLES = {
    "error": "bold red",
    "warning": "bold yellow",
    "information": "bold blue",
    "hint": "bold cyan",
    "place": "bold",
    "carets": "red",
}


@click.command("check")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--output-format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
)
def command(paths: tuple[Path, ...], output_format: str) -> None:
    """Report what is wrong in formulas.

    PATHS are files, whatever their names, or folders, where files that end in .ff
    and .fff are looked for. The exit code is 0 when no errors were found, 1 when
    some were, and 2 when a file could not be read.
    """
    failures: list[FileError] = []

    def fail(error: FileError) -> None:
        failures.append(error)
        click.echo(f"Error: {error}", err=True)

    rows: list[dict[str, object]] = []
    found: Counter[Severity] = Counter()
    count = 0
    for path in _all_files(paths, fail):
        try:
            file = read_file(path)
        except FileError as error:
            fail(error)
            continue
        count += 1
        diagnostics = parse(file.text).errors
        found.update(each.severity for each in diagnostics)
        if output_format == "json":
            rows += (_row(file, each) for each in diagnostics)
        elif diagnostics:
            _show(file, diagnostics)
    if output_format == "json":
        click.echo(json.dumps(rows, indent=2))
    elif count or not failures:
        click.echo(_summary(count, found, len(failures)))
    sys.exit(2 if failures else 1 if found[Severity.ERROR] else 0)


def _all_files(
    paths: Iterable[Path], fail: Callable[[FileError], None]
) -> Iterator[Path]:
    for path in paths:
        if not is_folder(path):
            yield path
            continue
        empty = True
        for file in find_files(path, fail):
            empty = False
            yield file
        if empty:
            click.echo(f"Warning: {path}: no .ff or .fff files here", err=True)


def _row(file: TextFile, diagnostic: Diagnostic) -> dict[str, object]:
    start, end = file.points(diagnostic.span)
    return {
        "path": str(file.path),
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "message": diagnostic.message,
        "start": start,
        "end": end,
    }


def _show(file: TextFile, diagnostics: Iterable[Diagnostic]) -> None:
    drawn = render(file.text, diagnostics, str(file.path))
    if not sys.stdout.isatty():
        click.echo(drawn)
        return
    from rich.console import Console
    from rich.text import Text
    from rich.theme import Theme

    text = Text(drawn)
    severities = "|".join(f"(?P<{name}>{name})" for name in Severity)
    path = re.escape(str(file.path))
    text.highlight_regex(rf"(?m)^(?P<place>{path}:\d+:\d+): (?:{severities}):")
    text.highlight_regex(r"(?m)^ {4}[ \t]*(?P<carets>\^+)$")
    Console(theme=Theme(_STYLES)).print(text, soft_wrap=True)


def _summary(count: int, found: Counter[Severity], failures: int) -> str:
    kinds = ", ".join(
        _counted(found[severity], severity) for severity in Severity if found[severity]
    )
    unread = f"; {failures} could not be read" if failures else ""
    return f"{_counted(count, 'file')} checked: {kinds or 'no problems found'}{unread}"


def _counted(count: int, noun: str) -> str:
    plural = "" if count == 1 or noun == Severity.INFORMATION else "s"
    return f"{count} {noun}{plural}"
