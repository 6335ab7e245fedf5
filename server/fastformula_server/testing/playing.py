"""Playing cases: each formula is read once, each case is a run of its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from fastformula import parse
from fastformula.analysis import Analysis, analyze
from fastformula.interpreter import Semantics, Step, World, run

from fastformula_server.called import Neighbours
from fastformula_server.files import FileError, read_file
from fastformula_server.outcomes import step_line
from fastformula_server.project import load_project
from fastformula_server.testing.case import Case, CaseError
from fastformula_server.testing.case_values import make_case_world
from fastformula_server.testing.comparing import Difference, compare
from fastformula_server.worlds import know_items


class Result(NamedTuple):
    """What became of a case."""

    case: Case
    seconds: float
    differences: tuple[Difference, ...] = ()
    steps: tuple[str, ...] = ()
    """The statements that made what differs, as people read them."""

    @property
    def passed(self) -> bool:
        """Whether everything is as expected."""
        return not self.differences


def play(
    cases: Iterable[Case],
    semantics: Semantics,
    watch: Callable[[Step], None] | None = None,
) -> Iterator[Result]:
    """What becomes of each case, in order; raises CaseError for one that cannot run.

    `watch` is told the statements, of called formulas too.
    """
    # Most cases of a file ask for the same.
    neighbours_of = lru_cache(maxsize=64)(_neighbours)
    analysis_of = lru_cache(maxsize=64)(analyse)
    for case in cases:
        started = time.perf_counter()
        analysis = analysis_of(case.formula, frozenset(case.meets.items))
        neighbours = neighbours_of(case.formula.parent)
        try:
            world = make_case_world(case.meets, analysis, neighbours)
            differences = compare(case.expected, run(analysis, world, semantics, watch))
        except ValueError as error:
            raise CaseError(f"{case.title}: {error}") from error
        steps = _explain(analysis, world, semantics, differences)
        yield Result(case, time.perf_counter() - started, differences, steps)


def _neighbours(folder: Path) -> Neighbours:
    project = load_project(folder)
    return Neighbours(folder if project.path is None else project.path.parent, project)


def analyse(path: Path, items: frozenset[str]) -> Analysis:
    """What the formula means where these names are items; raises CaseError."""
    try:
        file = read_file(path)
    except FileError as error:
        raise CaseError(f"the formula of a case cannot be read: {error}") from error
    environment = load_project(path.parent).environment(path)
    names = tuple((name, "") for name in items)
    return analyze(parse(file.text), know_items(environment, names))


_MOST = 12
"""Statements that are shown for a failure."""


def _explain(
    analysis: Analysis,
    world: World,
    semantics: Semantics,
    differences: tuple[Difference, ...],
) -> tuple[str, ...]:
    """The statements that led to the values that differ, the last of each name."""
    wanted = {each.name for each in differences if each.name}
    if not wanted:
        return ()
    steps: list[Step] = []
    run(analysis, world, semantics, steps.append)
    shown: list[Step] = []
    for step in reversed(steps):
        written = {name.upper() for name in step.writes} & wanted
        if not written or len(shown) == _MOST:
            continue
        shown.append(step)
        # What it read was made further up; what it wrote is explained.
        wanted -= written
        wanted |= {name.upper() for name in step.reads}
    return tuple(step_line(step) for step in reversed(shown))
