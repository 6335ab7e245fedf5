"""Answers in numbers: every metric by suite, model and kind, with its interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fastformula_training.evaluation.answers import Answer
from fastformula_training.evaluation.evaluate import Evaluation
from fastformula_training.evaluation.intervals import Estimate, Sample, difference, mean
from fastformula_training.evaluation.metrics import METRICS, Metric

ALL = "all"
"""The kind that stands for rows of every kind."""

PERCENTILES = (50, 90, 95, 99)


@dataclass(frozen=True, slots=True)
class Scores:
    """How a model did on rows of one kind; a metric that no row counts for is None."""

    count: int
    metrics: Mapping[str, Estimate | None]
    milliseconds: Mapping[int, float]
    """The percentiles of how long an answer took."""


@dataclass(frozen=True, slots=True)
class SuiteReport:
    """A suite's scores, and what each model has ahead of the first."""

    models: Mapping[str, Mapping[str, Scores]]
    """By model and kind; all rows come first."""
    differences: Mapping[str, Mapping[str, Estimate | None]]
    """By model and metric, over the rows that both have a score for; of a perplexity,
    in nats."""


def score(evaluation: Evaluation) -> dict[str, SuiteReport]:
    """The report of every suite by its name."""
    return {
        suite: _score_suite(suite, answers, evaluation.families)
        for suite, answers in evaluation.answers.items()
    }


def metrics_of(report: SuiteReport) -> list[Metric]:
    """The metrics that some row of a suite counts for."""
    everywhere = [kinds[ALL].metrics for kinds in report.models.values()]
    return [
        metric
        for metric in METRICS
        if any(metrics.get(metric.name) for metrics in everywhere)
    ]


def _score_suite(
    suite: str, answers: Mapping[str, Sequence[Answer]], families: Mapping[str, str]
) -> SuiteReport:
    metrics = [metric for metric in METRICS if suite in metric.suites]
    tables = {
        model: [_row(answer, metrics) for answer in those]
        for model, those in answers.items()
    }
    first, *others = answers
    rows = [answer.row for answer in answers[first]]
    alike = [families[row.document] for row in rows]
    kinds = [row.kind for row in rows]
    wanted = {ALL: range(len(rows))} | {
        kind: [n for n, each in enumerate(kinds) if each == kind]
        for kind in sorted(set(kinds))
    }
    return SuiteReport(
        {
            model: {
                kind: Scores(
                    len(places),
                    {
                        metric.name: _mean([(table[n][i], alike[n]) for n in places])
                        for i, metric in enumerate(metrics)
                    },
                    _percentiles([answers[model][n].milliseconds for n in places]),
                )
                for kind, places in wanted.items()
            }
            for model, table in tables.items()
        },
        {
            other: {
                metric.name: _difference(
                    [
                        (one[i], two[i], family)
                        for one, two, family in zip(
                            tables[first], tables[other], alike, strict=True
                        )
                    ]
                )
                for i, metric in enumerate(metrics)
            }
            for other in others
        },
    )


Scored = tuple[float, float] | None
"""A score and its weight."""


def _row(answer: Answer, metrics: Sequence[Metric]) -> list[Scored]:
    scored: list[Scored] = []
    for metric in metrics:
        value = metric.score(answer)
        scored.append(None if value is None else (value, metric.weight(answer)))
    return scored


def _mean(scored: Sequence[tuple[Scored, str]]) -> Estimate | None:
    found = [(*pair, family) for pair, family in scored if pair is not None]
    return mean(Sample(*zip(*found, strict=True))) if found else None


def _difference(
    scored: Sequence[tuple[Scored, Scored, str]],
) -> Estimate | None:
    both = [
        ((*one, family), (*two, family))
        for one, two, family in scored
        if one is not None and two is not None
    ]
    if not both:
        return None
    ones, twos = zip(*both, strict=True)
    return difference(
        Sample(*zip(*ones, strict=True)), Sample(*zip(*twos, strict=True))
    )


def _percentiles(milliseconds: Sequence[float]) -> dict[int, float]:
    values = np.percentile(milliseconds, PERCENTILES)
    return dict(zip(PERCENTILES, map(float, values), strict=True))
