"""What a check found, as people read it: drawn, counted, as a diff, with progress."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from difflib import unified_diff
from pathlib import Path
from typing import TypeVar

import click
from fastformula.diagnostic import Severity, render

from fastformula_server.checking import Checked
from fastformula_server.reports import Count

_STYLES = {
    "error": "bold red",
    "warning": "bold yellow",
    "information": "bold blue",
    "hint": "bold cyan",
    "place": "bold",
    "carets": "red",
}

_LONG_RUN = 20
"""From so many files on, a terminal shows how far it has come."""

_Step = TypeVar("_Step")


def watch(steps: Iterable[_Step], description: str, total: int) -> Iterable[_Step]:
    """`steps`, with a bar on the terminal where there are many."""
    if total < _LONG_RUN or not sys.stderr.isatty():
        return steps
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    return track(steps, description, total, console=console, transient=True)


def show_diagnostics(checked: Checked) -> None:
    """Print what is wrong in one file, with carets; on a terminal in colours."""
    if not checked.diagnostics:
        return
    drawn = render(checked.text, checked.diagnostics, str(checked.path))
    if sys.stdout.isatty():
        _print_coloured(drawn, checked.path)
    else:
        click.echo(drawn)


def _print_coloured(drawn: str, path: Path) -> None:
    from rich.console import Console
    from rich.text import Text
    from rich.theme import Theme

    text = Text(drawn)
    severities = "|".join(f"(?P<{name}>{name})" for name in Severity)
    place = re.escape(str(path))
    text.highlight_regex(rf"(?m)^(?P<place>{place}:\d+:\d+): (?:{severities}):")
    text.highlight_regex(r"(?m)^ {4}[ \t]*(?P<carets>\^+)$")
    Console(theme=Theme(_STYLES)).print(text, soft_wrap=True)


def show_counts(counts: Sequence[Count]) -> None:
    """Print a line for each code and severity."""
    width = max((len(each.code) for each in counts), default=0)
    for each in counts:
        files = counted(each.files, "file")
        click.echo(
            f"{each.times:>6}  {each.code:<{width}}  {each.severity:<11}  in {files}"
        )


def show_diff(path: Path, before: str, after: str) -> None:
    """Print what has changed or would change in one file."""
    lines = unified_diff(
        before.splitlines(keepends=True),
        after.splitlines(keepends=True),
        str(path),
        str(path),
    )
    for line in lines:
        click.echo(line, nl=False)
        if not line.endswith("\n"):
            click.echo("\n\\ No newline at end of file")


def summary(results: Sequence[Checked], unread: int) -> str:
    """The last line of a run, in which `unread` files could not be checked."""
    found = Counter(
        each.severity for checked in results for each in checked.diagnostics
    )
    kinds = ", ".join(
        counted(found[severity], severity) for severity in Severity if found[severity]
    )
    fixes = sum(checked.fixes for checked in results)
    fixed = f"; {counted(fixes, 'problem')} fixed" if fixes else ""
    missing = f"; {unread} could not be checked" if unread else ""
    files = counted(len(results), "file")
    return f"{files} checked: {kinds or 'no problems found'}{fixed}{missing}"


def counted(count: int, noun: str) -> str:
    """`1 file` or `2 files`."""
    plural = "" if count == 1 or noun == Severity.INFORMATION else "s"
    return f"{count} {noun}{plural}"
