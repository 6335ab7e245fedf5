"""`fastformula test`: formulas against their cases."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fastformula_server.failure import Failure

if TYPE_CHECKING:
    from fastformula_server.testing.case import Case
    from fastformula_server.testing.coverage import Tally
    from fastformula_server.testing.playing import Result


@click.command("test")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "-k", "wanted", metavar="TEXT", help="Only cases with this in their path or name."
)
@click.option("-x", "at_once", is_flag=True, help="Stop at the first case that fails.")
@click.option(
    "--junit-xml",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the results to this file, as JUnit does.",
)
@click.option("--coverage", is_flag=True, help="Say what of the formulas was reached.")
@click.option(
    "--annotate", is_flag=True, help="Show how often each line of them was reached."
)
@click.option(
    "--lcov",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the coverage to this file, as lcov does.",
)
@click.option(
    "--new",
    is_flag=True,
    help="Write a case file to begin with for each formula in PATHS, and run none.",
)
def command(
    paths: tuple[Path, ...],
    wanted: str | None,
    at_once: bool,
    junit_xml: Path | None,
    coverage: bool,
    annotate: bool,
    lcov: Path | None,
    new: bool,
) -> None:
    """Run formulas with the cases of files that end in .fftest.toml.

    PATHS are such files, or folders in which they are looked for; without PATHS, the
    folder one is in. With --new, PATHS are formulas. The exit code is 0 when all cases
    pass, 1 when some fail, and 2 when there are none, or a file is not as it should be.
    """
    if new:
        for path in paths:
            _write_skeleton(path)
        return
    from fastformula.interpreter import Semantics

    from fastformula_server.testing.case import CaseError
    from fastformula_server.testing.coverage import Tally
    from fastformula_server.testing.playing import play
    from fastformula_server.testing.reports import (
        failure_lines,
        summary,
    )
    from fastformula_server.testing.reports import (
        junit_xml as write_xml,
    )

    started = time.perf_counter()
    results: list[Result] = []
    tally = Tally() if coverage or annotate or lcov is not None else None
    watch = None if tally is None else tally.add
    try:
        cases = list(_find_cases(paths or (Path(),), wanted))
        for result in play(cases, Semantics(), watch):
            results.append(result)
            click.echo("." if result.passed else "F", nl=False)
            if at_once and not result.passed:
                break
        click.echo()
    except CaseError as error:
        raise Failure(str(error)) from error
    if not results:
        raise Failure("there are no such cases; they stand in files *.fftest.toml")
    failed = [each for each in results if not each.passed]
    for result in failed:
        click.echo("\n".join(failure_lines(result)))
    click.echo(summary(results, time.perf_counter() - started))
    if tally is not None:
        _show_coverage(tally, results, lcov, annotate)
    if junit_xml is not None:
        _write(junit_xml, write_xml(results), force=True)
    sys.exit(1 if failed else 0)


def _show_coverage(
    tally: Tally, results: Sequence[Result], lcov: Path | None, annotate: bool
) -> None:
    from fastformula_server.files import absolute
    from fastformula_server.testing.coverage import annotated, summary_line
    from fastformula_server.testing.coverage import lcov as write_lcov
    from fastformula_server.testing.playing import analyse

    paths = list(dict.fromkeys(each.case.formula for each in results))
    known = {absolute(path) for path in paths}
    paths += (path for path in tally.paths() if path not in known)
    covered = [tally.covered(path, analyse(path, frozenset())) for path in paths]
    for each in covered:
        click.echo(summary_line(each))
        if annotate:
            click.echo("\n".join(annotated(each)))
    if lcov is not None:
        _write(lcov, write_lcov(covered), force=True)


def _write_skeleton(path: Path) -> None:
    from fastformula_server.testing.case import CaseError
    from fastformula_server.testing.case_file import ENDING
    from fastformula_server.testing.playing import analyse
    from fastformula_server.testing.skeleton import make_skeleton

    try:
        analysis = analyse(path, frozenset())
    except CaseError as error:
        raise Failure(str(error)) from error
    file = path.with_name(path.stem + ENDING)
    text = make_skeleton(analysis, path.name)
    if path.suffix != ".ff":
        text = f"formula = {json.dumps(path.name)}\n{text}"
    _write(file, text, force=False)
    click.echo(f"{file} is written")


def _write(path: Path, text: str, *, force: bool) -> None:
    from fastformula_server.files import FileError, create_file

    try:
        create_file(path, text, force=force)
    except FileError as error:
        raise Failure(str(error)) from error


def _find_cases(paths: tuple[Path, ...], wanted: str | None) -> Iterator[Case]:
    from fastformula_server.testing.case_file import read_case_file

    for file in _find_files(paths):
        for case in read_case_file(file):
            if wanted is None or wanted.lower() in case.title.lower():
                yield case


def _find_files(paths: tuple[Path, ...]) -> Iterator[Path]:
    """The case files that are meant, by name; hidden folders are left out."""
    from fastformula_server.files import is_folder
    from fastformula_server.testing.case_file import ENDING

    for path in paths:
        if not is_folder(path):
            yield path
            continue
        for parent, folders, names in os.walk(path):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            yield from (
                Path(parent, name) for name in sorted(names) if name.endswith(ENDING)
            )
