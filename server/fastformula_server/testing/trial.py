"""One run of a formula, with the values of a case or with none."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from fastformula.interpreter import Outcome, Semantics, Value, run

from fastformula_server.called import Neighbours
from fastformula_server.files import absolute
from fastformula_server.outcomes import error_lines, returned, to_json
from fastformula_server.project import load_project
from fastformula_server.testing.case import Meets
from fastformula_server.testing.case_values import make_case_world
from fastformula_server.testing.following import follow
from fastformula_server.testing.playing import analyse
from fastformula_server.testing.texts import Texts


class Trial(NamedTuple):
    """What came of a run."""

    outcome: Outcome
    lines: tuple[str, ...]
    """The same for people: what it logged and returned, and why it ended early."""
    values: Mapping[Path, Mapping[str, Value]]
    """What names held last, in upper case, by the absolute path of their formula."""

    def answer(self) -> dict[str, Any]:
        """The same for clients, as `fastformula run` writes it, and what it lacks."""
        answer: dict[str, Any] = json.loads(to_json(self.outcome, None))
        answer["text"] = "\n".join(self.lines)
        error = self.outcome.error
        if error is not None and error.missing is not None:
            answer["missing"] = error.missing._asdict()
        return answer


def try_formula(
    path: Path, meets: Meets, texts: Texts, heed: Callable[[], None]
) -> Trial:
    """Run a formula; raises CaseError or ValueError where it cannot begin.

    `heed` is called now and then, and ends the run by what it raises.
    """
    items = frozenset(meets.items)
    analysis = analyse(path, items, texts.read)
    neighbours = Neighbours(path.parent, load_project(path.parent), texts.read, items)
    world = make_case_world(meets, analysis, neighbours)
    outcome = run(analysis, world, heed=heed)
    lines = [f"log: {line.text}" for line in outcome.log]
    lines += returned(outcome)
    lines += error_lines(outcome.error, path.name, analysis)
    values = {}
    for name, held in follow(analysis, world, Semantics(), heed).values.items():
        called = neighbours.path_of(name)
        own = analysis.environment.formula_name
        values[absolute(path if called is None or name == own else called)] = held
    return Trial(outcome, tuple(lines), values)
