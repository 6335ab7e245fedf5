"""What an author waits for while typing, over stdio.

    python tools/bench_editor.py [LINES …]

types in the middle of formulas of 100, 1,000 and 5,000 lines and prints how long each
answer takes, beside a parse of the whole text in the same run. Keys that open or close
a comment or text, after which all that follows is read otherwise, are counted apart.
Times depend on the machine and on what else it does; what holds better is how many
times the parse they are, and how they grow with the formula.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from bench_analysis import URI, long_formula
from benchmarks import best, percentile
from fastformula import parse
from rich.console import Console
from rich.table import Table

LINES = (100, 1_000, 5_000)
BEFORE = "l_typed = "
VALUE = "1"
"""What stands behind `BEFORE` in the line that is typed in."""

KEYS = (" + l_pay_3 * (2 - l_rate)", " / GREATEST(l_hours, 40)", " - 12.5 + l_total")
"""Typed letter by letter behind the value, and taken back."""
OPENING = ("'", "'", "/", "*", "*", "/")
"""Two quotes and a comment; the stars and the last slash open or close one."""
WORDS = ("PER_ASG_GRA", "pagn", "l_pay_1", "GREAT", "PAY_INTERNAL", "ROU", "grade_na")
"""Typed letter by letter in place of the value, each time for a list."""

RESTING = 0.1
"""Seconds between what was answered and the next key: the server has nothing to do."""
ASKED = 20
"""How often is hovered, and asked for colours."""

Times = dict[str, list[float]]
"""Seconds, by what was waited for."""

SYNTAX = "key to syntax errors"
ALL = "key to all that is wrong"
APART = "… of a comment or text"
LIST = "key and list of what fits"
HOVER = "hover"
HOVER_TYPING = "key and hover"
COLOURS = "key and changed colours"


class Client:
    """Types in one line of a formula, and asks for what an editor asks for."""

    def __init__(self, text: str, line: int) -> None:
        self.line = line
        self.typed = VALUE
        self.version = 1
        self.requests = 0
        self.published: list[int] = []
        """The versions that diagnostics have come for."""
        self.sizes: dict[str, int] = defaultdict(int)
        """Bytes of the largest answer, by method."""
        command = [sys.executable, "-m", "fastformula_server", "serve"]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        item = {"snippetSupport": True}
        self.ask(
            "initialize",
            processId=None,
            capabilities={"textDocument": {"completion": {"completionItem": item}}},
            initializationOptions={"completion": {"enabled": False}},
        )
        self.send("initialized", {})
        opened = {"uri": URI, "languageId": "fastformula", "version": 1, "text": text}
        self.send("textDocument/didOpen", {"textDocument": opened})
        self.wait(2)
        self.colours = self.ask_about("semanticTokens/full")["resultId"]

    def send(self, method: str, params: object, **more: object) -> None:
        """A notification, or with an id a request."""
        message = {"jsonrpc": "2.0", "method": method, "params": params, **more}
        body = json.dumps(message).encode()
        assert self.process.stdin
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def ask(self, method: str, **params: object) -> Any:
        """The result of a request."""
        self.requests += 1
        self.send(method, params, id=self.requests)
        while True:
            length, message = self.receive()
            if message.get("id") == self.requests and "method" not in message:
                self.sizes[method] = max(length, self.sizes[method])
                return message.get("result")

    def ask_about(self, what: str, **params: object) -> Any:
        """The result of a request about the formula."""
        return self.ask(f"textDocument/{what}", textDocument={"uri": URI}, **params)

    def receive(self) -> tuple[int, dict[str, Any]]:
        """The next message and its length."""
        assert self.process.stdout
        length = 0
        while header := self.process.stdout.readline().strip():
            if header.lower().startswith(b"content-length:"):
                length = int(header.split(b":")[1])
        message: dict[str, Any] = json.loads(self.process.stdout.read(length))
        if message.get("method") == "textDocument/publishDiagnostics":
            self.published.append(message["params"]["version"])
        return length, message

    def wait(self, count: int) -> None:
        """Until diagnostics of the present version have come so many times."""
        while self.published.count(self.version) < count:
            self.receive()

    def write(self, value: str) -> None:
        """Let the line end with `value`, by the one edit that makes it so."""
        same = 0
        while same < min(len(value), len(self.typed)) and (
            value[same] == self.typed[same]
        ):
            same += 1
        self.version += 1
        change = {
            "range": {"start": self.place(same), "end": self.place(len(self.typed))},
            "text": value[same:],
        }
        self.typed = value
        where = {"uri": URI, "version": self.version}
        self.send(
            "textDocument/didChange",
            {"textDocument": where, "contentChanges": [change]},
        )

    def place(self, column: int) -> dict[str, int]:
        """A place in what is typed."""
        return {"line": self.line, "character": len(BEFORE) + column}

    def complete(self) -> Any:
        """The list behind what is typed."""
        return self.ask_about("completion", position=self.place(len(self.typed)))

    def hover(self) -> Any:
        """What the name means that is given a value."""
        return self.ask_about("hover", position={"line": self.line, "character": 2})

    def recolour(self) -> Any:
        """The colours that have changed."""
        changed = self.ask_about(
            "semanticTokens/full/delta", previousResultId=self.colours
        )
        self.colours = changed["resultId"]
        return changed

    def close(self) -> None:
        """End the server."""
        self.process.kill()
        self.process.wait()


def growing(words: tuple[str, ...], before: str) -> Iterator[str]:
    """Each word as it grows letter by letter behind `before`."""
    for word in words:
        for end in range(1, len(word) + 1):
            yield before + word[:end]


def measure(lines: int) -> tuple[Times, dict[str, int]]:
    """How long is waited in a formula of so many lines; the largest answers."""
    client = Client(*long_formula(lines))
    times: Times = defaultdict(list)

    def key(value: str, syntax: str, everything: str = "") -> None:
        time.sleep(RESTING)
        begun = time.perf_counter()
        client.write(value)
        client.wait(1)
        times[syntax].append(time.perf_counter() - begun)
        client.wait(2)
        if everything:
            times[everything].append(time.perf_counter() - begun)

    def answer(what: str, ask: Any, value: str = "") -> None:
        time.sleep(RESTING)
        begun = time.perf_counter()
        if value:
            client.write(value)
        ask()
        times[what].append(time.perf_counter() - begun)
        client.wait(2)

    for value in growing(KEYS, VALUE):
        key(value, SYNTAX, ALL)
    for _ in range(3):
        client.write(VALUE)
        client.wait(2)
        value = VALUE
        for sign in OPENING:
            value += sign
            key(value, "" if value.endswith("'/") else APART)
    client.write(VALUE)
    client.wait(2)
    for value in growing(WORDS, ""):
        answer(LIST, client.complete, value)
    for number in range(ASKED):
        answer(COLOURS, client.recolour, f"{number}")
        answer(HOVER, client.hover)
        answer(HOVER_TYPING, client.hover, f"{number} + 1")
    client.close()
    return times, client.sizes


def main(every: tuple[int, ...]) -> None:
    """Print the table."""
    table = Table(title="milliseconds, p50 / p95", title_style="bold")
    table.add_column("")
    for lines in every:
        table.add_column(f"{lines:,} lines", justify="right")
    texts = [long_formula(lines)[0] for lines in every]
    parses = [best(lambda text=text: parse(text)) for text in texts]  # type: ignore[misc]
    table.add_row("a parse of the whole", *(f"{each * 1e3:.1f}" for each in parses))
    found = [measure(lines) for lines in every]
    for what in (SYNTAX, ALL, APART, LIST, HOVER, HOVER_TYPING, COLOURS):
        table.add_row(what, *(_cell(times[what]) for times, _ in found))
    sizes = (each["textDocument/completion"] / 1e3 for _, each in found)
    table.add_row("largest list, kB", *(f"{each:.0f}" for each in sizes))
    console = Console()
    console.print(table)
    late = [percentile(times[SYNTAX], 0.95) for times, _ in found]
    for lines, one, other in zip(every[1:], late, late[1:], strict=False):
        console.print(
            f"{SYNTAX}, p95: {other / one:.1f} times as long among {lines:,} lines "
            "as in the column before"
        )


def _cell(times: list[float]) -> str:
    median, late = (percentile(times, share) * 1e3 for share in (0.5, 0.95))
    return f"{median:.1f} / {late:.1f}"


if __name__ == "__main__":
    main(tuple(map(int, sys.argv[1:])) or LINES)
