"""`fastformula-train merge`: an adapter and its base become one model."""

from pathlib import Path

import click


@click.command()
@click.argument(
    "adapter", type=click.Path(path_type=Path, exists=True, file_okay=False)
)
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder of the model.",
)
@click.option("--base", default="", help="Where the base is, if not as the card says.")
@click.option("--download", is_flag=True, help="The base may be fetched.")
def merge(adapter: Path, out: Path, base: str, download: bool) -> None:
    """Put an adapter into its base's weights, as safetensors.

    What comes out is a model of its own, which runs wherever its base does.
    """
    from fastformula_training.run.merge import merge as run

    click.echo(f"The model is in {run(adapter, out, base, download)}.")
