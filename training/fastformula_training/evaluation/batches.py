"""Several askers of one model, whose questions are put together into batches.

The pipeline asks one question at a time. So each row of a batch has a thread, and when
all that have not finished wait for the model, it is asked for all of them at once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from fastformula_models import Backend, Request
from fastformula_models.backend import BatchBackend, Loss, complete_many, loss_of

Row = TypeVar("Row")
Answer = TypeVar("Answer")


def ask_together(
    backend: Backend, rows: Sequence[Row], ask: Callable[[Row, Backend], Answer]
) -> list[Answer]:
    """The answers to all rows, in their order, with a thread for each.

    A backend that takes batches gets them; another is asked by all threads at once.
    Raises what `ask` raises for the first row that fails.
    """
    table = _Round(backend, len(rows))
    askers: Iterator[Backend] = (
        (_Asker(table, number) for number in range(len(rows)))
        if isinstance(backend, BatchBackend)
        else (backend for _ in rows)
    )

    def run(row: Row, asker: Backend) -> Answer:
        try:
            return ask(row, asker)
        finally:
            table.leave()

    with ThreadPoolExecutor(len(rows)) as pool:
        return list(pool.map(run, rows, askers))


class _Round:
    """Who has not finished yet, and what those ask who wait."""

    def __init__(self, backend: Backend, askers: int) -> None:
        self.backend = backend
        self._askers = askers
        self._asked: dict[int, Request] = {}
        self._said: dict[int, str | BaseException] = {}
        self._changed = threading.Condition()

    def complete(self, number: int, request: Request) -> str:
        with self._changed:
            self._asked[number] = request
            self._answer_all()
            while number not in self._said:
                self._changed.wait()
            said = self._said.pop(number)
        if isinstance(said, BaseException):
            raise said
        return said

    def loss(self, request: Request, middle: str) -> Loss | None:
        with self._changed:
            return loss_of(self.backend, request, middle)

    def leave(self) -> None:
        with self._changed:
            self._askers -= 1
            self._answer_all()

    def _answer_all(self) -> None:
        """Ask the model, if nobody is left who might ask too."""
        if not self._asked or len(self._asked) < self._askers:
            return
        # In the same order every time, for sums depend on it.
        numbers = sorted(self._asked)
        requests = [self._asked[number] for number in numbers]
        self._asked.clear()
        try:
            answers: Sequence[str] = complete_many(self.backend, requests)
            self._said |= zip(numbers, answers, strict=True)
        except BaseException as error:
            self._said |= dict.fromkeys(numbers, error)
        self._changed.notify_all()


class _Asker:
    """The backend of a round, as one of its threads has it."""

    def __init__(self, table: _Round, number: int) -> None:
        self.name = table.backend.name
        self._round = table
        self._number = number

    def complete(self, request: Request) -> str:
        return self._round.complete(self._number, request)

    def loss(self, request: Request, middle: str) -> Loss | None:
        return self._round.loss(request, middle)

    def close(self) -> None:
        pass
