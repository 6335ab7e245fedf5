"""`fastformula-train export`: a trained model becomes the embedded one."""

from pathlib import Path
from typing import Literal

import click


@click.command()
@click.argument("model", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder of the embedded model.",
)
@click.option(
    "--storage",
    type=click.Choice(["int8", "float16"]),
    default="int8",
    show_default=True,
    help="How weights are kept on disk.",
)
def export(model: Path, out: Path, storage: Literal["int8", "float16"]) -> None:
    """Write a small Llama that `train` made as the embedded backend's files."""
    from fastformula_training.export import export as run

    size = run(model, out, storage)
    click.echo(f"{out / 'model.safetensors'} has {size / 1e6:.1f} MB.")
