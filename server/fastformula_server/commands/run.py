"""`fastformula run`: what a formula gives for certain values."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fastformula_server.failure import Failure
from fastformula_server.files import FileError, read_file

if TYPE_CHECKING:
    from fastformula.interpreter import Step

    from fastformula_server.testing.case import Meets
    from fastformula_server.worlds import Pairs


def _parse_given(
    context: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> Pairs:
    pairs = []
    for value in values:
        name, sign, text = value.partition("=")
        if not sign or not name.strip():
            raise click.BadParameter(f"{value!r} is not of the form NAME=VALUE")
        pairs.append((name.strip().strip('"').upper(), text))
    return tuple(pairs)


@click.command("run")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "--input",
    "inputs",
    multiple=True,
    metavar="NAME=VALUE",
    callback=_parse_given,
    help="An input; may be repeated, as the next three.",
)
@click.option(
    "--dbi",
    "items",
    multiple=True,
    metavar="NAME=VALUE",
    callback=_parse_given,
    help='A database item or global value; an array as [5, 7] or {"A": 5}.',
)
@click.option(
    "--context",
    "contexts",
    multiple=True,
    metavar="NAME=VALUE",
    callback=_parse_given,
    help="A context.",
)
@click.option(
    "--function",
    "functions",
    multiple=True,
    metavar="NAME=VALUE",
    callback=_parse_given,
    help="What a function gives that asks the application.",
)
@click.option(
    "--case",
    "case_name",
    metavar="FILE[::NAME]",
    help="Take what the formula meets from a case of `fastformula test`, the first "
    "one or NAME; other options come before it.",
)
@click.option(
    "--effective-date",
    metavar="DATE",
    help="The date of the run, and the context EFFECTIVE_DATE.",
)
@click.option(
    "--loop-limit",
    type=click.IntRange(min=1),
    default=1_000_000,
    show_default=True,
    help="Rounds of all loops together, after which the run is stopped.",
)
@click.option("--trace", is_flag=True, help="Show each statement and its values.")
@click.option(
    "--output-format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
)
def command(
    path: Path,
    case_name: str | None,
    effective_date: str | None,
    loop_limit: int,
    trace: bool,
    output_format: str,
    **values: Pairs,
) -> None:
    """Run the formula FILE and show what it returns and logs.

    VALUE is written as it is, without quotes: 37.5, Full time, 2026-01-31; nothing
    behind the = is NULL. Formulas that it calls are looked for in its project, or in
    its folder and those below. The exit code is 1 when the run ends with an error,
    and 2 when the file or a value cannot be read.
    """
    from fastformula import parse
    from fastformula.analysis import analyze
    from fastformula.interpreter import Semantics, run

    from fastformula_server.called import Neighbours, know_items
    from fastformula_server.outcomes import error_lines, returned, step_line, to_json
    from fastformula_server.project import load_project
    from fastformula_server.testing.case import Meets
    from fastformula_server.testing.case_values import make_case_world
    from fastformula_server.worlds import Given, make_world, overlay

    try:
        file = read_file(path)
    except FileError as error:
        raise Failure(str(error)) from error
    project = load_project(path.parent)
    for problem in project.problems:
        place = f"{project.path}:{problem.line}"
        click.echo(f"Warning: {place}: {problem.message}", err=True)
    meets = Meets() if case_name is None else _find_case(case_name)
    names = {*meets.items, *(name for name, _ in values["items"])}
    environment = know_items(project.environment(path), names)
    analysis = analyze(parse(file.text), environment)
    neighbours = Neighbours(path.parent, project, items=names)
    try:
        given = Given(**values, effective_date=effective_date)
        world = overlay(
            make_case_world(meets, analysis, neighbours),
            make_world(given, analysis, neighbours),
        )
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    steps: list[Step] = []

    def show(step: Step) -> None:
        click.echo(step_line(step))

    is_text = output_format == "text"
    watch = (show if is_text else steps.append) if trace else None
    outcome = run(analysis, world, Semantics(loop_limit=loop_limit), watch)
    if is_text:
        for line in outcome.log:
            click.echo(f"log: {line.text}")
        for row in returned(outcome):
            click.echo(row)
        for row in error_lines(outcome.error, str(path), analysis):
            click.echo(row, err=True)
    else:
        click.echo(to_json(outcome, steps if trace else None))
    sys.exit(0 if outcome.error is None else 1)


def _find_case(name: str) -> Meets:
    """What a case meets, of a file `FILE` or `FILE::NAME`."""
    from fastformula_server.testing.case import CaseError
    from fastformula_server.testing.case_file import read_case_file

    path, _, wanted = name.partition("::")
    try:
        cases = read_case_file(Path(path))
    except CaseError as error:
        raise Failure(str(error)) from error
    for case in cases:
        if wanted in ("", case.name):
            return case.meets
    names = ", ".join(case.name for case in cases)
    raise click.UsageError(f"{path} has no case {wanted!r}; it has: {names}")
