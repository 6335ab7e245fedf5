"""Scores of answers."""

from collections.abc import Mapping

import pytest
from fastformula_training.documents import Row
from fastformula_training.evaluation.answers import Answer
from fastformula_training.evaluation.metrics import METRICS
from fastformula_training.evaluation.suites import SUITES

ROW = Row("x = ", "hours * 2\ny = 1", "\nRETURN x, y", "statement", "own", "d")


def scores(
    middle: str,
    offered: bool = True,
    raw: str = "",
    row: Row = ROW,
    counts: Mapping[str, float] = {},
) -> dict[str, float | None]:
    answer = Answer(row, offered, middle, raw, 1.0, counts=counts)
    return {
        metric.name: metric.score(answer)
        for metric in METRICS
        if row.middle or "silence" in metric.suites
    }


def test_every_metric_is_of_suites_that_there_are() -> None:
    suites = {suite.name for suite in SUITES}
    assert all(set(metric.suites) <= suites for metric in METRICS)
    names = [metric.name for metric in METRICS]
    assert len(names) == len(set(names))


def test_a_perfect_answer_scores_one_in_every_share() -> None:
    found = scores(ROW.middle, raw=ROW.middle)
    shares = {metric.name for metric in METRICS if "holes" in metric.suites}
    shares -= {"length error", "perplexity", "empty correct"}
    assert {name: found[name] for name in shares} == dict.fromkeys(shares, 1.0)
    assert found["length error"] == 0


@pytest.mark.parametrize(
    ("middle", "metric", "score"),
    [
        ("hours  *  2\ny = 1", "exact", 0),
        ("hours  *  2\ny = 1", "exact but blanks", 1),
        ("hours * 2", "first line", 1),
        ("hours * 3", "first line", 0),
        ("hours * 3\ny = 1", "edit similarity", 1 - 1 / 15),
        ("hours * 3\ny = 1", "kept characters", 9 / 10),
        ("hours * 2", "parses in place", 1),
        ("hours * (2", "parses in place", 0),
        ("hours * 2", "length error", 6),
        ("no_such_function(hours)\ny = 1", "parses in place", 1),
        ("no_such_function(hours)\ny = 1", "no new error", 0),
        # Without y the hole has an error of its own.
        ("hours * 2", "no new error", 1),
    ],
)
def test_each_metric(middle: str, metric: str, score: float) -> None:
    assert scores(middle)[metric] == pytest.approx(score)


@pytest.mark.parametrize(
    ("raw", "metric", "score"),
    [
        (ROW.middle, "raw exact", 1),
        (f"{ROW.middle}\nz = 1", "raw exact", 0),
        (f"{ROW.middle}\nz = (", "raw parses", 0),
        (f"{ROW.middle}\nz = (", "raw no new error", 0),
        ("", "raw parses", None),
        ("", "raw similarity", 0),
    ],
)
def test_what_the_model_wrote_is_judged_as_it_is(
    raw: str, metric: str, score: float | None
) -> None:
    assert scores("", offered=False, raw=raw)[metric] == score


def test_nothing_offered_does_not_count_for_what_offers_do() -> None:
    nothing = scores("", offered=False)
    assert nothing["parses in place"] is nothing["no new error"] is None
    assert nothing["kept characters"] is nothing["length error"] is None
    assert (nothing["offered"], nothing["exact"]) == (0, 0)


def test_where_nothing_lacks_silence_is_right() -> None:
    empty = Row("x = 1", "", "\nRETURN x", "done", "own", "d")
    assert scores("", offered=False, row=empty)["empty correct"] == 1
    assert scores(" + 1", row=empty)["empty correct"] == 0
    assert scores("", offered=False)["empty correct"] is None


def test_typing_is_counted_by_keys() -> None:
    counts = {"places": 8.0, "offers": 4.0, "accepted": 1.0, "keys": 6.0}
    found = scores("hours * 2", counts=counts)
    assert found["offered at keys"] == 0.5
    assert found["right offers"] == 0.25
    assert found["keystrokes saved"] == pytest.approx(1 - 6 / 15)


def test_a_line_that_no_model_helped_with_saves_nothing() -> None:
    found = scores("", offered=False)
    assert found["keystrokes saved"] == 0
    assert found["offered at keys"] is found["right offers"] is None


def test_the_loss_is_per_token() -> None:
    found = scores("", counts={"nats": 6.0, "tokens": 4.0})
    assert found["perplexity"] == 1.5
    assert scores("")["perplexity"] is None
