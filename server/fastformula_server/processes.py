"""One job for each of many files, in as many processes as pay."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

from fastformula_server.failure import Failure

ONE_PROCESS = 50
"""Up to so many files, starting other processes costs more than it saves."""

_MOST_PROCESSES = 60
"""Windows waits for no more than 61 at once."""

_Job = TypeVar("_Job")
_Result = TypeVar("_Result")


def map_files(
    function: Callable[[Path, _Job], _Result], paths: Sequence[Path], job: _Job
) -> Iterator[_Result]:
    """`function` of each path, in order; in several processes where that pays.

    Raises Failure when a process ends that should not.
    """
    if len(paths) <= ONE_PROCESS:
        for path in paths:
            yield function(path, job)
        return
    processes = min(os.cpu_count() or 1, _MOST_PROCESSES)
    pool = ProcessPoolExecutor(processes, get_context("spawn"), _begin, (function, job))
    share = max(1, min(16, len(paths) // (4 * processes)))
    try:
        yield from pool.map(_work, paths, chunksize=share)
    except BrokenProcessPool as error:
        raise Failure("a process that read formulas ended unexpectedly") from error
    finally:
        pool.shutdown(cancel_futures=True)


# What this process was started for.
_task: tuple[Callable[[Path, Any], Any], Any]


def _begin(*task: Any) -> None:
    """Get a process ready; the one that started it answers to Ctrl-C."""
    global _task
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _task = task


def _work(path: Path) -> Any:
    function, job = _task
    return function(path, job)
