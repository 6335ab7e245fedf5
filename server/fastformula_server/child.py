"""A process that the server starts for itself, and the pipe between them."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from fastformula_server.worker import Worker

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess

PATIENCE = 2.0
"""Seconds in which it has to end when it is told to; then it is killed."""

_NICENESS = 5
_BELOW_NORMAL = 0x4000
"""What Windows calls the same."""


class Child:
    """One process. What goes into the pipe and comes out is done in threads.

    It ends with the server, however that ends: the pipe's end is closed then.
    """

    def __init__(
        self,
        work: Callable[..., None],
        arguments: tuple[object, ...],
        hear: Callable[[Any], None],
        ended: Callable[[str], None],
    ) -> None:
        """Start it in the background; it calls `work` with its end of the pipe.

        On the event loop `hear` is given each message, and `ended` the reason if the
        process ends by itself; neither any more once `close` has been called.
        """
        self._hear = hear
        self._ended = ended
        self._loop = asyncio.get_running_loop()
        self._worker = Worker("child")
        self._connection: Connection | None = None
        self._process: SpawnProcess | None = None
        self._closed = False
        self._worker.start(partial(self._begin, work, arguments))

    def send(self, message: object) -> None:
        """Put a message, which cannot be None, into the pipe."""
        self._worker.start(partial(self._send, message))

    def close(self) -> None:
        """Have the process end, without waiting for that."""
        self._closed = True
        self._worker.start(self._end)
        self._worker.close(0)

    def join(self) -> None:
        """Wait until the process has ended, or was killed."""
        self._worker.close(2 * PATIENCE)

    def _begin(self, work: Callable[..., None], arguments: tuple[object, ...]) -> None:
        # Not at the start of the server, which has more urgent things to load.
        from multiprocessing import get_context

        context = get_context("spawn")
        try:
            self._connection, theirs = context.Pipe()
            self._process = context.Process(
                target=work, args=(theirs, *arguments), daemon=True
            )
            self._process.start()
        except OSError as error:
            self._tell(self._ended, f"it cannot be started ({error})")
            return
        # Only when no process holds their end any more, ours says that it is closed.
        theirs.close()
        threading.Thread(
            target=self._listen, args=(self._connection, self._process), daemon=True
        ).start()

    def _send(self, message: object) -> None:
        # Whoever listens is told that the process has ended.
        if self._connection is not None:
            with suppress(OSError):
                self._connection.send(message)

    def _end(self) -> None:
        self._send(None)
        if self._process is not None and self._process.pid is not None:
            self._process.join(PATIENCE)
            self._process.kill()

    def _listen(self, connection: Connection, process: SpawnProcess) -> None:
        try:
            while True:
                self._tell(self._hear, connection.recv())
        except (EOFError, OSError):
            process.join(PATIENCE)
        code = process.exitcode
        why = f"signal {-code}" if code is not None and code < 0 else f"code {code}"
        self._tell(self._ended, f"it has ended with {why}")

    def _tell(self, hear: Callable[[Any], None], message: object) -> None:
        def tell() -> None:
            if not self._closed:
                hear(message)

        # Nobody listens once the loop has ended.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(tell)


def give_way() -> None:
    """Let other processes go first where there are too few cores for all."""
    if sys.platform == "win32":
        import ctypes

        this_process = ctypes.c_void_p(-1)
        ctypes.windll.kernel32.SetPriorityClass(this_process, _BELOW_NORMAL)
    else:
        os.nice(_NICENESS)
