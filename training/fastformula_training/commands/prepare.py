"""`fastformula-train prepare`: formulas become training rows."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from fastformula_training.config import load_config


@click.command()
@click.argument("sources", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help="The folder to make.",
)
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="KEY=VALUE",
    help="Change a setting, such as validation=0.2 or licence=Apache-2.0.",
)
def prepare(sources: tuple[Path, ...], out: Path, settings: tuple[str, ...]) -> None:
    """Make training data from folders of formulas and JSONL files.

    Formulas that do not parse and repeats of others are set aside; the rest is split
    by family and cut into holes.
    """
    from fastformula_training.prepare import PrepareConfig
    from fastformula_training.prepare import prepare as run

    config = load_config(PrepareConfig, None, settings)
    card = run(sources, out, config, _watch)
    documents, rows = card["documents"], card["rows"]
    click.echo(
        f"{documents['kept']} formulas kept, {documents['duplicates']} repeats and "
        f"{documents['set_aside']} others set aside; holes to train on: "
        f"{rows['train']}, to validate: {rows['validation']}, to test: {rows['test']}."
    )
    click.echo(f"The data card is {out / 'README.md'}.")


def _watch(items: Iterable[Any], stage: str) -> Iterable[Any]:
    """A progress bar around the items, without an end where none is known."""
    from rich.progress import track

    total = len(items) if isinstance(items, list | tuple) else None
    return track(items, description=f"{stage:18}", total=total)
