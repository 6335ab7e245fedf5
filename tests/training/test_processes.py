"""Work shared out among processes."""

import os
from collections.abc import Iterator

import pytest
from fastformula_training.data.processes import SHARE, map_in_order
from fastformula_training.error import TrainingError


def test_results_come_in_order_and_little_is_read_ahead() -> None:
    read = 0

    def numbers() -> Iterator[int]:
        nonlocal read
        for number in range(1000):
            read += 1
            yield -number

    results = map_in_order(abs, numbers(), 1000, 2)
    assert next(results) == 0
    assert SHARE <= read <= 3 * 2 * SHARE
    assert list(results) == list(range(1, 1000))


def test_few_items_are_worked_on_here() -> None:
    assert set(map_in_order(_process, range(5), 5, 2)) == {os.getpid()}


def test_a_process_that_dies_is_one_message() -> None:
    with pytest.raises(TrainingError, match="ended unexpectedly"):
        list(map_in_order(os._exit, range(1, 1000), 999, 2))


def _process(_: int) -> int:
    return os.getpid()
