"""How messages come and go: over stdin and stdout, or one TCP connection.

pygls reads stdin with the threads that also run handlers, gives up on a connection
that breaks in the middle of a message, and always ends with exit code 0.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import sys
import threading
from collections.abc import Callable
from typing import BinaryIO

from pygls.exceptions import JsonRpcException

from fastformula_server.server import FormulaServer

logger = logging.getLogger(__name__)

_CONTENT_LENGTH = re.compile(rb"content-length:\s*(\d+)\s*", re.IGNORECASE)
_CHUNK = 65536


def serve_stdio(server: FormulaServer) -> int:
    """Talk over stdin and stdout until the client ends it; the exit code."""
    # A library that prints would break the conversation: its words go to stderr.
    sys.stdout.flush()
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    sys.stdout = sys.stderr

    async def talk() -> None:
        reader = asyncio.StreamReader()
        pump = threading.Thread(
            target=_pump,
            args=(sys.stdin.fileno(), asyncio.get_running_loop(), reader),
            daemon=True,
        )
        pump.start()
        server.protocol.set_writer(_Output(server, output))
        await _converse(server, reader)

    asyncio.run(talk())
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

        listener = await asyncio.start_server(connect, host, port)
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
    """stdout, as pygls writes to it."""

    def __init__(self, server: FormulaServer, stream: BinaryIO) -> None:
        self._server = server
        self._stream = stream

    def write(self, data: bytes) -> None:
        try:
            self._stream.write(data)
            self._stream.flush()
        except OSError:  # the client has gone, which is no failure of ours
            self._server.stopped = True

    def close(self) -> None:
        self._stream.close()


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
    while not server.stopped:
        try:
            body = await _read_message(reader)
        except (asyncio.IncompleteReadError, OSError):
            return
        try:
            message = json.loads(body, object_hook=protocol.structure_message)
            protocol.handle_message(message)
        except Exception as error:
            logger.exception("a message could not be handled")
            server.report_server_error(error, JsonRpcException)
        # A handler that awaits takes its snapshot of a document in its first step:
        # that must come before the next message, which may change the document.
        await asyncio.sleep(0)


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
        match = _CONTENT_LENGTH.fullmatch(header)
        if match:
            length = int(match[1])
        elif length and not header.strip():
            return await reader.readexactly(length)
