"""Several rows at once: the model is asked for all that wait, and for each once."""

from collections.abc import Sequence

import pytest
from fastformula_models import Backend, Request
from fastformula_training.evaluation.batches import ask_together


class Batching:
    """Answers with what stands before, and keeps the sizes of its batches."""

    name = "batching"

    def __init__(self) -> None:
        self.batches: list[list[str]] = []

    def complete(self, request: Request) -> str:
        raise AssertionError("not one by one")

    def complete_many(self, requests: Sequence[Request]) -> list[str]:
        self.batches.append([request.prefix for request in requests])
        if any(request.prefix == "fail" for request in requests):
            raise ValueError("no")
        return [request.prefix.upper() for request in requests]

    def close(self) -> None:
        pass


def ask(row: str, backend: Backend) -> str:
    """One question for each letter."""
    return "".join(backend.complete(Request(letter, "")) for letter in row)


def test_questions_of_all_rows_come_together() -> None:
    backend = Batching()
    assert ask_together(backend, ["abc", "d", "ef"], ask) == ["ABC", "D", "EF"]
    assert backend.batches == [["a", "d", "e"], ["b", "f"], ["c"]]


def test_rows_that_ask_nothing_hold_nobody_up() -> None:
    backend = Batching()
    assert ask_together(backend, ["", "a", ""], ask) == ["", "A", ""]
    assert backend.batches == [["a"]]


def test_a_failure_reaches_who_asked() -> None:
    def fail(row: str, backend: Backend) -> str:
        return backend.complete(Request(row, ""))

    with pytest.raises(ValueError, match="no"):
        ask_together(Batching(), ["a", "fail"], fail)


def test_a_model_that_takes_no_batches_is_asked_by_all() -> None:
    class Plain:
        name = "plain"

        def complete(self, request: Request) -> str:
            return request.prefix.upper()

        def close(self) -> None:
            pass

    assert ask_together(Plain(), ["ab", "c"], ask) == ["AB", "C"]
