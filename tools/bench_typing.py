"""What a completion that runs costs who types on: how much later diagnostics come.

    python tools/bench_typing.py

Two servers over stdio, one with the embedded model and one without any, are asked for a
completion and then sent a keystroke: in the text that was asked about, which ends the
completion, or in another, so that it goes on. Measured is the time from the key to the
syntax errors, and to all that is wrong, which waits for a pause in the typing. The
servers take turns, so what their rows differ by holds better than what they are.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from itertools import count
from typing import Any

from bench_analysis import long_formula
from benchmarks import percentile
from rich.console import Console
from rich.table import Table

KEYSTROKES = {100: 40, 300: 40, 1_000: 20}
"""How many of each kind are measured, by the lines of the formula."""

WORKING = 0.02
"""Seconds from the question to the key: the model is in the middle of it."""

RESTING = 0.3
"""Seconds after which a server has also looked ahead."""

TYPED, ASKED = "file:///formulas/typed.ff", "file:///formulas/asked.ff"

WHERE = {"another text": ASKED, "this text": TYPED}
"""For which text a completion is asked for, as the table calls it."""


class Client:
    """An editor with two texts open, which asks by hand and does not wait."""

    def __init__(self, text: str, backend: str) -> None:
        command = [sys.executable, "-m", "fastformula_server", "serve"]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.versions = {TYPED: 1, ASKED: 1}
        self.ids = count(2)
        self.answered: set[object] = set()
        options = {"completion": {"backend": backend}}
        self.send(
            "initialize",
            {"processId": None, "capabilities": {}, "initializationOptions": options},
            id=1,
        )
        self.send("initialized", {})
        for uri in self.versions:
            item = {"uri": uri, "languageId": "fastformula", "version": 1, "text": text}
            self.send("textDocument/didOpen", {"textDocument": item})
            self.wait(uri)
            self.wait(uri)

    def send(self, method: str, params: object, **more: object) -> None:
        """A notification, or with an id a request."""
        message = {"jsonrpc": "2.0", "method": method, "params": params, **more}
        body = json.dumps(message).encode()
        assert self.process.stdin
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def type(self, uri: str, line: int) -> None:
        """A digit at the start of the number that ends the assignment in `line`."""
        self.versions[uri] += 1
        place = {"line": line, "character": len("l_typed = ")}
        change = {"range": {"start": place, "end": place}, "text": "1"}
        where = {"uri": uri, "version": self.versions[uri]}
        self.send(
            "textDocument/didChange",
            {"textDocument": where, "contentChanges": [change]},
        )

    def ask(self, uri: str, line: int) -> int:
        """Ask by hand for what could follow the assignment in `line`."""
        number = next(self.ids)
        place = {"line": line, "character": len("l_typed = ")}
        self.send(
            "textDocument/inlineCompletion",
            {
                "textDocument": {"uri": uri},
                "position": place,
                "context": {"triggerKind": 1},
            },
            id=number,
        )
        return number

    def wait(self, uri: str) -> None:
        """Until diagnostics of the present version come."""
        while True:
            params = self.receive().get("params") or {}
            at_hand = params.get("uri") == uri
            if at_hand and params.get("version") == self.versions[uri]:
                return

    def answer(self, number: int) -> None:
        """Until a request is answered."""
        while number not in self.answered:
            self.receive()

    def rest(self, number: int) -> None:
        """Until a request is answered, and the server has nothing to do any more."""
        self.answer(number)
        time.sleep(RESTING)

    def receive(self) -> dict[str, Any]:
        """The next message."""
        assert self.process.stdout
        length = 0
        while header := self.process.stdout.readline().strip():
            if header.lower().startswith(b"content-length:"):
                length = int(header.split(b":")[1])
        message: dict[str, Any] = json.loads(self.process.stdout.read(length))
        if "method" not in message:
            self.answered.add(message.get("id"))
        return message

    def close(self) -> None:
        """End the server."""
        self.process.kill()
        self.process.wait()


def measure(lines: int, console: Console) -> None:
    """Print the table for a formula of so many lines."""
    text, line = long_formula(lines)
    clients = {"no": Client(text, "off"), "yes": Client(text, "embedded")}
    rows = [
        (where, working, times, whole)
        for where in WHERE
        for working in clients
        for times, whole in ((list[float](), list[float]()),)
    ]
    for client in clients.values():
        # The model is loaded in the background, and answers when it is.
        client.answer(client.ask(ASKED, line))
    for _ in range(KEYSTROKES[lines]):
        for where, working, syntax, whole in rows:
            client, asked = clients[working], WHERE[where]
            if asked == ASKED:
                # A text that was asked about before would be answered at once.
                client.type(ASKED, line)
                client.wait(ASKED)
                client.wait(ASKED)
            number = client.ask(asked, line)
            time.sleep(WORKING)
            begun = time.perf_counter()
            client.type(TYPED, line)
            client.wait(TYPED)
            syntax.append(time.perf_counter() - begun)
            client.wait(TYPED)
            whole.append(time.perf_counter() - begun)
            client.rest(number)
    for client in clients.values():
        client.close()
    table = Table(title=f"a key typed among {lines:,} lines", title_style="bold")
    for column in ("until", "asked for", "a model works", "p50", "p95", "ratio"):
        side = "right" if column in ("p50", "p95", "ratio") else "left"
        table.add_column(column, justify=side)
    for what, number in (("syntax errors", 2), ("all", 3)):
        for row in rows:
            median, late = (percentile(row[number], share) for share in (0.5, 0.95))
            if row[1] == "no":
                usual = median
            table.add_row(
                what,
                row[0],
                row[1],
                f"{median * 1e3:.1f} ms",
                f"{late * 1e3:.1f} ms",
                f"{median / usual:.2f}",
            )
    console.print(table)


def main() -> None:
    """Measure formulas of several lengths."""
    console = Console()
    for lines in KEYSTROKES:
        measure(lines, console)


if __name__ == "__main__":
    main()
