"""Which rows a run uses, and how often."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from fastformula_training.config import RunConfig
from fastformula_training.documents import Row, write_jsonl
from fastformula_training.encoding.mixture import (
    Example,
    choose,
    held_out_examples,
    sort_of,
    training_examples,
)
from fastformula_training.error import TrainingError

SORTS = ["hole"] * 80 + ["text"] * 30 + ["instruction"] * 4
WEIGHTS = {"hole": 0.8, "text": 0.1, "instruction": 0.1}


def chosen(times: list[int]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for sort, number in zip(SORTS, times, strict=True):
        counts[sort] += number
    return counts


def test_each_sort_has_its_share_beside_the_holes_or_all_there_is() -> None:
    times = choose(SORTS, WEIGHTS, False, 0, 1)
    assert chosen(times) == {"hole": 80, "text": 10, "instruction": 4}
    assert max(times) == 1
    assert times == choose(SORTS, WEIGHTS, False, 0, 1)
    assert times != choose(SORTS, WEIGHTS, False, 0, 2)


def test_rows_of_a_scarce_sort_are_repeated_where_that_is_asked_for() -> None:
    times = choose(SORTS, WEIGHTS, True, 0, 1)
    assert chosen(times) == {"hole": 80, "text": 10, "instruction": 10}
    assert sorted(times[-4:]) == [2, 2, 3, 3]


def test_a_sort_without_weight_is_left_out() -> None:
    weights = {"hole": 0.0, "text": 0.5, "instruction": 0.5}
    assert chosen(choose(SORTS, weights, False, 0, 1)) == {
        "hole": 0,
        "text": 30,
        "instruction": 4,
    }


def test_no_more_rows_are_used_than_asked_for() -> None:
    times = choose(SORTS, WEIGHTS, True, 25, 1)
    assert sum(times) == 25
    assert choose(SORTS, WEIGHTS, True, 100, 1) == choose(SORTS, WEIGHTS, True, 0, 1)


@pytest.fixture
def run(tmp_path: Path) -> RunConfig:
    """A run on 40 holes, two texts and an instruction."""
    hole = Row("a = ", "1", "\n", "line", "own", "d", "/* b */\n")
    holes = [hole] * 40
    texts = [Row("", "a = 1\n", "", "text", "own", "t") for _ in range(2)]
    wish = Row("", "a = 1\n", "", "instruction", "own", "i", instruction="Set a.")
    write_jsonl(tmp_path / "train.jsonl", [*holes, *texts, wish])
    return RunConfig(base="b", data=tmp_path, output=tmp_path / "run")


def read(run: RunConfig) -> list[Example]:
    return list(training_examples(run.data / "train.jsonl", run))


def test_shares_of_holes_have_context_and_the_suffix_first(run: RunConfig) -> None:
    plain = read(run)
    assert len(plain) == 43
    assert all(example.with_context for example in plain)
    assert not any(example.suffix_first for example in plain)
    mixed = read(replace(run, spm=0.5, context_share=0.25))
    assert [example.row for example in mixed] == [example.row for example in plain]
    assert 10 < sum(example.suffix_first for example in mixed) < 33
    assert 3 < sum(example.with_context for example in mixed) < 20
    assert mixed == read(replace(run, spm=0.5, context_share=0.25))
    assert mixed != read(replace(run, spm=0.5, context_share=0.25, seed=2))


def test_what_is_held_out_is_of_one_sort_and_as_serving_asks(run: RunConfig) -> None:
    path = run.data / "train.jsonl"
    for fim_weight, sort, count in ((1.0, "hole", 40), (0.0, "text", 2)):
        settings = replace(run, fim_weight=fim_weight, spm=1.0, rows=3)
        examples = list(held_out_examples(path, settings))
        assert [sort_of(example.row) for example in examples] == [sort] * count
        assert all(example.with_context for example in examples)
        assert not any(example.suffix_first for example in examples)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"spm": 1.5}, "`spm` must be between 0 and 1"),
        ({"context_share": -0.1}, "`context_share` must be between 0 and 1"),
        ({"text_weight": -1.0}, "must not be below 0"),
        (
            {"fim_weight": 0.0, "text_weight": 0.0, "instruction_weight": 0.0},
            "one of them must be above it",
        ),
    ],
)
def test_shares_that_cannot_be_are_refused(
    run: RunConfig, wrong: dict[str, float], message: str
) -> None:
    with pytest.raises(TrainingError, match=message):
        replace(run, **wrong)
