"""The same work on many items, in several processes, in the order of the items."""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from multiprocessing import get_context
from typing import TypeVar

from fastformula_training.error import TrainingError

ONE_PROCESS = 40
"""Up to so many items, starting other processes costs more than it saves."""

SHARE = 8
"""Items that a process gets at a time."""

MOST_PROCESSES = 60
"""Windows waits for no more than 61 at once."""

Item = TypeVar("Item")
Result = TypeVar("Result")


def map_in_order(
    function: Callable[[Item], Result], items: Iterable[Item], size: int, processes: int
) -> Iterator[Result]:
    """`function` of each of `size` items; 0 processes are as many as there are cores.

    No more items are read ahead than keep the processes busy. `function` must be
    one that can be pickled. Raises TrainingError when a process ends that should not.
    """
    count = min(processes or os.cpu_count() or 1, MOST_PROCESSES)
    if size <= ONE_PROCESS or count == 1:
        yield from map(function, items)
        return
    pool = ProcessPoolExecutor(count, get_context("spawn"), _begin)
    source = iter(items)
    running: deque[Future[list[Result]]] = deque()
    try:
        while True:
            while len(running) < 3 * count and (share := list(islice(source, SHARE))):
                running.append(pool.submit(_work, function, share))
            if not running:
                return
            yield from running.popleft().result()
    except BrokenProcessPool as error:
        raise TrainingError(
            "A process that worked on formulas ended unexpectedly; there may be too "
            "little memory. Use `--processes 1`."
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


def _begin() -> None:
    """Get a process ready; the one that started it answers to Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _work(function: Callable[[Item], Result], items: list[Item]) -> list[Result]:
    return [function(item) for item in items]
