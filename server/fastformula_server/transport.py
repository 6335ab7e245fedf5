"""How messages come and go: over stdin and stdout, or one TCP connection.

pygls reads stdin with the threads that also run handlers, gives up on a connection
that breaks in the middle of a message, and always ends with exit code 0.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import threading
from collections.abc import Callable
from functools import partial
from typing import BinaryIO

from fastformula_server.parent import is_running
from fastformula_server.server import FormulaServer
from fastformula_server.worker import Worker

_CONTENT_LENGTH = re.compile(rb"content-length:\s*(\d{1,9})\s*$", re.IGNORECASE)
"""At the end of a line: what is before it is left of a message that was counted wrong.
No message has a billion bytes, so who says so is not believed."""

_LONGEST_LINE = 2**26
"""In bytes; of what a header should be, and may be what is left of a message."""

_CHUNK = 65536

_GLANCE = 2.0
"""How often to see whether the client still runs, in seconds."""

_LAST_WORDS = 1.0
"""How long to wait at the end for a client that does not read, in seconds."""


def serve_stdio(server: FormulaServer) -> int:
    """Talk over stdin and stdout until the client ends it; the exit code."""
    # A library that prints would break the conversation: its words go to stderr.
    sys.stdout.flush()
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    sys.stdout = sys.stderr

    async def talk() -> None:
        reader = asyncio.StreamReader(_LONGEST_LINE)
        pump = threading.Thread(
            target=_pump,
            args=(sys.stdin.fileno(), asyncio.get_running_loop(), reader),
            daemon=True,
        )
        pump.start()
        server.protocol.set_writer(writer)
        await _converse(server, reader)

    writer = _Output(server, output)
    asyncio.run(talk())
    writer.close()
    return _end(server)


def serve_tcp(
    server: FormulaServer, host: str, port: int, ready: Callable[[int], None]
) -> int:
    """Talk with the first client that connects; the exit code.

    `ready` gets the port when there is one to connect to. Raises OSError when it
    cannot be had.
    """

    async def talk() -> None:
        connected: asyncio.Future[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = (
            asyncio.get_running_loop().create_future()
        )

        def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if connected.done():
                writer.close()
            else:
                connected.set_result((reader, writer))

        listener = await asyncio.start_server(connect, host, port, limit=_LONGEST_LINE)
        ready(listener.sockets[0].getsockname()[1])
        reader, writer = await connected
        listener.close()
        server.protocol.set_writer(writer)
        await _converse(server, reader)
        writer.close()

    asyncio.run(talk())
    return _end(server)


def _end(server: FormulaServer) -> int:
    server.completions.close()
    return 0 if server.asked_to_shut_down else 1


class _Output:
    """stdout, as pygls writes to it; who does not read holds up a thread of its own."""

    def __init__(self, server: FormulaServer, stream: BinaryIO) -> None:
        self._server = server
        self._stream = stream
        self._worker = Worker("output")

    def write(self, data: bytes) -> None:
        self._worker.start(partial(self._write, data))

    def close(self) -> None:
        self._worker.close(_LAST_WORDS)

    def _write(self, data: bytes) -> None:
        try:
            self._stream.write(data)
            self._stream.flush()
        except OSError:  # the client has gone, which is no failure of ours
            self._server.stopped = True


def _pump(
    source: int, loop: asyncio.AbstractEventLoop, reader: asyncio.StreamReader
) -> None:
    """Bring what can be read from the file descriptor `source` into the loop."""
    try:
        while True:
            try:
                data = os.read(source, _CHUNK)
            except OSError:
                data = b""
            if not data:
                loop.call_soon_threadsafe(reader.feed_eof)
                return
            loop.call_soon_threadsafe(reader.feed_data, data)
    except RuntimeError:  # the loop has ended
        return


async def _converse(server: FormulaServer, reader: asyncio.StreamReader) -> None:
    """Handle one message after the other until the client stops or has gone."""
    protocol = server.protocol
    asyncio.get_running_loop().set_exception_handler(protocol.report_background)
    watching = asyncio.create_task(_watch(server, reader))
    while not server.stopped:
        try:
            body = await _read_message(reader)
        except (asyncio.IncompleteReadError, OSError):
            break
        protocol.receive(body)
        # A handler that awaits takes its snapshot of a document in its first step:
        # that must come before the next message, which may change the document.
        await asyncio.sleep(0)
    watching.cancel()


async def _watch(server: FormulaServer, reader: asyncio.StreamReader) -> None:
    """End the conversation when the client has died and another holds its pipe."""
    while server.client is None or is_running(server.client):
        await asyncio.sleep(_GLANCE)
    reader.feed_eof()


async def _read_message(reader: asyncio.StreamReader) -> bytes:
    """The body of the next message; raises IncompleteReadError at the end."""
    length = 0
    while True:
        try:
            header = await reader.readline()
        except ValueError:  # no line at all; look for the next
            continue
        if not header:
            raise asyncio.IncompleteReadError(b"", None)
        match = _CONTENT_LENGTH.search(header)
        if match:
            length = int(match[1])
        elif length and not header.strip():
            return await reader.readexactly(length)
