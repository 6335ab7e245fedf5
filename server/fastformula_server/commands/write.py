"""`fastformula write`: a formula, or lines of one, from an author's words."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from fastformula_server.failure import Failure
from fastformula_server.options import model_options, parse_formula_type


@click.command("write")
@click.argument("words")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The file to write; it must not be there yet.",
)
@click.option("--force", is_flag=True, help="Overwrite the file of --out.")
@click.option(
    "--into", type=click.Path(path_type=Path), help="A formula to put lines into."
)
@click.option(
    "--line", type=click.IntRange(min=1), help="They become line N of that formula."
)
@click.option("--yes", is_flag=True, help="Do not ask before the formula is changed.")
@click.option("--product", type=click.Choice(["fusion", "ebs"]))
@click.option(
    "--formula-type", callback=parse_formula_type, help="The type of the formula."
)
@model_options
def command(
    words: str,
    out: Path | None,
    force: bool,
    into: Path | None,
    line: int | None,
    yes: bool,
    product: Any,
    formula_type: str,
    **chosen: str | None,
) -> None:
    """Write what WORDS ask for with a model, and check it.

    A whole formula is printed, or written to the file of --out. With --into and --line
    it becomes part of a formula, and you are shown the difference and asked. A mistake
    is sent back to the model, as often as the setting writing.repairs says.

    The small model that comes with fastformula cannot do this: choose one with
    --backend, or with FASTFORMULA_COMPLETION_BACKEND and its like. The exit code is 0
    when no errors are left, 1 when some are, and 2 when nothing was written.
    """
    from fastformula_completion.insertion import room_above
    from fastformula_completion.writing import write

    from fastformula_server.checking import Wishes
    from fastformula_server.commissions import change_file, commission, show_left
    from fastformula_server.files import FileError, create_file, read_file

    if (into is None) != (line is None):
        raise click.UsageError("--into and --line go together")
    if into and out:
        raise click.UsageError("--into and --out do not go together")
    if not words.strip():
        raise click.UsageError("say in WORDS what is to be written")
    if out and out.exists() and not force:
        raise Failure(f"{out} is there already; --force overwrites it")
    if out and not out.parent.is_dir():
        raise Failure(f"{out} cannot be written: there is no folder {out.parent}")
    wishes = Wishes(product=product, formula_type=formula_type)
    path = into or out or Path("formula.ff")
    try:
        file = read_file(into) if into else None
        text = file.text if file else ""
        with commission(path, wishes, chosen, "Writing") as asked:
            draft = write(words, text, room_above(text, (line or 1) - 1), asked)
        if file:
            change_file(file, draft, yes=yes)
        elif out:
            create_file(out, draft.text, force=force)
            show_left(draft, out)
        else:
            click.echo(draft.text, nl=False)
            show_left(draft, path)
    except FileError as error:
        raise Failure(str(error)) from error
    sys.exit(1 if draft.errors else 0)
