"""What a folder of many formulas costs: its index, memory, answers about all of them.

    python tools/bench_index.py [FORMULAS]

generates a folder of 2,000 formulas that call each other and has servers open it: one
that knows nothing yet, one that finds all in the file where the first has put it, and
one that knows nothing again while somebody types. Times depend on the machine; what
holds better are the ratios. Memory is what the server's own process holds at the end.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import long_formula, percentile
from fastformula_training.data.synthesis import synthesize
from rich.console import Console
from rich.table import Table

FORMULAS = 2_000
LINES = 300
"""Of the formula that is typed in."""
POPULAR = 20
"""One of so many formulas calls the first; the others call each other."""
ASKED = 30
"""How often each question is asked."""
RESTING = 0.1
"""Seconds between what was answered and the next key."""
SETTLING = 2.0
"""Seconds after which nothing goes on in the background any more."""


class Client:
    """An editor that has the folder and one formula in it open."""

    def __init__(self, folder: Path, cache: Path, backend: str = "off") -> None:
        places = dict.fromkeys(("XDG_CACHE_HOME", "LOCALAPPDATA"), str(cache))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "fastformula_server", "serve"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **places},
        )
        self.requests = 0
        self.version = 1
        self.published: list[int] = []
        """The versions that diagnostics have come for."""
        self.ended = 0.0
        """When all was read."""
        self.folder = folder
        self.ask(
            "initialize",
            processId=None,
            capabilities={"window": {"workDoneProgress": True}},
            workspaceFolders=[{"uri": folder.as_uri(), "name": "formulas"}],
            initializationOptions={"completion": {"backend": backend}},
        )
        self.begun = time.perf_counter()
        self.send("initialized", {})

    def open(self, text: str) -> None:
        """Open a formula, and wait until all that is wrong in it was said."""
        uri = (self.folder / "typed.ff").as_uri()
        item = {"uri": uri, "languageId": "fastformula", "version": 1, "text": text}
        self.send("textDocument/didOpen", {"textDocument": item})
        self.wait()

    def send(self, method: str, params: object, **more: object) -> None:
        """A notification, or with an id a request."""
        self.write({"jsonrpc": "2.0", "method": method, "params": params, **more})

    def write(self, message: object) -> None:
        """Any message."""
        body = json.dumps(message).encode()
        assert self.process.stdin
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def ask(self, method: str, **params: object) -> Any:
        """The result of a request."""
        self.requests += 1
        self.send(method, params, id=self.requests)
        while True:
            message = self.receive()
            if message.get("id") == self.requests and "method" not in message:
                return message["result"]

    def receive(self) -> dict[str, Any]:
        """The next message; what the server asks for is granted."""
        assert self.process.stdout
        length = 0
        while header := self.process.stdout.readline().strip():
            if header.lower().startswith(b"content-length:"):
                length = int(header.split(b":")[1])
        message: dict[str, Any] = json.loads(self.process.stdout.read(length))
        params = message.get("params") or {}
        match message.get("method"):
            case "textDocument/publishDiagnostics":
                self.published.append(params["version"])
            case "$/progress" if params["value"]["kind"] == "end":
                self.ended = time.perf_counter()
            case str() if "id" in message:
                self.write({"jsonrpc": "2.0", "id": message["id"], "result": None})
        return message

    def wait(self) -> None:
        """Until diagnostics of the present version have come."""
        while self.version not in self.published:
            self.receive()

    def wait_for_index(self) -> float:
        """Seconds until all formulas were read, with what the server loads first."""
        while not self.ended:
            self.receive()
        return self.ended - self.begun

    def type(self, line: int) -> float:
        """Seconds until a key has its syntax errors, or none."""
        self.version += 1
        place = {"line": line, "character": 0}
        begun = time.perf_counter()
        self.send(
            "textDocument/didChange",
            {
                "textDocument": {
                    "uri": (self.folder / "typed.ff").as_uri(),
                    "version": self.version,
                },
                "contentChanges": [
                    {"range": {"start": place, "end": place}, "text": " "}
                ],
            },
        )
        self.wait()
        return time.perf_counter() - begun

    def memory(self) -> str:
        """What its process holds, in megabytes."""
        if sys.platform == "win32":
            return "unknown"
        asked = ["ps", "-o", "rss=", "-p", str(self.process.pid)]
        kilobytes = int(subprocess.run(asked, capture_output=True, check=True).stdout)
        return f"{kilobytes / 1024:.0f} MB"

    def close(self) -> None:
        """End the server."""
        self.process.kill()
        self.process.wait()


def write_formulas(folder: Path, count: int) -> None:
    """Generated formulas, each of which calls another one."""
    for number, document in enumerate(synthesize(count, seed=7)):
        called = 0 if number % POPULAR == 0 else number * 7919 % count
        call = (
            f"SET_INPUT('L_HOURS', 8) EXECUTE('GENERATED_{called:04}')\n"
            if number % 2
            else f"CALL_FORMULA('GENERATED_{called:04}', 8 > 'L_HOURS')\n"
        )
        body, _, end = document.text.rpartition("RETURN")
        text = f"{body}{call}RETURN{end}" if body else f"{document.text}\n{call}"
        path = folder / f"generated_{number:04}.ff"
        path.write_text(f"/* Formula name: {path.stem} */\n{text}", encoding="utf-8")


def call_item(path: Path) -> dict[str, object]:
    """A formula as the client asks for its callers."""
    start = {"line": 0, "character": 0}
    at = {"start": start, "end": start}
    name = {"name": path.stem.upper(), "kind": 12, "uri": path.as_uri()}
    return {**name, "range": at, "selectionRange": at}


def time_of(ask: Callable[[], object]) -> str:
    """What one waits for an answer, usually and at worst."""
    times = []
    for _ in range(ASKED):
        begun = time.perf_counter()
        ask()
        times.append(time.perf_counter() - begun)
    return in_milliseconds(times)


def in_milliseconds(times: list[float]) -> str:
    """Their middle and the late ones."""
    middle, late = (percentile(times, share) * 1e3 for share in (0.5, 0.95))
    return f"{middle:.1f} ms, p95 {late:.1f} ms"


def measure(folder: Path, cache: Path, table: Table) -> None:
    """Fill the table."""
    client = Client(folder, cache)
    table.add_row("read for the first time", f"{client.wait_for_index():.1f} s")
    client.close()
    (file,) = (cache / "fastformula").glob("*.sqlite")
    table.add_row("remembered", f"{file.stat().st_size / 1e6:.1f} MB")

    client = Client(folder, cache)
    table.add_row("read again", f"{client.wait_for_index():.1f} s")
    for query in ("", "generated_1", "gen 99"):
        table.add_row(
            f"workspace symbols, `{query}`",
            time_of(lambda query=query: client.ask("workspace/symbol", query=query)),
        )
    for name in ("generated_0000", "generated_0007"):
        item = call_item(folder / f"{name}.ff")

        def ask(item: dict[str, object] = item) -> Any:
            return client.ask("callHierarchy/incomingCalls", item=item)

        table.add_row(f"incoming calls, {len(ask())} callers", time_of(ask))
    time.sleep(SETTLING)
    table.add_row("memory without a model", client.memory())
    client.close()

    client = Client(folder, cache, "embedded")
    client.wait_for_index()
    time.sleep(SETTLING)
    table.add_row("memory, the model's process apart", client.memory())
    client.close()

    file.unlink()
    client = Client(folder, cache)
    text, line = long_formula(LINES), LINES // 2
    client.open(text)
    busy: list[float] = []
    while not client.ended:
        busy.append(client.type(line))
        time.sleep(RESTING)
    time.sleep(SETTLING)
    idle: list[float] = []
    for _ in busy:
        idle.append(client.type(line))
        time.sleep(RESTING)
    client.close()
    table.add_row(f"key among {LINES} lines while all is read", in_milliseconds(busy))
    table.add_row("the same when all is read", in_milliseconds(idle))
    ratio = percentile(busy, 0.5) / percentile(idle, 0.5)
    table.add_row("ratio of the usual ones", f"{ratio:.2f}")


def main(count: int) -> None:
    """Print the table."""
    table = Table(title=f"a folder of {count:,} formulas", title_style="bold")
    table.add_column("")
    table.add_column("", justify="right")
    with tempfile.TemporaryDirectory() as place:
        folder, cache = Path(place, "formulas"), Path(place, "cache")
        folder.mkdir()
        write_formulas(folder, count)
        measure(folder, cache, table)
    Console().print(table)


if __name__ == "__main__":
    main(*(int(each) for each in sys.argv[1:] or (FORMULAS,)))
