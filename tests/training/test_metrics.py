"""Scores of answers."""

import pytest
from fastformula_training.documents import Row
from fastformula_training.metrics import METRICS, Answer, edit_similarity, levenshtein
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("first", "second", "distance"),
    [("", "", 0), ("abc", "", 3), ("kitten", "sitting", 3), ("IF x", "IF y", 1)],
)
def test_levenshtein(first: str, second: str, distance: int) -> None:
    assert levenshtein(first, second) == distance


@given(st.text(max_size=12), st.text(max_size=12), st.text(max_size=12))
def test_levenshtein_is_a_distance(a: str, b: str, c: str) -> None:
    assert levenshtein(a, b) == levenshtein(b, a)
    assert (levenshtein(a, b) == 0) == (a == b)
    assert levenshtein(a, c) <= levenshtein(a, b) + levenshtein(b, c)
    assert 0 <= edit_similarity(a, b) <= 1


def scores(middle: str, offered: bool = True, raw: str = "") -> dict[str, object]:
    row = Row("x = ", "hours * 2\ny = 1", "\nRETURN x, y", "statement", "own", "d")
    answer = Answer(row, offered, middle, row.prefix + middle + row.suffix, raw, 1.0)
    return {metric.name: metric.score(answer) for metric in METRICS}


def test_a_perfect_answer_scores_one_everywhere() -> None:
    assert set(scores("hours * 2\ny = 1", raw="hours * 2\ny = 1").values()) == {1.0}


@pytest.mark.parametrize(
    ("middle", "metric", "score"),
    [
        ("hours  *  2\ny = 1", "exact", 0),
        ("hours  *  2\ny = 1", "exact but blanks", 1),
        ("hours * 2", "first line", 1),
        ("hours * 3", "first line", 0),
        ("hours * 3\ny = 1", "edit similarity", 1 - 1 / 15),
        ("hours * 2", "parses in place", 1),
        ("hours * (2", "parses in place", 0),
    ],
)
def test_each_metric(middle: str, metric: str, score: float) -> None:
    assert scores(middle)[metric] == pytest.approx(score)


def test_nothing_offered_does_not_count_for_parsing() -> None:
    nothing = scores("", offered=False)
    assert nothing["parses in place"] is None
    assert (nothing["offered"], nothing["exact"]) == (0, 0)
