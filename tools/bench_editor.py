"""What the list at the cursor costs while one types, over stdio.

    python tools/bench_editor.py

types words letter by letter in the middle of formulas of 100, 1,000 and 5,000 lines,
asks for the list after each letter, and prints how long the answer takes, beside a
parse of the whole text in the same run. Times depend on the machine and on what else it
does.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import Any

from bench_analysis import URI, long_formula
from benchmarks import best, percentile
from fastformula import parse
from rich.console import Console
from rich.table import Table

LINES = (100, 1_000, 5_000)
WORDS = ("PER_ASG_GRA", "pagn", "l_pay_1", "GREAT", "PAY_INTERNAL", "ROU", "grade_na")
BETWEEN = 0.15
"""Seconds between two letters."""
BEFORE = "l_typed = "


class Client:
    """Types in one formula and asks for the list."""

    def __init__(self, text: str, line: int) -> None:
        self.line = line
        self.typed = "1"
        self.version = 1
        self.requests = 0
        self.sizes: list[int] = []
        command = [sys.executable, "-m", "fastformula_server", "serve"]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        item = {"snippetSupport": True}
        self.ask(
            "initialize",
            {
                "processId": None,
                "capabilities": {
                    "textDocument": {"completion": {"completionItem": item}}
                },
                "initializationOptions": {"completion": {"enabled": False}},
            },
        )
        self.send("initialized", {})
        opened = {"uri": URI, "languageId": "fastformula", "version": 1, "text": text}
        self.send("textDocument/didOpen", {"textDocument": opened})
        self.complete()

    def send(self, method: str, params: object, **more: object) -> None:
        """A notification, or with an id a request."""
        message = {"jsonrpc": "2.0", "method": method, "params": params, **more}
        body = json.dumps(message).encode()
        assert self.process.stdin
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def ask(self, method: str, params: object) -> Any:
        """The result of a request."""
        self.requests += 1
        self.send(method, params, id=self.requests)
        assert self.process.stdout
        while True:
            length = 0
            while header := self.process.stdout.readline().strip():
                if header.lower().startswith(b"content-length:"):
                    length = int(header.split(b":")[1])
            body = self.process.stdout.read(length)
            answer = json.loads(body)
            if answer.get("id") == self.requests and "method" not in answer:
                self.sizes.append(length)
                return answer["result"]

    def write(self, word: str) -> None:
        """Let the assignment end with `word`."""
        self.version += 1
        start, end = len(BEFORE), len(BEFORE) + len(self.typed)
        change = {
            "range": {
                "start": {"line": self.line, "character": start},
                "end": {"line": self.line, "character": end},
            },
            "text": word,
        }
        self.typed = word
        where = {"uri": URI, "version": self.version}
        self.send(
            "textDocument/didChange",
            {"textDocument": where, "contentChanges": [change]},
        )

    def complete(self) -> Any:
        """The list behind what is typed."""
        at = {"line": self.line, "character": len(BEFORE) + len(self.typed)}
        return self.ask(
            "textDocument/completion", {"textDocument": {"uri": URI}, "position": at}
        )

    def close(self) -> None:
        """End the server."""
        self.process.kill()
        self.process.wait()


def measure(lines: int) -> tuple[list[float], int]:
    """Seconds until the list is there, after each letter; how large it is, in bytes."""
    client = Client(*long_formula(lines))
    times = []
    for word in WORDS:
        for end in range(1, len(word) + 1):
            time.sleep(BETWEEN)
            begun = time.perf_counter()
            client.write(word[:end])
            client.complete()
            times.append(time.perf_counter() - begun)
    client.close()
    return times, max(client.sizes)


def main() -> None:
    """Print the table."""
    table = Table(title="the list at the cursor, after each letter", title_style="bold")
    table.add_column("lines", justify="right")
    for column in ("p50", "p95", "parse alone", "largest answer"):
        table.add_column(column, justify="right")
    for lines in LINES:
        text, _ = long_formula(lines)
        parsing = best(lambda text=text: parse(text))  # type: ignore[misc]
        times, size = measure(lines)
        table.add_row(
            f"{lines:,}",
            f"{percentile(times, 0.5) * 1e3:.0f} ms",
            f"{percentile(times, 0.95) * 1e3:.0f} ms",
            f"{parsing * 1e3:.0f} ms",
            f"{size / 1e3:.0f} kB",
        )
    Console().print(table)


if __name__ == "__main__":
    main()
