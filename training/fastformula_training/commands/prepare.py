"""`fastformula-train prepare`: formulas become training rows."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

import click

from fastformula_training.config import load_config

Item = TypeVar("Item")


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
    help="Change a setting, such as validation=0.2, licence=MIT or literals=mask.",
)
@click.option(
    "--tokenizer",
    type=click.Path(path_type=Path),
    help="A model's folder; the data card then counts its tokens too.",
)
@click.option(
    "--processes",
    type=click.IntRange(min=0),
    default=0,
    help="How many share the work; 0, the default, is one for each core.",
)
def prepare(
    sources: tuple[Path, ...],
    out: Path,
    settings: tuple[str, ...],
    tokenizer: Path | None,
    processes: int,
) -> None:
    """Make training data from folders, zips, JSONL and CSV files with formulas.

    Formulas that do not parse and repeats of others are set aside; the rest is split
    by family and cut into rows.
    """
    from fastformula_training.data.data_card import open_counter
    from fastformula_training.data.prepare import PrepareConfig
    from fastformula_training.data.prepare import prepare as run

    config = load_config(PrepareConfig, None, settings)
    card = run(
        sources,
        out,
        config,
        tokenizer=open_counter(tokenizer) if tokenizer else None,
        processes=processes,
        watch=_watch,
    )
    documents, rows = card["documents"], card["rows"]
    click.echo(
        f"{documents['kept']} formulas kept, {documents['duplicates']} repeats and "
        f"{documents['set_aside']} others set aside; rows to train on: "
        f"{rows['train']}, to validate: {rows['validation']}, to test: {rows['test']}."
    )
    if config.literals == "mask":
        count = sum(card["masked"].values())
        click.echo(f"{count} personal or secret literals were replaced.")
    click.echo(f"The data card is {out / 'README.md'}.")


def _watch(items: Iterable[Item], stage: str, size: int) -> Iterator[Item]:
    """Show how far the items are, and when they will be done if that is known."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    ends = (BarColumn(), TimeRemainingColumn()) if size else (SpinnerColumn(),)
    progress = Progress(
        TextColumn(f"{stage:18}"), MofNCompleteColumn(), *ends, TimeElapsedColumn()
    )
    with progress:
        yield from progress.track(items, total=size or None)
