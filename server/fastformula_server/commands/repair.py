"""`fastformula repair`: a mistake mended by a model."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from fastformula_server.failure import Failure
from fastformula_server.options import model_options


@click.command("repair")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "--line",
    type=click.IntRange(min=1),
    required=True,
    help="Where `fastformula check` found the mistake.",
)
@click.option("--yes", is_flag=True, help="Do not ask before the formula is changed.")
@model_options
def command(path: Path, line: int, yes: bool, **chosen: str | None) -> None:
    """Have a model mend a mistake that begins in a line of FILE.

    For what `fastformula check --fix` cannot mend. The answer is taken only where the
    mistake is gone and no other is new; you are shown the difference and asked. The
    exit code is 1 when errors are left in the formula, and 2 when nothing was written.
    """
    from fastformula.diagnostic import Severity
    from fastformula.text import LineIndex
    from fastformula_completion.remedy import remedy

    from fastformula_server.checking import Wishes
    from fastformula_server.commissions import change_file, commission
    from fastformula_server.files import FileError, read_file

    try:
        file = read_file(path)
        index = LineIndex(file.text)
        with commission(path, Wishes(), chosen, "Mending") as asked:
            mistakes = [
                each
                for each in asked.find(file.text)
                if index.position(each.span.start).line == line - 1
            ]
            if not mistakes:
                raise Failure(f"no mistake begins in line {line} of {path}")
            worst = min(mistakes, key=lambda each: list(Severity).index(each.severity))
            draft = remedy(file.text, worst, asked)
        change_file(file, draft, yes=yes)
    except FileError as error:
        raise Failure(str(error)) from error
    left = asked.find(draft.text)
    sys.exit(1 if any(each.severity is Severity.ERROR for each in left) else 0)
