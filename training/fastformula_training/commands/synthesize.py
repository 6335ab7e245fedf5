"""`fastformula-train synthesize`: formulas written by a program."""

from pathlib import Path

import click


@click.command()
@click.option(
    "--count", type=click.IntRange(min=1), required=True, help="How many formulas."
)
@click.option(
    "--seed", type=int, default=1, show_default=True, help="The same seed, same texts."
)
@click.option(
    "--invented",
    type=click.FloatRange(0, 1),
    default=0.0,
    show_default=True,
    help="The share of formulas whose names have words that no other has.",
)
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder for documents.jsonl.",
)
def synthesize(count: int, seed: int, invented: float, out: Path) -> None:
    """Write realistic formulas that nobody owns, to train and test models on."""
    from fastformula_training.data.synthesize import write_formulas

    file = write_formulas(count, seed, out, invented)
    click.echo(f"{count} formulas are in {file}.")
