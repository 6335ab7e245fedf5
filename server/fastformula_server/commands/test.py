"""`fastformula test`: formulas against their cases."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, NoReturn

import click

from fastformula_server.failure import Failure

if TYPE_CHECKING:
    from fastformula_server.testing.case import Case
    from fastformula_server.testing.coverage import Tally
    from fastformula_server.testing.playing import Result
    from fastformula_server.testing.watching import Played


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
    "--watch",
    "watches",
    is_flag=True,
    help="Go on, and run again what a change of a file touches; Ctrl+C ends it.",
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
    watches: bool,
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
    counts = coverage or annotate or lcov is not None
    told = _Told(junit_xml, counts, annotate, lcov)
    folders = paths or (Path(),)
    if watches:
        _watch(folders, wanted, at_once, told)
    _play(folders, wanted, at_once, told)


class _Told(NamedTuple):
    """What is shown and written besides the failures."""

    junit_xml: Path | None
    counts: bool
    """Whether what is reached is counted."""
    annotate: bool
    lcov: Path | None


def _play(
    paths: tuple[Path, ...], wanted: str | None, at_once: bool, told: _Told
) -> NoReturn:
    """Play all cases once."""
    from fastformula.interpreter import Semantics

    from fastformula_server.testing.case import CaseError
    from fastformula_server.testing.case_file import read_case_file
    from fastformula_server.testing.coverage import Tally
    from fastformula_server.testing.playing import play

    started = time.perf_counter()
    results: list[Result] = []
    tally = Tally() if told.counts else None
    try:
        cases = [
            case
            for file in _find_files(paths)
            for case in read_case_file(file)
            if _is_chosen(case, wanted)
        ]
        for result in play(cases, Semantics(), None if tally is None else tally.add):
            results.append(result)
            _show(result)
            if at_once and not result.passed:
                break
        click.echo()
    except CaseError as error:
        raise Failure(str(error)) from error
    if not results:
        raise Failure("there are no such cases; they stand in files *.fftest.toml")
    _report(results, time.perf_counter() - started, tally, told)
    sys.exit(0 if all(each.passed for each in results) else 1)


def _watch(
    paths: tuple[Path, ...], wanted: str | None, at_once: bool, told: _Told
) -> NoReturn:
    """Play all cases, and those again that a change touches, until Ctrl+C."""
    from fastformula_server.testing.reports import summary
    from fastformula_server.testing.watching import INTERVAL, changed, play_file

    started = time.perf_counter()
    played: dict[Path, Played] = {}
    waiting: list[Path] = []
    """Case files behind a failure, where that ends a round."""
    seen: list[Path] | None = None
    try:
        while True:
            files = list(_find_files(paths))
            due = changed(played, [file for file in files if file not in waiting])
            if due or files != seen:
                seen = files
                began = time.perf_counter()
                kept = [each for each in files if each not in due]
                queue = due + [each for each in waiting if each in kept]
                played = {each: played[each] for each in kept if each in played}
                waiting = []
                # This does nothing unless somebody sits at a terminal.
                click.clear()
                while queue and not (at_once and _has_failed(played.values())):
                    file = queue.pop(0)
                    played[file] = play_file(
                        file,
                        partial(_is_chosen, wanted=wanted),
                        _show,
                        at_once=at_once,
                        counts=told.counts,
                    )
                waiting = queue
                click.echo()
                _report_all(list(played.values()), time.perf_counter() - began, told)
            time.sleep(INTERVAL)
    except KeyboardInterrupt:
        results = [result for each in played.values() for result in each.results]
        click.echo(f"\n{summary(results, time.perf_counter() - started)}")
        sys.exit(1 if _has_failed(played.values()) else 0)


def _has_failed(played: Iterable[Played]) -> bool:
    return any(
        each.failure or not all(result.passed for result in each.results)
        for each in played
    )


def _report_all(played: Sequence[Played], seconds: float, told: _Told) -> None:
    """What holds of all case files after a round."""
    from fastformula_server.testing.coverage import Tally

    results = [result for each in played for result in each.results]
    tally = Tally() if told.counts else None
    for each in played:
        if tally is not None and each.tally is not None:
            tally.include(each.tally)
    _report(results, seconds, tally, told)
    for each in played:
        if each.failure:
            click.echo(f"Error: {each.failure}")
    click.echo("Waiting for changes; Ctrl+C ends it.")


def _report(
    results: Sequence[Result], seconds: float, tally: Tally | None, told: _Told
) -> None:
    from fastformula_server.testing.reports import failure_lines, junit_xml, summary

    for result in results:
        if not result.passed:
            click.echo("\n".join(failure_lines(result)))
    click.echo(summary(results, seconds))
    if tally is not None:
        _show_coverage(tally, results, told)
    if told.junit_xml is not None:
        _write(told.junit_xml, junit_xml(results), force=True)


def _show(result: Result) -> None:
    click.echo("." if result.passed else "F", nl=False)


def _is_chosen(case: Case, wanted: str | None) -> bool:
    return wanted is None or wanted.lower() in case.title.lower()


def _show_coverage(tally: Tally, results: Sequence[Result], told: _Told) -> None:
    from fastformula_server.files import absolute
    from fastformula_server.testing.coverage import annotated, lcov, summary_line
    from fastformula_server.testing.playing import analyse

    paths = list(dict.fromkeys(each.case.formula for each in results))
    known = {absolute(path) for path in paths}
    paths += (path for path in tally.paths() if path not in known)
    covered = [tally.covered(path, analyse(path, frozenset())) for path in paths]
    for each in covered:
        click.echo(summary_line(each))
        if told.annotate:
            click.echo("\n".join(annotated(each)))
    if told.lcov is not None:
        _write(told.lcov, lcov(covered), force=True)


def _write_skeleton(path: Path) -> None:
    from fastformula_server.called import Neighbours
    from fastformula_server.project import load_project
    from fastformula_server.testing.case import ENDING, CaseError
    from fastformula_server.testing.playing import analyse
    from fastformula_server.testing.skeleton import make_skeleton

    try:
        analysis = analyse(path, frozenset())
    except CaseError as error:
        raise Failure(str(error)) from error
    file = path.with_name(path.stem + ENDING)
    neighbours = Neighbours(path.parent, load_project(path.parent))
    text = make_skeleton(analysis, path.name, neighbours.find)
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


def _find_files(paths: tuple[Path, ...]) -> Iterator[Path]:
    """The case files that are meant, by name; hidden folders are left out."""
    from fastformula_server.files import is_folder
    from fastformula_server.testing.case import ENDING

    for path in paths:
        if not is_folder(path):
            yield path
            continue
        for parent, folders, names in os.walk(path):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            yield from (
                Path(parent, name) for name in sorted(names) if name.endswith(ENDING)
            )
