"""`fastformula-train init`: make a small base model."""

from pathlib import Path

import click

from fastformula_training.config import load_config


@click.command()
@click.argument("settings", nargs=-1, metavar="[SHAPE.toml] [KEY=VALUE]...")
def init(settings: tuple[str, ...]) -> None:
    """Make a small base model with random weights and a tokenizer of its own.

    KEY=VALUE pairs set the shape: documents and output must be given, then
    architecture (llama, qwen2, phi), hidden, layers, heads, vocabulary and more.
    """
    from fastformula_training.bases.init import BaseConfig, init_base

    recipe, overrides = split_recipe(settings)
    folder = init_base(load_config(BaseConfig, recipe, overrides))
    click.echo(f"The base model is in {folder}.")


def split_recipe(settings: tuple[str, ...]) -> tuple[Path | None, tuple[str, ...]]:
    """The recipe, if the first argument is one, and the key=value pairs."""
    if settings and "=" not in settings[0]:
        return Path(settings[0]), settings[1:]
    return None, settings
