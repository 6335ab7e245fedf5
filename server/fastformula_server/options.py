"""Options of the command line that several commands have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, get_args

import click

from fastformula_server.settings import BackendKind

Command = TypeVar("Command", bound=Callable[..., Any])


def model_options(command: Command) -> Command:
    """Give `command` the options that choose a model; they arrive as keywords."""
    for add in (
        click.option("--model", help="For remote: the model's name."),
        click.option("--endpoint", help="For remote: the API's address."),
        click.option("--adapter", help="For local: an adapter's folder."),
        click.option("--base", help="For local: a base model's id or folder."),
        click.option("--backend", type=click.Choice(get_args(BackendKind))),
    ):
        command = add(command)
    return command


def parse_formula_type(
    context: click.Context, parameter: click.Parameter, value: str | None
) -> str:
    """The name of the formula type that is meant; "" for none."""
    from fastformula_server.project_file import read_formula_type

    try:
        return read_formula_type(value) if value else ""
    except ValueError as error:
        raise click.BadParameter(str(error)) from error
