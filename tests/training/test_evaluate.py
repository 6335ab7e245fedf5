"""Evaluation: what a perfect, a silent and a careless model score."""

import json
from pathlib import Path

import pytest
from fastformula_models import Request
from fastformula_training.documents import Row, read_rows
from fastformula_training.error import TrainingError
from fastformula_training.evaluate import evaluate, fill, write_report
from fastformula_training.metrics import METRICS
from fastformula_training.prepare import PrepareConfig, prepare


class Reader:
    """Has read the rows, and answers each with its middle and then `more`."""

    name = "reader"

    def __init__(self, rows: list[Row], more: str = "") -> None:
        self.middles = {(row.prefix, row.suffix): row.middle for row in rows}
        self.more = more

    def complete(self, request: Request) -> str:
        return self.middles.get((request.prefix, request.suffix), "") + self.more

    def close(self) -> None:
        pass


@pytest.fixture(scope="module")
def holes(tmp_path_factory: pytest.TempPathFactory, formulas: Path) -> Path:
    folder = tmp_path_factory.mktemp("data") / "prepared"
    prepare([formulas], folder, PrepareConfig(validation=0, test=0, characters=0))
    return folder / "train.jsonl"


def test_a_model_that_knows_the_answers(holes: Path) -> None:
    rows = list(read_rows(holes))
    report, answers = evaluate(Reader(rows), holes)
    assert report.total.holes == len(answers) == len(rows)
    assert sum(scores.holes for scores in report.kinds.values()) == len(rows)
    assert report.total.metrics["parses in place"] == 1
    for kind in ("expression", "condition", "arguments"):
        assert report.kinds[kind].metrics["exact"] == 1
    for answer in answers:
        if answer.offered:
            assert answer.row.middle.startswith(answer.middle)


def test_a_model_that_goes_on_is_cut_to_what_fits(holes: Path) -> None:
    rows = [row for row in read_rows(holes) if row.kind == "condition"]
    for row in rows:
        answer = fill(Reader(rows, " ) ) THEN THEN x = 1"), row)
        assert answer.middle == row.middle
        assert answer.raw != row.middle


def test_a_model_that_says_nothing(holes: Path) -> None:
    report, _ = evaluate(Reader([]), holes)
    assert report.total.metrics["offered"] == 0
    assert report.total.metrics["exact"] == 0
    assert report.total.metrics["parses in place"] is None


def test_a_sample_is_the_same_every_time(holes: Path) -> None:
    rows = list(read_rows(holes))
    first, _ = evaluate(Reader(rows), holes, limit=7, seed=3)
    second, answers = evaluate(Reader(rows), holes, limit=7, seed=3)
    assert len(answers) == 7
    assert first.total.metrics == second.total.metrics


def test_the_report_is_a_table_and_its_numbers(holes: Path, tmp_path: Path) -> None:
    rows = list(read_rows(holes))
    report, answers = evaluate(Reader(rows), holes, limit=20)
    write_report(report, answers, tmp_path / "report")
    values = json.loads((tmp_path / "report" / "report.json").read_text("utf-8"))
    assert values["all"]["holes"] == 20
    assert {metric.name for metric in METRICS} < set(values["all"])
    page = (tmp_path / "report" / "report.md").read_text("utf-8").splitlines()
    assert page[0] == "# reader on train.jsonl"
    (total,) = [line for line in page if line.startswith("| **all** | 20 |")]
    assert f"{100 * values['all']['exact']:.1f} %" in total
    lines = (tmp_path / "report" / "answers.jsonl").read_text("utf-8").splitlines()
    assert len(lines) == 20
    assert {json.loads(line)["kind"] for line in lines} == set(report.kinds)


def test_no_holes_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "test.jsonl").write_text("", encoding="utf-8")
    with pytest.raises(TrainingError, match="holds no holes to fill"):
        evaluate(Reader([]), tmp_path / "test.jsonl")
