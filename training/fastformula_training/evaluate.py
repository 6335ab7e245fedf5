"""Held-out holes through the pipeline that serves authors: one table.

What is scored is what an author would be offered, so it goes through
`fastformula_completion`, with the same windows, stops and trimming.
"""

from __future__ import annotations

import json
import random
import statistics
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastformula_completion import complete
from fastformula_models import Backend

from fastformula_training.documents import Row, read_rows, write_atomically, write_lines
from fastformula_training.error import TrainingError
from fastformula_training.metrics import METRICS, Answer

Watch = Callable[[Sequence[Row]], Iterable[Row]]
"""Passes rows on and shows how far they are."""


@dataclass(frozen=True, slots=True)
class Scores:
    """The answers to some holes, in numbers; a metric is None where none counts."""

    holes: int
    metrics: dict[str, float | None]
    median_milliseconds: float
    p95_milliseconds: float


@dataclass(frozen=True, slots=True)
class Report:
    """The scores of a backend over all holes and over each kind."""

    backend: str
    rows: str
    total: Scores
    kinds: dict[str, Scores]


def evaluate(
    backend: Backend,
    rows_file: Path,
    limit: int = 0,
    seed: int = 1,
    watch: Watch = lambda rows: rows,
) -> tuple[Report, list[Answer]]:
    """Fill the holes of a file, or `limit` of them drawn by `seed`, and score them.

    Raises TrainingError where there are none, BackendError where the model fails.
    """
    rows = list(read_rows(rows_file))
    if not rows:
        raise TrainingError(f"{rows_file} holds no holes to fill.")
    if limit and len(rows) > limit:
        rows = random.Random(seed).sample(rows, limit)
    answers = [fill(backend, row) for row in watch(rows)]
    kinds = sorted({row.kind for row in rows})
    return (
        Report(
            backend.name,
            rows_file.name,
            score(answers),
            {kind: score([a for a in answers if a.row.kind == kind]) for kind in kinds},
        ),
        answers,
    )


def fill(backend: Backend, row: Row) -> Answer:
    """Ask for a hole as an author who asks by hand would, and accept the first offer.

    An offer may replace text around the cursor; what then stands in the hole is
    found between the parts of prefix and suffix that it left alone.
    """
    text = row.prefix + row.suffix
    cursor = len(row.prefix)
    completion = complete(text, cursor, backend, manual=True)
    if not completion.items:
        return Answer(row, False, "", text, completion.raw, completion.milliseconds)
    item = completion.items[0]
    accepted = text[: item.span.start] + item.text + text[item.span.end :]
    kept = len(text) - max(cursor, item.span.end)
    middle = accepted[min(cursor, item.span.start) : len(accepted) - kept]
    middle = middle.removeprefix(text[item.span.start : cursor])
    middle = middle.removesuffix(text[cursor : item.span.end])
    return Answer(row, True, middle, accepted, completion.raw, completion.milliseconds)


def score(answers: Sequence[Answer]) -> Scores:
    """The mean of every metric over the answers it applies to."""
    metrics: dict[str, float | None] = {}
    for metric in METRICS:
        values = [value for a in answers if (value := metric.score(a)) is not None]
        metrics[metric.name] = statistics.fmean(values) if values else None
    times = sorted(answer.milliseconds for answer in answers)
    return Scores(
        len(answers),
        metrics,
        statistics.median(times),
        times[min(len(times) - 1, round(0.95 * len(times)))],
    )


def write_report(report: Report, answers: Sequence[Answer], folder: Path) -> None:
    """Write report.json, report.md and answers.jsonl into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    write_lines(
        folder / "answers.jsonl",
        (
            json.dumps(
                {
                    "document": answer.row.document,
                    "kind": answer.row.kind,
                    "before": answer.row.prefix[-200:],
                    "expected": answer.row.middle,
                    "offered": answer.middle if answer.offered else None,
                    "raw": answer.raw,
                    "milliseconds": round(answer.milliseconds, 1),
                },
                ensure_ascii=False,
            )
            + "\n"
            for answer in answers
        ),
    )
    write_atomically(
        folder / "report.json", json.dumps(_values(report), indent=2) + "\n"
    )
    write_lines(folder / "report.md", (line + "\n" for line in markdown(report)))


def markdown(report: Report) -> Iterator[str]:
    """The report as a Markdown table, one line for each kind of hole."""
    yield f"# {report.backend} on {report.rows}"
    yield ""
    names = [metric.name for metric in METRICS]
    yield f"| kind | holes | {' | '.join(names)} | median ms | 95 % ms |"
    yield "|---|---:|" + "---:|" * (len(names) + 2)
    for kind, scores in (*report.kinds.items(), ("**all**", report.total)):
        cells = " | ".join(
            "-" if value is None else f"{100 * value:.1f} %"
            for value in scores.metrics.values()
        )
        yield (
            f"| {kind} | {scores.holes} | {cells} | {scores.median_milliseconds:.0f} "
            f"| {scores.p95_milliseconds:.0f} |"
        )
    yield ""
    for metric in METRICS:
        yield f"- *{metric.name}*: {metric.meaning}."


def _values(report: Report) -> dict[str, Any]:
    def plain(scores: Scores) -> dict[str, Any]:
        return {
            "holes": scores.holes,
            **scores.metrics,
            "median_milliseconds": scores.median_milliseconds,
            "p95_milliseconds": scores.p95_milliseconds,
        }

    return {
        "backend": report.backend,
        "rows": report.rows,
        "all": plain(report.total),
        "kinds": {kind: plain(scores) for kind, scores in report.kinds.items()},
    }
