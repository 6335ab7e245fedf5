"""The report: tables, a page that needs nothing else, and the same every time."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from fastformula_training.documents import Row
from fastformula_training.evaluation.answers import Answer
from fastformula_training.evaluation.evaluate import Evaluation
from fastformula_training.evaluation.examples import COUNT, best_and_worst, example
from fastformula_training.evaluation.intervals import Estimate
from fastformula_training.evaluation.metrics import METRICS
from fastformula_training.evaluation.page import HEADLINES, RELIABILITY, page
from fastformula_training.evaluation.report import (
    ahead,
    as_json,
    markdown,
    shown,
    summary,
)
from fastformula_training.evaluation.scores import score
from fastformula_training.evaluation.suites import SUITES

KINDS = ("line", "statement")


def answer(number: int, middle: str, milliseconds: float = 5.0) -> Answer:
    kind, document = KINDS[number % 2], f"d{number // 3}"
    row = Row("x = ", f"a<b * {number}", "\nRETURN x", kind, "own", document)
    counts = {"nats": 2.0 + number, "tokens": 4.0}
    return Answer(row, bool(middle), middle, f"{middle} )", milliseconds, "", counts)


@pytest.fixture
def evaluation() -> Evaluation:
    return Evaluation(
        "test.jsonl",
        {"limit": 0, "sampling": {"top_p": 1.0}},
        ("Nothing is known of <them>.",),
        {f"d{n}": f"d{n}" for n in range(7)},
        {
            "holes": {
                "one": [answer(n, "a<b * 1" if n % 3 else "") for n in range(20)],
                "<two>": [answer(n, f"a<b * {n}", 9.0) for n in range(20)],
            }
        },
    )


def test_all_models_stand_beside_each_other(evaluation: Evaluation) -> None:
    text = markdown(evaluation, score(evaluation))
    assert text.startswith("# one, <two> on test.jsonl\n")
    assert "| holes | one | <two> | <two> - one |" in text
    (offered,) = re.findall(r"^\| offered \|.*$", text, re.MULTILINE)
    assert offered.startswith("| offered | 65.0 % [")
    assert "| 100.0 % [" in offered
    assert "| +35.0 [+" in offered
    assert "| time, 50 % within | 5 ms | 9 ms | ×1.80 |" in text
    for kind in (*KINDS, "all"):
        assert len(re.findall(rf"^\| {kind} \|", text, re.MULTILINE)) == 2


def test_what_no_row_counts_for_is_no_line(evaluation: Evaluation) -> None:
    text = markdown(evaluation, score(evaluation))
    assert "perplexity" in text
    assert "empty correct" not in text
    assert "keystrokes saved" not in text


def test_the_summary_has_no_kinds(evaluation: Evaluation) -> None:
    text = summary(evaluation, score(evaluation))
    assert "| exact |" in text
    assert "statement" not in text


def test_a_kind_may_be_called_anything(evaluation: Evaluation) -> None:
    answers = evaluation.answers["holes"]
    for model, those in answers.items():
        answers[model] = [
            replace(each, row=replace(each.row, kind="a|b\nc")) for each in those
        ]
    assert "\n| a\\|b c | 20 |" in markdown(evaluation, score(evaluation))


def test_programs_get_all_numbers(evaluation: Evaluation) -> None:
    values = json.loads(as_json(evaluation, score(evaluation)))
    holes = values["suites"]["holes"]
    assert set(holes["models"]["one"]) == {"all", *KINDS}
    one = holes["models"]["one"]["all"]
    assert one["count"] == 20
    assert one["metrics"]["offered"]["value"] == 0.65
    assert one["milliseconds"] == {"50": 5.0, "90": 5.0, "95": 5.0, "99": 5.0}
    assert holes["differences"]["<two>"]["offered"]["value"] == pytest.approx(0.35)


def test_a_difference_is_of_rows_that_both_have(evaluation: Evaluation) -> None:
    answers = evaluation.answers["holes"]
    answers["one"] = [replace(each, counts={}) for each in answers["one"]]
    report = score(evaluation)["holes"]
    assert report.differences["<two>"]["perplexity"] is None
    assert report.models["<two>"]["all"].metrics["perplexity"] is not None


class Page(HTMLParser):
    """Gathers tags, and where they point to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.places: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.places += [value or "" for name, value in attrs if name in ("src", "href")]


def test_the_page_needs_nothing_else(evaluation: Evaluation) -> None:
    text = page(evaluation, score(evaluation))
    found = Page(text)
    assert not found.places
    assert not {"script", "link", "img", "iframe", "two", "them"} & set(found.tags)
    assert "http" not in text
    assert "@import" not in text
    assert "prefers-color-scheme: dark" in text
    assert "&lt;two&gt;" in text
    charts = re.findall(r"<svg.*?</svg>", text, re.DOTALL)
    assert len(charts) == 2 + len(HEADLINES["holes"]) + 1
    for chart in charts:
        assert ElementTree.fromstring(chart).get("viewBox")


def test_the_page_is_the_same_every_time(evaluation: Evaluation) -> None:
    assert page(evaluation, score(evaluation)) == page(evaluation, score(evaluation))


def test_every_chart_is_of_metrics_that_there_are() -> None:
    suites = {metric.name: metric.suites for metric in METRICS}
    assert set(HEADLINES) == {suite.name for suite in SUITES}
    for suite, names in HEADLINES.items():
        assert all(suite in suites[name] for name in names)
    for pair in RELIABILITY:
        assert all("holes" in suites[name] for name in pair)


def test_an_example_shows_what_differs() -> None:
    html = example(answer(7, "a<b * 8 + c"))
    assert "<b>a&lt;b * </b><del>7</del><ins>8 + c</ins>" in html
    assert ElementTree.fromstring(html).tag == "figure"


def test_best_and_worst_are_different_answers(evaluation: Evaluation) -> None:
    best, none = best_and_worst(evaluation.answers["holes"]["<two>"])
    assert len(best) == COUNT == len({each.row.document for each in best})
    assert none == []
    half, wrong, empty = answer(1, "a<b * "), answer(2, "z" * 20), answer(3, "")
    assert best_and_worst([wrong, empty, half]) == ([half], [wrong])


NAMED = {metric.name: metric for metric in METRICS}


@pytest.mark.parametrize(
    ("metric", "estimate", "mean", "more"),
    [
        (
            "exact",
            Estimate(0.25, 0.1, 0.5, 8),
            "25.0 % [10.0, 50.0]",
            "+25.0 [+10.0, +50.0]",
        ),
        ("exact", Estimate(0.25, None, None, 8), "25.0 %", "+25.0"),
        (
            "length error",
            Estimate(2.5, -1, 6, 8),
            "2.5 [-1.0, 6.0]",
            "+2.5 [-1.0, +6.0]",
        ),
        (
            "perplexity",
            Estimate(0.0, -1.0, 1.0, 8),
            "1.000 [0.368, 2.718]",
            "×1.000 [0.368, 2.718]",
        ),
        ("exact", None, "-", "-"),
    ],
)
def test_numbers_have_their_units(
    metric: str, estimate: Estimate | None, mean: str, more: str
) -> None:
    assert shown(estimate, NAMED[metric]) == mean
    assert ahead(estimate, NAMED[metric]) == more
