"""How sure a mean is."""

import random

import pytest
from fastformula_training.evaluation.intervals import Sample, difference, mean, wilson


def sample(values: list[float], families: list[str]) -> Sample:
    return Sample(values, [1.0] * len(values), families)


def alone(count: int) -> list[str]:
    return [str(number) for number in range(count)]


def test_wilson_is_what_the_textbooks_say() -> None:
    assert wilson(0.5, 10) == pytest.approx((0.2366, 0.7634), abs=1e-4)
    assert wilson(0, 20) == pytest.approx((0, 0.1611), abs=1e-4)


def test_a_share_of_rows_that_are_alone_has_wilsons_interval() -> None:
    found = mean(sample([1.0, 0.0] * 5, alone(10)))
    assert (found.value, found.count) == (0.5, 10)
    assert (found.low, found.high) == wilson(0.5, 10)


def test_a_share_of_all_is_not_sure_for_that() -> None:
    found = mean(sample([1.0] * 40, ["a", "b"] * 20))
    assert found.value == 1
    assert (found.low, found.high) == wilson(1, 2)


def test_rows_of_one_family_count_as_little_as_they_tell() -> None:
    values = [float(number % 2) for number in range(20) for _ in range(10)]
    families = [str(number) for number in range(20) for _ in range(10)]
    together = mean(sample(values, families))
    apart = mean(sample(values, alone(200)))
    assert together.value == apart.value == 0.5
    assert together.high - together.low > 2 * (apart.high - apart.low)


def test_of_one_family_there_is_no_interval() -> None:
    found = mean(sample([0.2, 0.4], ["a", "a"]))
    assert found.value == pytest.approx(0.3)
    assert (found.low, found.high) == (None, None)


def test_weights_count() -> None:
    found = mean(Sample([1.0, 0.0], [3.0, 1.0], ["a", "b"]))
    assert found.value == 0.75


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    rng = random.Random(5)
    held = 0
    for _ in range(100):
        centres = [rng.gauss(0, 1) for _ in range(40)]
        values = [rng.gauss(each, 0.5) for each in centres for _ in range(3)]
        families = [str(number) for number in range(40) for _ in range(3)]
        found = mean(sample(values, families))
        held += found.low <= 0 <= found.high
    assert 88 <= held <= 100


def test_a_difference_is_paired() -> None:
    rng = random.Random(7)
    values = [rng.random() for _ in range(50)]
    better = [each + 0.01 * rng.random() for each in values]
    found = difference(sample(values, alone(50)), sample(better, alone(50)))
    assert found.value == pytest.approx(0.005, abs=0.002)
    assert 0 < found.low < found.value < found.high


def test_of_models_that_never_differ_there_is_no_interval() -> None:
    same = sample([0.2, 0.4, 0.9], alone(3))
    found = difference(same, same)
    assert (found.value, found.low, found.high) == (0, None, None)


def test_numbers_are_the_same_every_time() -> None:
    values = [number / 7 for number in range(30)]
    families = [str(number // 2) for number in range(30)]
    assert mean(sample(values, families)) == mean(sample(values, families))
