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
    "--out",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder for documents.jsonl.",
)
def synthesize(count: int, seed: int, out: Path) -> None:
    """Write realistic formulas that nobody owns, to train and test models on."""
    from fastformula_training.synthesize import write_formulas

    file = write_formulas(count, seed, out)
    click.echo(f"{count} formulas are in {file}.")
