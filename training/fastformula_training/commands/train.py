"""`fastformula-train train`: a recipe becomes an adapter."""

import math
import os

import click

from fastformula_training.commands.init import split_recipe
from fastformula_training.config import RunConfig, load_config
from fastformula_training.recipes import recipe_file


@click.command()
@click.argument("settings", nargs=-1, metavar="[RECIPE] [KEY=VALUE]...")
@click.option("--resume", is_flag=True, help="Go on from the last checkpoint.")
@click.option(
    "--anyway", is_flag=True, help="Start even where memory seems not to be enough."
)
@click.option("--quiet", is_flag=True, help="No progress bar.")
def train(settings: tuple[str, ...], resume: bool, anyway: bool, quiet: bool) -> None:
    """Train an adapter (or all weights) from a recipe.

    RECIPE is a file, or the name of one that `fastformula-train recipes` lists.
    KEY=VALUE pairs override the recipe, such as learning_rate=1e-4.
    """
    from fastformula_training.planning.plan import require_fit
    from fastformula_training.run.train import train as run

    recipe, overrides = split_recipe(settings)
    config = load_config(RunConfig, recipe_file(recipe), overrides)
    if not anyway:
        require_fit(config)
    result = run(config, resume=resume, quiet=quiet)
    if int(os.environ.get("RANK", "0")):
        return  # The first of several processes speaks for all.
    share = 100 * result.trainable / result.parameters
    click.echo(
        f"{result.steps} steps; {result.trainable:,} of {result.parameters:,} "
        f"parameters trained ({share:.2f} %); mean loss {result.loss:.4f}"
        + (
            ""
            if math.isnan(result.validation_loss)
            else f", validation loss {result.validation_loss:.4f}"
        )
    )
    click.echo(f"The {result.folder.name} is in {result.folder}.")
