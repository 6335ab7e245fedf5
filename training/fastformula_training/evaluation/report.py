"""The report of an evaluation for programs, and as Markdown for people."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import asdict

from fastformula_training.evaluation.evaluate import Evaluation, suite_named
from fastformula_training.evaluation.intervals import Estimate
from fastformula_training.evaluation.metrics import Metric
from fastformula_training.evaluation.scores import ALL, SuiteReport, metrics_of

Table = list[list[str]]
"""Lines of cells, the head first."""


def as_json(evaluation: Evaluation, reports: dict[str, SuiteReport]) -> str:
    """All numbers; those of the metric `perplexity` are nats per token."""
    values = {
        "data": evaluation.data,
        "settings": evaluation.settings,
        "remarks": evaluation.remarks,
        "suites": {suite: asdict(report) for suite, report in reports.items()},
    }
    return json.dumps(values, indent=2, ensure_ascii=False) + "\n"


def summary(evaluation: Evaluation, reports: dict[str, SuiteReport]) -> str:
    """The report with a table of each suite, in Markdown."""
    return "\n".join(_markdown(evaluation, reports, in_full=False)) + "\n"


def markdown(evaluation: Evaluation, reports: dict[str, SuiteReport]) -> str:
    """The report with a table of each model's kinds too, and what metrics mean."""
    return "\n".join(_markdown(evaluation, reports, in_full=True)) + "\n"


def _markdown(
    evaluation: Evaluation, reports: dict[str, SuiteReport], *, in_full: bool
) -> Iterator[str]:
    yield f"# {title(evaluation)}"
    yield ""
    for remark in remarks(evaluation):
        yield f"- {remark}"
    for suite, report in reports.items():
        yield ""
        yield f"## {heading(suite, report)}"
        yield ""
        yield from _lines(overview(suite, report))
        if not in_full:
            continue
        for model in report.models:
            yield ""
            yield f"### {suite}: {model} by kind"
            yield ""
            yield from _lines(by_kind(report, model))
        yield ""
        for metric in metrics_of(report):
            yield f"- *{metric.name}*: {metric.meaning}."


def _lines(table: Table) -> Iterator[str]:
    # A kind is what the data calls it.
    head, *body = (
        [" ".join(cell.split()).replace("|", "\\|") for cell in cells]
        for cells in table
    )
    yield f"| {' | '.join(head)} |"
    yield "|---|" + "---:|" * (len(head) - 1)
    for cells in body:
        yield f"| {' | '.join(cells)} |"


def title(evaluation: Evaluation) -> str:
    """What was evaluated on what."""
    models = next(iter(evaluation.answers.values()))
    return f"{', '.join(models)} on {evaluation.data}"


def remarks(evaluation: Evaluation) -> Iterator[str]:
    """How to read the report, and what to know of the data."""
    yield from evaluation.remarks
    yield (
        "In brackets: where the mean lies at 95 %, by drawing families of formulas "
        "again and again, or by Wilson where each formula is alone."
    )
    settings = ", ".join(f"{key} {value}" for key, value in _flat(evaluation.settings))
    yield f"Asked with {settings}."


def _flat(settings: dict[str, object]) -> Iterator[tuple[str, object]]:
    for key, value in settings.items():
        if isinstance(value, dict):
            yield from _flat(value)
        elif value != "":
            yield key.replace("_", " "), value


def heading(suite: str, report: SuiteReport) -> str:
    """The suite, what it asks for, and for how many."""
    count = next(iter(report.models.values()))[ALL].count
    return f"{suite}: {count:,} {suite_named(suite).meaning}"


def overview(suite: str, report: SuiteReport) -> Table:
    """A line for each metric, a column for each model and for what it has ahead."""
    first, *others = report.models
    table = [
        [
            suite,
            first,
            *(cell for other in others for cell in (other, f"{other} - {first}")),
        ]
    ]
    for metric in metrics_of(report):
        cells = [shown(report.models[first][ALL].metrics[metric.name], metric)]
        for other in others:
            cells.append(shown(report.models[other][ALL].metrics[metric.name], metric))
            cells.append(ahead(report.differences[other][metric.name], metric))
        table.append([metric.name, *cells])
    for percent in (50, 95):
        times = {
            model: report.models[model][ALL].milliseconds[percent]
            for model in report.models
        }
        cells = [f"{times[first]:.0f} ms"]
        for other in others:
            ratio = times[other] / max(times[first], 1e-3)
            cells += [f"{times[other]:.0f} ms", f"×{ratio:.2f}"]
        table.append([f"time, {percent} % within", *cells])
    return table


def by_kind(report: SuiteReport, model: str) -> Table:
    """A line for each kind of a model's rows, a column for each metric."""
    metrics = metrics_of(report)
    table = [["kind", "rows", *(metric.name for metric in metrics), "median ms"]]
    scores = report.models[model]
    for kind in (*(kind for kind in scores if kind != ALL), ALL):
        cells = [
            "-"
            if (found := scores[kind].metrics[metric.name]) is None
            else number(found.value, metric)
            for metric in metrics
        ]
        times = scores[kind].milliseconds
        table.append([kind, str(scores[kind].count), *cells, f"{times[50]:.0f}"])
    return table


def shown(estimate: Estimate | None, metric: Metric) -> str:
    """A mean with its interval, in the metric's unit."""
    if estimate is None:
        return "-"
    value = number(estimate.value, metric)
    if estimate.low is None or estimate.high is None:
        return value
    return f"{value} [{bare(estimate.low, metric)}, {bare(estimate.high, metric)}]"


def ahead(estimate: Estimate | None, metric: Metric) -> str:
    """A difference with its interval: points, or for a perplexity a factor."""
    if estimate is None:
        return "-"
    values = (estimate.value, estimate.low, estimate.high)
    if metric.unit == "perplexity":
        said = ["" if each is None else f"{math.exp(each):.3f}" for each in values]
        said[0] = f"×{said[0]}"
    else:
        factor = 100 if metric.unit == "%" else 1
        said = ["" if each is None else f"{factor * each:+.1f}" for each in values]
    return f"{said[0]} [{said[1]}, {said[2]}]" if said[1] else said[0]


def number(value: float, metric: Metric) -> str:
    """A mean in the metric's unit."""
    return f"{bare(value, metric)} %" if metric.unit == "%" else bare(value, metric)


def bare(value: float, metric: Metric) -> str:
    """A mean as it is shown, without the sign of its unit."""
    if metric.unit == "perplexity":
        return f"{math.exp(value):.3f}"
    return f"{100 * value:.1f}" if metric.unit == "%" else f"{value:.1f}"
