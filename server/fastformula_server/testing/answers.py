"""What clients are told of tests, which is no part of the protocol."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from lsprotocol import types

from fastformula_server import convert
from fastformula_server.testing.finding import CaseFile
from fastformula_server.testing.texts import Texts
from fastformula_server.testing.verdicts import Verdict

if TYPE_CHECKING:
    from fastformula_server.testing.coverage import Covered

Answer = dict[str, object]


def from_file(file: CaseFile, texts: Texts) -> Answer:
    """A case file with its cases, or why it cannot be read."""
    formula = file.formula
    answer: Answer = {
        "uri": file.document.uri,
        "formula": None if formula is None else texts.uri(formula),
        "cases": [
            {"name": case.name, "range": convert.from_span(file.document, case.span)}
            for case in file.cases
        ],
    }
    if file.error:
        line = file.document.lines.position(file.place.start).line + 1
        answer["error"] = f"Line {line}: {file.error}" if file.place.end else file.error
    return answer


def from_verdict(verdict: Verdict) -> Answer:
    """What became of a case."""
    from fastformula_server.testing.reports import failure_lines

    result = verdict.result
    answer: Answer = {
        "uri": verdict.file.uri,
        "name": result.case.name,
        "range": convert.from_span(verdict.file, result.case.span),
        "passed": result.passed,
        "seconds": result.seconds,
        "message": "" if result.passed else "\n".join(failure_lines(result)),
        "differences": [each._asdict() for each in result.differences],
        "steps": list(result.steps),
    }
    if result.place is not None:
        document = verdict.texts.document(result.place.path)
        span = convert.from_span(document, result.place.span)
        answer["location"] = types.Location(verdict.texts.uri(result.place.path), span)
    return answer


def from_covered(covered: Iterable[Covered], texts: Texts) -> list[Answer]:
    """How often the statements of formulas, and the ways out of them, were taken."""
    answer: list[Answer] = []
    for each in covered:
        document = texts.document(each.path)
        ways: dict[tuple[int, int], list[Answer]] = {}
        for branch in each.branches:
            label = "true" if branch.holds else "false"
            ways.setdefault(branch.span, []).append(
                {"label": label, "count": branch.taken}
            )
        answer.append(
            {
                "uri": texts.uri(each.path),
                "statements": [
                    {
                        "range": convert.from_span(document, statement.span),
                        "count": statement.times,
                    }
                    for statement in each.statements
                ],
                "branches": [
                    {
                        "range": convert.from_span(document, branch.span),
                        "taken": ways.pop(branch.span),
                    }
                    for branch in each.branches
                    if branch.span in ways
                ],
            }
        )
    return answer
