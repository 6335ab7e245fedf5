"""`fastformula check`: what is wrong in formulas."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from fastformula import Severity

from fastformula_server.options import parse_formula_type

if TYPE_CHECKING:
    from fastformula_server.checking import Checked, Wishes


def _parse_rule(
    context: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    from fastformula.linter import Configuration

    from fastformula_server.project_file import read_severity

    pairs = []
    for value in values:
        name, _, severity = value.partition("=")
        try:
            read_severity(Configuration(), name, severity)
        except ValueError as error:
            raise click.BadParameter(str(error)) from error
        pairs.append((name, severity))
    return tuple(pairs)


@click.command("check")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--output-format",
    type=click.Choice(["text", "json", "sarif", "github"]),
    default="text",
    show_default=True,
)
@click.option("--fix", is_flag=True, help="Make the fixes that are surely right.")
@click.option("--diff", is_flag=True, help="Only show what --fix would change.")
@click.option("--statistics", is_flag=True, help="Count, for each rule.")
@click.option("--product", type=click.Choice(["fusion", "ebs"]))
@click.option(
    "--formula-type", callback=parse_formula_type, help="The type of all the formulas."
)
@click.option(
    "--rule",
    "severities",
    multiple=True,
    metavar="NAME=SEVERITY",
    callback=_parse_rule,
    help="Set a rule to off, error, warning, information or hint; may be repeated.",
)
@click.option(
    "--no-config",
    is_flag=True,
    help="Read no fastformula.toml.",
)
def command(
    paths: tuple[Path, ...],
    output_format: str,
    diff: bool,
    statistics: bool,
    **wanted: Any,
) -> None:
    """Report what is wrong in formulas.

    PATHS are files, whatever their names, or folders, where files that end in .ff
    and .fff are looked for. The formulas of one run may call each other. The exit
    code is 0 when no errors were found, 1 when some were, and 2 when a file could not
    be read or fastformula.toml is not as it should be. With --diff, 1 says that
    --fix would change a file.
    """
    from fastformula_server.checking import check_files, find_project
    from fastformula_server.chosen import choose_files, list_problems
    from fastformula_server.console import counted, show_diff, summary, watch

    if statistics and (diff or output_format in ("sarif", "github")):
        raise click.UsageError("--statistics goes with the formats text and json only")
    if diff and output_format != "text":
        raise click.UsageError("--diff has a format of its own")
    wishes = _wishes(diff, **wanted)
    failures: list[str] = []

    def fail(failure: object) -> None:
        failures.append(str(failure))
        click.echo(f"Error: {failure}", err=True)

    look = partial(find_project, wishes=wishes)
    files = choose_files(paths, look, fail)
    problems = list_problems(files, look, lambda project: project.problems)
    for problem in problems:
        fail(problem)
    results = []
    for checked in check_files(files, wishes, watch):
        if checked.failure:
            fail(checked.failure)
        else:
            results.append(checked)
    unread = len(failures) - len(problems)
    changed = [checked for checked in results if checked.fixes]
    if diff:
        for checked in changed:
            show_diff(checked.path, checked.before, checked.text)
        click.echo(f"{counted(len(changed), 'file')} would be changed", err=True)
        sys.exit(2 if failures else 1 if changed else 0)
    if statistics:
        _show_statistics(output_format, results)
    else:
        _show(output_format, results, failures)
    if output_format == "text" and (results or not failures):
        click.echo(summary(results, unread))
    found = any(
        each.severity is Severity.ERROR
        for checked in results
        for each in checked.diagnostics
    )
    sys.exit(2 if failures else 1 if found else 0)


def _wishes(diff: bool, no_config: bool, fix: bool, **others: Any) -> Wishes:
    from fastformula_server.checking import Wishes

    mend: Any = "show" if diff else "write" if fix else "no"
    return Wishes(use_project=not no_config, mend=mend, **others)


def _show(
    output_format: str, results: Sequence[Checked], failures: Sequence[str]
) -> None:
    from fastformula_server.console import show_diagnostics
    from fastformula_server.reports import github_commands, json_rows

    if output_format == "sarif":
        from fastformula_server.sarif import sarif_log

        click.echo(json.dumps(sarif_log(results, failures), indent=2))
    elif output_format == "json":
        rows = [row for checked in results for row in json_rows(checked)]
        click.echo(json.dumps(rows, indent=2))
    elif output_format == "github":
        for checked in results:
            for line in github_commands(checked):
                click.echo(line)
    else:
        for checked in results:
            show_diagnostics(checked)


def _show_statistics(output_format: str, results: Sequence[Checked]) -> None:
    from fastformula_server.console import show_counts
    from fastformula_server.reports import count_codes

    counts = count_codes(results)
    if output_format == "json":
        click.echo(json.dumps([each._asdict() for each in counts], indent=2))
    else:
        show_counts(counts)
