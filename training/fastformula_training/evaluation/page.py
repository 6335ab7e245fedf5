"""The report of an evaluation as one HTML file that needs nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

from fastformula_training.documents import write_atomically
from fastformula_training.evaluation import charts
from fastformula_training.evaluation.evaluate import Evaluation
from fastformula_training.evaluation.examples import best_and_worst, example
from fastformula_training.evaluation.report import (
    Table,
    as_json,
    by_kind,
    heading,
    markdown,
    overview,
    remarks,
    summary,
    title,
)
from fastformula_training.evaluation.scores import ALL, SuiteReport, metrics_of, score

STYLE = """
:root { color-scheme: light dark; --text: #1b1f24; --faint: #5b6470; --line: #d5dae0;
  --ground: #fff; --lost: #ffdcd7; --new: #d3f0d6; }
@media (prefers-color-scheme: dark) { :root { --text: #e4e7eb; --faint: #9aa4b0;
  --line: #3a424c; --ground: #14171b; --lost: #5c2620; --new: #1d4a26; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--text);
  background: var(--ground); max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem } h2 { margin-top: 2.5rem; border-top: 1px solid var(--line);
  padding-top: 1rem } .scroll { overflow-x: auto }
table { border-collapse: collapse; font-size: .85rem;
  font-variant-numeric: tabular-nums }
th, td { padding: .25rem .6rem; border-bottom: 1px solid var(--line);
  text-align: right; white-space: nowrap } th:first-child, td:first-child {
  text-align: left } th { color: var(--faint); font-weight: 600 }
svg { width: 100%; height: auto; max-width: 46rem; display: block }
svg text { font: 11px system-ui, sans-serif; fill: var(--text) }
.grid { stroke: var(--line); fill: none } .whisker { stroke: var(--text);
  stroke-width: 1.5; fill: none } .line { fill: none; stroke-width: 2 }
.legend { font-size: .85rem } .key { margin-right: 1.2rem }
.key i { display: inline-block; width: .8rem; height: .8rem; margin-right: .4rem }
pre { overflow-x: auto; padding: .6rem; border: 1px solid var(--line);
  border-radius: 4px; font-size: .8rem; color: var(--faint) }
pre b { color: var(--text) } del { background: var(--lost); color: var(--text) }
ins { background: var(--new); color: var(--text); text-decoration: none }
figure { margin: 1rem 0 } figcaption, .note { color: var(--faint); font-size: .85rem }
""" + "".join(
    f".c{n} {{ fill: {colour}; stroke: none }} .line.c{n} {{ fill: none; stroke: "
    f"{colour} }} .b{n} {{ background: {colour} }}\n"
    for n, colour in enumerate(
        # Okabe and Ito's, which the colour-blind tell apart, seen on light and dark.
        "#0f82c4 #e69f00 #009e73 #cc79a7 #d55e00 #56b4e9 #8f8a1f #808080".split()
    )
)

HEADLINES = {
    "holes": ("exact", "edit similarity", "no new error"),
    "instructions": ("edit similarity", "no error"),
    "typing": ("keystrokes saved", "right offers"),
    "silence": ("empty correct",),
}
"""The metrics that are drawn for each kind of a suite's rows."""

RELIABILITY = (
    ("exact", "raw exact"),
    ("edit similarity", "raw similarity"),
    ("parses in place", "raw parses"),
    ("no new error", "raw no new error"),
)
"""Metrics of what is offered, beside the same of what the model wrote."""


def write_report(evaluation: Evaluation, folder: Path) -> str:
    """Write report.json, report.md and report.html, and return the summary."""
    reports = score(evaluation)
    write_atomically(folder / "report.json", as_json(evaluation, reports))
    write_atomically(folder / "report.md", markdown(evaluation, reports))
    write_atomically(folder / "report.html", page(evaluation, reports))
    return summary(evaluation, reports)


def page(evaluation: Evaluation, reports: dict[str, SuiteReport]) -> str:
    """The whole page; it shows parts of formulas."""
    return "".join(_page(evaluation, reports))


def _page(evaluation: Evaluation, reports: dict[str, SuiteReport]) -> Iterator[str]:
    name = escape(title(evaluation))
    yield "<!doctype html>\n"
    yield f'<html lang="en"><head><meta charset="utf-8"><title>{name}</title>'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<style>{STYLE}</style></head>\n<body><h1>{name}</h1>\n<ul class=note>"
    yield "".join(f"<li>{escape(each)}</li>" for each in remarks(evaluation))
    yield "</ul>\n"
    for suite, report in reports.items():
        yield f"<h2>{escape(heading(suite, report))}</h2>\n"
        yield _table(overview(suite, report))
        yield from _charts(evaluation, suite, report)
        for model in report.models:
            yield f"<h3>{escape(model)} by kind</h3>\n"
            yield _table(by_kind(report, model))
        yield '<ul class="note">'
        for metric in metrics_of(report):
            yield f"<li><i>{metric.name}</i>: {escape(metric.meaning)}.</li>"
        yield "</ul>\n"
        yield (
            '<p class="note">In answers, what stood there and was not offered is '
            "struck out, and what was offered besides is marked.</p>\n"
        )
        for model, answers in evaluation.answers[suite].items():
            for what, chosen in zip(
                ("Best", "Worst"), best_and_worst(answers), strict=True
            ):
                if chosen:
                    yield f"<h3>{what} answers of {escape(model)}</h3>\n"
                    yield from map(example, chosen)
    yield "</body></html>\n"


def _charts(evaluation: Evaluation, suite: str, report: SuiteReport) -> Iterator[str]:
    shares = [metric.name for metric in metrics_of(report) if metric.unit == "%"]
    models = report.models
    yield "<h3>All kinds</h3>\n"
    yield charts.bars(
        {
            name: {model: kinds[ALL].metrics[name] for model, kinds in models.items()}
            for name in shares
            if not name.startswith("raw ")
        },
        f"{suite}: all kinds",
    )
    for name in HEADLINES.get(suite, ()):
        yield f"<h3>{name}, by kind</h3>\n"
        kinds = [kind for kind in next(iter(models.values())) if kind != ALL]
        yield charts.bars(
            {
                kind: {
                    model: each[kind].metrics[name] for model, each in models.items()
                }
                for kind in kinds
            },
            f"{suite}: {name} by kind",
        )
    if RELIABILITY[0][1] in shares:
        yield "<h3>As the model wrote it, and as it is offered</h3>\n"
        yield charts.bars(
            {
                f"{name}, {model}" if len(models) > 1 else name: {
                    "as written": each[ALL].metrics[raw],
                    "as offered": each[ALL].metrics[name],
                }
                for name, raw in RELIABILITY
                for model, each in models.items()
            },
            f"{suite}: raw and trimmed",
        )
    yield "<h3>Time to an answer</h3>\n"
    yield charts.times(
        {
            model: [answer.milliseconds for answer in answers]
            for model, answers in evaluation.answers[suite].items()
        },
        f"{suite}: time to an answer",
    )


def _table(table: Table) -> str:
    head, *body = table
    return (
        '<div class="scroll"><table><thead>'
        f"{_row(head, 'th')}</thead><tbody>"
        f"{''.join(_row(cells, 'td') for cells in body)}</tbody></table></div>\n"
    )


def _row(cells: Sequence[str], tag: str) -> str:
    return f"<tr>{''.join(f'<{tag}>{escape(cell)}</{tag}>' for cell in cells)}</tr>"
