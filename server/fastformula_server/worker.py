"""One thread for work that would hold up the event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, TypeVar

Result = TypeVar("Result")
_Waiter = tuple[asyncio.AbstractEventLoop, "asyncio.Future[Any]"]
_Job = tuple[_Waiter | None, Callable[[], Any]]


class Worker:
    """Does jobs in turn, for coroutines to await.

    The thread is a daemon: a process whose editor has gone must end, even while a
    model loads. (pygls's own pool is no place for our work: it also reads stdin,
    and Python waits for its threads before it exits.)
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._thread: threading.Thread | None = None

    async def run(self, job: Callable[[], Result]) -> Result:
        """What `job` returns or raises; if nobody waits any more, it is not begun."""
        return await self.submit(job)

    def submit(self, job: Callable[[], Result]) -> asyncio.Future[Result]:
        """What `job` will have returned or raised; it has its turn from now on."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Result] = loop.create_future()
        self._put((loop, future), job)
        return future

    def start(self, job: Callable[[], None]) -> None:
        """Do `job`, which must not raise, though nobody waits for it."""
        self._put(None, job)

    def close(self, patience: float) -> None:
        """Take no more jobs, and wait up to `patience` seconds for those begun."""
        self._jobs.put(None)
        if self._thread is not None:
            self._thread.join(patience)

    def _put(self, waiter: _Waiter | None, job: Callable[[], Any]) -> None:
        if self._thread is None:
            self._thread = threading.Thread(
                target=self._work, name=self._name, daemon=True
            )
            self._thread.start()
        self._jobs.put((waiter, job))

    def _work(self) -> None:
        while (entry := self._jobs.get()) is not None:
            waiter, job = entry
            if waiter is None:
                job()
                continue
            loop, future = waiter
            if future.cancelled():
                continue
            result, error = None, None
            try:
                result = job()
            except Exception as raised:
                error = raised
            try:
                loop.call_soon_threadsafe(_settle, future, result, error)
            except RuntimeError:  # the loop has ended, so nobody waits
                return


def _settle(
    future: asyncio.Future[Result], result: Any, error: Exception | None
) -> None:
    if future.cancelled():
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)
