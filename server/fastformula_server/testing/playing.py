"""Playing cases: each formula is read once, each case is a run of its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache, partial
from pathlib import Path
from typing import NamedTuple, TypeAlias

from fastformula import parse
from fastformula.analysis import Analysis, analyze
from fastformula.interpreter import Semantics, Step, Value, head_span, run
from fastformula.text import Span

from fastformula_server.called import Neighbours, know_items
from fastformula_server.files import FileError, Read, absolute, read_file
from fastformula_server.outcomes import step_line
from fastformula_server.project import load_project
from fastformula_server.testing.case import Case, CaseError
from fastformula_server.testing.case_values import make_case_world
from fastformula_server.testing.comparing import Difference, compare
from fastformula_server.testing.explaining import explain, last_of
from fastformula_server.testing.following import Followed, follow

Watch: TypeAlias = Callable[[Path, Step], None]
"""Is told each statement that is through, and of which formula: its absolute path."""


class Place(NamedTuple):
    """A statement, or a part of one."""

    path: Path
    """Of its formula; absolute."""
    line: int
    """From 1."""
    span: Span


class Result(NamedTuple):
    """What became of a case."""

    case: Case
    seconds: float
    differences: tuple[Difference, ...] = ()
    steps: tuple[str, ...] = ()
    """The statements that made what differs, as people read them."""
    place: Place | None = None
    """The statement that made the first thing that differs, or could not be done."""
    values: Mapping[Path, Mapping[str, Value]] = {}
    """What names held last, in upper case, by the absolute path of their formula; of a
    case that passes nothing."""

    @property
    def passed(self) -> bool:
        """Whether everything is as expected."""
        return not self.differences


def play(
    cases: Iterable[Case],
    semantics: Semantics,
    watch: Watch | None = None,
    read: Read = read_file,
    heed: Callable[[], None] | None = None,
) -> Iterator[Result]:
    """What becomes of each case, in order; raises CaseError for one that cannot run.

    A case is played when its result is asked for, so that one may stop at any. `watch`
    is told the statements, of called formulas too, without their values; `read` gives
    the texts of formulas, and `heed` may end a run by what it raises.
    """
    # Most cases of a file ask for the same.
    neighbours_of = lru_cache(maxsize=64)(partial(_neighbours, read))
    analysis_of = lru_cache(maxsize=64)(partial(analyse, read=read))
    for case in cases:
        started = time.perf_counter()
        analysis = analysis_of(case.formula, frozenset(case.meets.items))
        neighbours = neighbours_of(case.formula.parent, frozenset(case.meets.items))
        path_of = lru_cache(partial(_path_of, case, analysis, neighbours))
        try:
            world = make_case_world(case.meets, analysis, neighbours)
            told = None if watch is None else _placed(watch, path_of)
            outcome = run(
                analysis, world, semantics, told, with_values=False, heed=heed
            )
            differences = compare(case.expected, outcome)
        except ValueError as error:
            raise CaseError(f"{case.title}: {error}") from error
        steps: tuple[Step, ...] = ()
        place: Place | None = None
        again = follow(analysis, world, semantics, heed) if differences else Followed()
        if any(each.name for each in differences):
            name = analysis.environment.formula_name
            steps = explain(again.steps, name, {each.name for each in differences})
            last = last_of(again.steps, name, differences[0].name)
            place = last and Place(
                path_of(last.formula), last.line, head_span(last.statement)
            )
        elif differences and outcome.error is not None:
            stop = outcome.error
            place = Place(path_of(stop.formula), stop.line, stop.span)
        lines = tuple(step_line(step) for step in steps)
        seconds = time.perf_counter() - started
        values = {path_of(name): held for name, held in again.values.items()}
        yield Result(case, seconds, differences, lines, place, values)


def _neighbours(read: Read, folder: Path, items: frozenset[str]) -> Neighbours:
    return Neighbours(folder, load_project(folder), read, items)


def analyse(path: Path, items: frozenset[str], read: Read = read_file) -> Analysis:
    """What the formula means where these names are items; raises CaseError."""
    try:
        file = read(path)
    except FileError as error:
        raise CaseError(f"the formula of a case cannot be read: {error}") from error
    environment = load_project(path.parent).environment(path)
    return analyze(parse(file.text), know_items(environment, items))


def _path_of(case: Case, analysis: Analysis, neighbours: Neighbours, name: str) -> Path:
    """The absolute path of the formula that runs under that name."""
    path = case.formula
    if name != analysis.environment.formula_name:
        path = neighbours.path_of(name) or path
    return absolute(path)


def _placed(watch: Watch, path_of: Callable[[str], Path]) -> Callable[[Step], None]:
    return lambda step: watch(path_of(step.formula), step)
