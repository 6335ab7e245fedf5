"""How long ghost text takes, stage by stage and as an editor sees it.

    python tools/bench_completion.py

First the stages in a formula of 1,000 lines, with a model that answers at once and the
analysis of the text at hand, as the server has it: milliseconds at the median and the
95th percentile, and the median as a ratio to parsing the formula in the same run. Then
the embedded model over stdio, from the request to the items: while one types in a line,
and for texts it has not seen, of some 1,000 tokens.
"""

from __future__ import annotations

import json
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import count
from typing import Any

from benchmarks import best, long_formula, percentile
from fastformula import parse
from fastformula.analysis import analyze
from fastformula_completion import complete
from fastformula_models import Request
from fastformula_server.garbage import collect_seldom
from rich.console import Console
from rich.table import Table

LINES = 1_000
CURSORS = 200
TYPED = 60
COLD = 20


class Quick:
    """A model that knows the answer."""

    name = "quick"

    def __init__(self, answer: str) -> None:
        self.answer = answer

    def complete(self, request: Request) -> str:
        """What it was made with."""
        return self.answer

    def close(self) -> None:
        """Nothing is held."""


def holes(text: str, dice: random.Random) -> Iterator[tuple[str, int, str]]:
    """The text without the rest of a line, where that stood, and the rest."""
    starts = [token.start for token in parse(text).tokens[:-1]]
    while True:
        at = dice.choice(starts)
        end = text.find("\n", at)
        rest = text[at:end].rstrip()
        if rest and not rest.startswith((")", "(")) and "/*" not in rest:
            yield text[:at] + text[at + len(rest) :], at, rest


def measure_stages(console: Console) -> None:
    """Print what each stage costs in a long formula."""
    text = long_formula(LINES)
    dice = random.Random(1)
    times: dict[str, list[float]] = {}
    decisions: list[float] = []
    offered = 0
    for number, (cut, at, rest) in zip(range(CURSORS), holes(text, dice), strict=False):
        analysis = analyze(parse(cut))
        said = rest if number % 2 else dice.choice(text.splitlines()).strip()
        found = complete(cut, at, Quick(said), analysis=analysis)
        offered += bool(found.items)
        spent: dict[str, float] = {}
        for step in found.steps:
            spent[step.stage] = spent.get(step.stage, 0.0) + step.milliseconds
        for stage, milliseconds in spent.items():
            times.setdefault(stage, []).append(milliseconds)
        behind = ("trim", "fit", "filter", "meaning")
        decisions.append(sum(spent.get(stage, 0.0) for stage in behind))
    whole = best(lambda: parse(text)) * 1000
    table = Table(title=f"{text.count(chr(10)):,} lines, parsed in {whole:.1f} ms")
    for column in ("stage", "median ms", "95 % ms", "of parsing"):
        table.add_column(column, justify="left" if column == "stage" else "right")
    times["decision"] = decisions
    for stage, values in times.items():
        median = statistics.median(values)
        p95 = percentile(values, 0.95)
        table.add_row(stage, f"{median:.2f}", f"{p95:.2f}", f"{median / whole:.3f}")
    console.print(table)
    console.print(f"offered at {offered} of {CURSORS} cursors")


class Client:
    """An editor that types and asks, over stdio."""

    def __init__(self) -> None:
        """Start the server with the embedded model and no pauses."""
        command = [sys.executable, "-m", "fastformula_server", "serve"]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._ids = count(1)
        completion = {"backend": "embedded", "debounceMilliseconds": 0}
        options = {"completion": completion}
        capabilities = {
            "general": {"positionEncodings": ["utf-32"]},
            "textDocument": {"inlineCompletion": {}},
        }
        self.request(
            "initialize",
            {
                "processId": None,
                "rootUri": None,
                "capabilities": capabilities,
                "initializationOptions": options,
            },
        )
        self.send("initialized", {})

    def send(self, method: str, params: Any, number: int | None = None) -> None:
        """Send a notification, or with a number a request."""
        message = {"jsonrpc": "2.0", "method": method, "params": params}
        body = json.dumps(message | ({} if number is None else {"id": number})).encode()
        assert self._process.stdin
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._process.stdin.flush()

    def request(self, method: str, params: Any) -> Any:
        """The answer to a request."""
        number = next(self._ids)
        self.send(method, params, number)
        while True:
            message = self._receive()
            if message.get("id") == number and "method" not in message:
                return message.get("result")
            if "id" in message and "method" in message:
                self._answer(message["id"])

    def open(self, uri: str, text: str) -> None:
        """Show a text."""
        document = {
            "uri": uri,
            "languageId": "fastformula",
            "version": 1,
            "text": text,
        }
        self.send("textDocument/didOpen", {"textDocument": document})

    def change(self, uri: str, version: int, text: str) -> None:
        """Put another text in the place of the one shown."""
        document = {"uri": uri, "version": version}
        changes = [{"text": text}]
        params = {"textDocument": document, "contentChanges": changes}
        self.send("textDocument/didChange", params)

    def ask(self, uri: str, text: str, offset: int) -> tuple[bool, float]:
        """Whether something is offered, and the milliseconds until that is known."""
        before = text[:offset]
        line = before.count("\n")
        place = {"line": line, "character": offset - before.rfind("\n") - 1}
        params = {
            "textDocument": {"uri": uri},
            "position": place,
            "context": {"triggerKind": 2},
        }
        started = time.perf_counter()
        answer = self.request("textDocument/inlineCompletion", params)
        items = answer["items"] if isinstance(answer, dict) else answer
        return bool(items), (time.perf_counter() - started) * 1000

    def close(self) -> None:
        """End the server."""
        self._process.kill()
        self._process.wait()

    def _receive(self) -> Any:
        assert self._process.stdout
        length = 0
        while header := self._process.stdout.readline().strip():
            if header.lower().startswith(b"content-length:"):
                length = int(header.split(b":")[1])
        return json.loads(self._process.stdout.read(length))

    def _answer(self, number: Any) -> None:
        body = json.dumps({"jsonrpc": "2.0", "id": number, "result": None}).encode()
        assert self._process.stdin
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._process.stdin.flush()


def measure_editor(console: Console) -> None:
    """Print how long an editor waits for the embedded model."""
    text = long_formula(LINES)
    lines = text.splitlines(keepends=True)
    client = Client()
    warm: list[float] = []
    cold: list[float] = []
    offers = 0
    try:
        client.open("file:///warm.ff", "a = 1\n")
        # The model is loaded in the background; until then nothing is offered.
        until = time.perf_counter() + 30
        while time.perf_counter() < until:
            if client.ask("file:///warm.ff", "a = 1\n", 6)[1] > 5:
                break
            time.sleep(0.2)
        body = "".join(lines[:60])
        typed = "l_total = ROUND(hours_worked * 2, 1) + allowance * 3 - 12 * 7 + 5"
        for version in range(2, 2 + min(TYPED, len(typed))):
            begun = body + typed[: version - 1]
            client.change("file:///warm.ff", version, begun + "\n")
            found, milliseconds = client.ask(
                "file:///warm.ff", begun + "\n", len(begun)
            )
            warm.append(milliseconds)
            offers += found
        dice = random.Random(2)
        for number in range(COLD):
            start = dice.randrange(40, 400)
            begun = f"/* {number} */\n" + "".join(lines[start : start + 130]) + "x = "
            uri = f"file:///cold{number}.ff"
            client.open(uri, begun + "\n")
            cold.append(client.ask(uri, begun + "\n", len(begun))[1])
    finally:
        client.close()
    table = Table(title="embedded model over stdio, request to items")
    for column in ("what", "median ms", "95 % ms"):
        table.add_column(column, justify="left" if column == "what" else "right")
    for name, values in (("next key in a line", warm[1:]), ("another text", cold)):
        median, p95 = statistics.median(values), percentile(values, 0.95)
        table.add_row(name, f"{median:.0f}", f"{p95:.0f}")
    console.print(table)
    console.print(f"offered at {offers} of {len(warm)} keys")


def main() -> None:
    """Measure the stages, then the server."""
    console = Console()
    # As the server has it.
    collect_seldom()
    measure_stages(console)
    measure_editor(console)


if __name__ == "__main__":
    main()
