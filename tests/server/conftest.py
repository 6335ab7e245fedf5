"""A server in a process of its own, talked to byte by byte; and a slow model."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

SECONDS = 30
"""After which a test gives up; nothing here should take one."""


_CACHE = tempfile.TemporaryDirectory()
"""What servers remember of formulas is not that of whoever runs the tests."""


def server_environment(**more: str) -> dict[str, str]:
    """The environment without settings of whoever runs the tests."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("FASTFORMULA_")
    }
    return {**kept, "XDG_CACHE_HOME": _CACHE.name, **more}


class Wire:
    """A server process and the raw messages to and from it."""

    def __init__(
        self,
        *options: str,
        program: tuple[str, ...] = ("-m", "fastformula_server"),
        arguments: tuple[str, ...] = ("serve",),
        variables: Mapping[str, str] = {},
    ) -> None:
        self.process = subprocess.Popen(
            [sys.executable, *options, *program, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=server_environment(**variables),
        )
        self.errors = b""
        self._messages: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._readers = [
            threading.Thread(target=work, daemon=True)
            for work in (self._read, self._read_errors)
        ]
        for reader in self._readers:
            reader.start()

    def send_bytes(self, data: bytes) -> None:
        assert self.process.stdin
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def send(
        self, method: str, params: object = None, number: int | None = None
    ) -> None:
        message: dict[str, object] = {"jsonrpc": "2.0", "method": method}
        if number is not None:
            message["id"] = number
        if params is not None:
            message["params"] = params
        self.send_body(json.dumps(message).encode())

    def send_result(self, number: object, result: object) -> None:
        """Answer a request of the server."""
        answer = {"jsonrpc": "2.0", "id": number, "result": result}
        self.send_body(json.dumps(answer).encode())

    def send_body(self, body: bytes) -> None:
        self.send_bytes(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))

    def receive(self) -> dict[str, Any]:
        message = self._messages.get(timeout=SECONDS)
        assert message is not None, f"the server ended:\n{self.errors.decode()}"
        return message

    def answer(self, number: int) -> dict[str, Any]:
        """The answer to the request `id`; what comes before it is dropped."""
        while True:
            message = self.receive()
            if message.get("id") == number and "method" not in message:
                return message

    def initialize(self, **params: object) -> dict[str, Any]:
        defaults = {"processId": None, "rootUri": None, "capabilities": {}}
        self.send("initialize", defaults | params, number=0)
        result = self.answer(0)["result"]
        assert isinstance(result, dict)
        return result

    def said(self, pattern: bytes) -> re.Match[bytes]:
        """The first match of `pattern` on stderr, once it is there."""
        while not (match := re.search(pattern, self.errors)):
            assert self.process.poll() is None, self.errors.decode()
            time.sleep(0.01)
        return match

    def wait(self) -> int:
        """The exit code, once the process ends by itself."""
        code = self.process.wait(SECONDS)
        for reader in self._readers:
            reader.join(SECONDS)
        return code

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            assert stream
            # Killing it may leave the last words to it unwritten.
            with contextlib.suppress(OSError):
                stream.close()

    def _read(self) -> None:
        stream = self.process.stdout
        assert stream
        length = 0
        while header := stream.readline():
            if match := re.match(rb"Content-Length: (\d+)", header):
                length = int(match[1])
            elif length and not header.strip():
                self._messages.put(json.loads(stream.read(length)))
        self._messages.put(None)

    def _read_errors(self) -> None:
        assert self.process.stderr
        for line in self.process.stderr:
            self.errors += line


@pytest.fixture
def connect() -> Iterator[Callable[..., Wire]]:
    """A function that starts a server and connects to it."""
    wires: list[Wire] = []

    def start(*options: str, **more: Any) -> Wire:
        wires.append(Wire(*options, **more))
        return wires[-1]

    yield start
    for wire in wires:
        wire.close()


@pytest.fixture(scope="module")
def shared_wire() -> Iterator[Wire]:
    """One server for many tests, as it takes a second to start."""
    wire = Wire()
    yield wire
    wire.close()


URI = "file:///formulas/pay.ff"
TEXT = "INPUTS ARE l_hours, l_rate\nl_pay = \nRETURN l_pay\n"


class Session:
    """An editor with one formula open, its cursor where a value is to follow."""

    def __init__(self, wire: Any, options: object, **capabilities: object) -> None:
        self.wire = wire
        self.uri = URI
        self.ids = iter(range(1, 1000))
        wire.initialize(initializationOptions=options, capabilities=capabilities)
        wire.send("initialized", {})
        item = {"uri": URI, "languageId": "fastformula", "version": 1, "text": TEXT}
        wire.send("textDocument/didOpen", {"textDocument": item})

    def become_ready(self) -> Session:
        """Wait until the model of the settings answers, and no other in its place."""
        while True:
            message = self.wire.receive()
            said = message.get("params", {}).get("message", "")
            if said.startswith("The completion model is ready"):
                return self

    def request(self, method: str, **params: object) -> int:
        number = next(self.ids)
        defaults = {
            "textDocument": {"uri": URI},
            "position": {"line": 1, "character": 8},
        }
        self.wire.send(method, defaults | params, number=number)
        return number

    def ask(self, kind: int = 2, character: int = 8, **context: object) -> int:
        """Ask for ghost text, by hand with the kind 1, as one types with 2."""
        return self.request(
            "textDocument/inlineCompletion",
            context={"triggerKind": kind, **context},
            position={"line": 1, "character": character},
        )

    def hover(self) -> int:
        return self.request("textDocument/hover")

    def type(self, text: str, version: int, character: int = 8) -> None:
        document = {"uri": URI, "version": version}
        place = {"line": 1, "character": character}
        change = {"range": {"start": place, "end": place}, "text": text}
        self.wire.send(
            "textDocument/didChange",
            {"textDocument": document, "contentChanges": [change]},
        )

    def answers(self, *ids: int) -> list[tuple[int, dict[str, Any]]]:
        """The answers to the requests, in the order in which they come."""
        waiting, found = set(ids), []
        while waiting:
            message = self.wire.receive()
            if message.get("id") in waiting and "method" not in message:
                waiting.discard(message["id"])
                found.append((message["id"], message))
        return found

    def offered(self, number: int) -> list[str]:
        """What the answer to an inline completion offers."""
        return [item["insertText"] for item in self.items(number)]

    def items(self, number: int) -> list[dict[str, Any]]:
        ((_, answer),) = self.answers(number)
        assert "error" not in answer, answer
        items = answer["result"]["items"]
        assert isinstance(items, list)
        return items

    def logged(self) -> list[str]:
        """What is in the log once all that was sent has been handled."""
        number = self.hover()
        found = []
        while (message := self.wire.receive()).get("id") != number:
            assert message["method"] != "window/showMessage", message
            if message["method"] == "window/logMessage":
                found.append(message["params"]["message"])
        return found


@pytest.fixture
def open_session(connect: Callable[..., Any]) -> Callable[..., Session]:
    return lambda options, variables={}, **capabilities: Session(
        connect(variables=variables), options, **capabilities
    )


class SlowModel:
    """An OpenAI-compatible endpoint that answers when it is let."""

    def __init__(self) -> None:
        self.answers = iter(lambda: "l_hours * 2", None)
        self.asked = threading.Semaphore(0)
        self.let = threading.Event()
        self.holds: Callable[[dict[str, Any]], bool] = lambda _request: True
        """Which requests wait until it is let."""
        self.requests: list[dict[str, Any]] = []
        model = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                request = json.loads(self.rfile.read(length))
                model.requests.append(request)
                model.asked.release()
                if model.holds(request):
                    model.let.wait(SECONDS)
                choice = {"text": next(model.answers), "finish_reason": "stop"}
                try:
                    self.send_response(200)
                    self.send_header("Content-Type", "application/json")
                    self.end_headers()
                    self.wfile.write(json.dumps({"choices": [choice]}).encode())
                except OSError:
                    pass  # nobody waits for it any more

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(
            target=self.server.serve_forever, args=(0.01,), daemon=True
        ).start()

    @property
    def options(self) -> dict[str, Any]:
        """The settings of a server that is to ask it, without waiting first."""
        return {
            "completion": {
                "backend": "remote",
                "endpoint": f"http://127.0.0.1:{self.server.server_port}/v1",
                "model": "slow",
                "format": "qwen2.5-coder",
                "debounceMilliseconds": 0,
            }
        }

    def close(self) -> None:
        self.let.set()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def slow_model() -> Iterator[SlowModel]:
    model = SlowModel()
    yield model
    model.close()
