"""The command `fastformula-train`: a literal list of commands, one file each."""

import click
from fastformula_models import BackendError

from fastformula_training.commands.evaluate import evaluate
from fastformula_training.commands.export import export
from fastformula_training.commands.init import init
from fastformula_training.commands.merge import merge
from fastformula_training.commands.plan import plan
from fastformula_training.commands.prepare import prepare
from fastformula_training.commands.recipes import recipes
from fastformula_training.commands.synthesize import synthesize
from fastformula_training.commands.train import train
from fastformula_training.error import TrainingError

COMMANDS: tuple[click.Command, ...] = (
    synthesize,
    prepare,
    init,
    recipes,
    plan,
    train,
    evaluate,
    merge,
    export,
)


class Commands(click.Group):
    """A group that says what went wrong in one line, without a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; errors of ours, and of the disk, become messages."""
        try:
            return super().invoke(ctx)
        except (TrainingError, BackendError, OSError) as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=Commands, commands={str(c.name): c for c in COMMANDS})
@click.version_option(package_name="fastformula", prog_name="fastformula-train")
def main() -> None:
    """Make completion models for FastFormula: from formulas to a loaded adapter."""
