"""What names, types and rules cost, beside parsing, and what a keystroke costs.

    python tools/bench_analysis.py [FOLDER]

measures our own formulas, repeated, and those of FOLDER (by default the corpus beside
the repository, where there is one); then a server over stdio, as one types in a formula
of 300 and in one of 3,000 lines. Times depend on the machine and on what else it does;
the ratios, all of one run, hold better.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import deque
from pathlib import Path
from typing import Any

from benchmarks import CORPUS, OWN, best, percentile, read
from fastformula import parse
from fastformula.analysis import analyze
from fastformula.linter import RULES, lint
from rich.console import Console
from rich.table import Table

LEAST_LINES = 2_000
COSTLIEST = 10
KEYSTROKES = {300: 40, 3_000: 12}
"""How many are measured, by the lines of the formula."""
HASTE = 0.1
"""Seconds between two keystrokes of somebody who types fast."""
URI = "file:///formulas/bench.ff"

BLOCK = """\
/* Hours above {n} */
IF l_hours > {n} AND l_grade <> 'X{n}' THEN
(
  l_pay_{n} = ROUND(GREATEST(l_hours - {n}, 0) * l_rate, 2)
  l_note_{n} = TO_CHAR(l_pay_{n}) || ' for ' || l_grade
)
ELSE
(
  l_pay_{n} = 0
  l_note_{n} = 'none'
)
l_total = l_total + l_pay_{n}
l_log = PAY_INTERNAL_LOG_WRITE(l_note_{n})
"""


def measure(name: str, texts: list[str], console: Console) -> None:
    """Print the tables for one set of formulas."""
    texts = texts * (1 + LEAST_LINES // sum(text.count("\n") for text in texts))
    lines = sum(text.count("\n") for text in texts)
    parses = [parse(text) for text in texts]
    analyses = [analyze(each) for each in parses]
    parsing = best(lambda: [parse(text) for text in texts])
    analysing = best(lambda: [analyze(each) for each in parses])
    linting = best(lambda: [lint(each) for each in analyses])

    table = Table(title=f"{name}: {lines:,} lines", title_style="bold")
    for column in ("what", "per 1,000 lines", "of parsing"):
        table.add_column(column, justify="left" if column == "what" else "right")

    def row(what: str, seconds: float) -> None:
        table.add_row(
            what, f"{seconds / lines * 1e6:.2f} ms", f"{seconds / parsing:.3f}"
        )

    row("parse", parsing)
    row("analyse", analysing)
    row(f"lint, {len(RULES)} rules", linting)
    costs = []
    for rule in RULES:
        seconds = best(
            lambda check=rule.check: [  # type: ignore[misc]
                deque(check(each), maxlen=0) for each in analyses
            ]
        )
        costs.append((seconds, rule.name))
    for seconds, rule_name in sorted(costs, reverse=True)[:COSTLIEST]:
        row(f"  {rule_name}", seconds)
    console.print(table)


class Client:
    """Types in one formula, and waits for what the server says of it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.version = 1
        command = [sys.executable, "-m", "fastformula_server", "serve"]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        off = {"completion": {"enabled": False}}
        self.send(
            "initialize",
            {"processId": None, "capabilities": {}, "initializationOptions": off},
            id=1,
        )
        self.send("initialized", {})
        item = {"uri": URI, "languageId": "fastformula", "version": 1, "text": text}
        self.send("textDocument/didOpen", {"textDocument": item})
        self.wait()
        self.wait()

    def send(self, method: str, params: object, **more: object) -> None:
        """A notification, or with an id a request."""
        message = {"jsonrpc": "2.0", "method": method, "params": params, **more}
        body = json.dumps(message).encode()
        assert self.process.stdin
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def type(self, line: int) -> None:
        """A digit at the start of the number that ends the assignment in `line`."""
        self.version += 1
        place = {"line": line, "character": len("l_typed = ")}
        change = {"range": {"start": place, "end": place}, "text": "1"}
        where = {"uri": URI, "version": self.version}
        self.send(
            "textDocument/didChange",
            {"textDocument": where, "contentChanges": [change]},
        )

    def wait(self) -> None:
        """Until diagnostics of the present version come."""
        assert self.process.stdout
        while True:
            length = 0
            while header := self.process.stdout.readline().strip():
                if header.lower().startswith(b"content-length:"):
                    length = int(header.split(b":")[1])
            params: Any = json.loads(self.process.stdout.read(length)).get("params")
            if params and params.get("version") == self.version:
                return

    def close(self) -> None:
        """End the server."""
        self.process.kill()
        self.process.wait()


def long_formula(lines: int) -> tuple[str, int]:
    """A formula of about so many lines, and the line in its middle to type in."""
    blocks = [BLOCK.format(n=n) for n in range(lines // BLOCK.count("\n"))]
    half = len(blocks) // 2
    head = (
        "INPUTS ARE l_hours (NUMBER), l_rate (NUMBER), l_grade (TEXT)\nl_total = 0\n"
        + "".join(blocks[:half])
    )
    rest = "".join(blocks[half:])
    return f"{head}l_typed = 1\n{rest}RETURN l_total, l_typed\n", head.count("\n")


def measure_keystrokes(lines: int, console: Console) -> None:
    """Print what typing costs in a formula of so many lines."""
    text, line = long_formula(lines)
    parsing = best(lambda: parse(text))
    client = Client(text)
    syntax, all_of_it, hasty = [], [], []
    for _ in range(KEYSTROKES[lines]):
        begun = time.perf_counter()
        client.type(line)
        client.wait()
        syntax.append(time.perf_counter() - begun)
        client.wait()
        all_of_it.append(time.perf_counter() - begun)
    for _ in range(KEYSTROKES[lines]):
        # What was typed before is still being judged, and comes to nothing.
        client.type(line)
        time.sleep(HASTE)
        begun = time.perf_counter()
        client.type(line)
        client.wait()
        hasty.append(time.perf_counter() - begun)
        client.wait()
    client.close()

    table = Table(title=f"a keystroke among {lines:,} lines", title_style="bold")
    for column in ("until", "p50", "p95", "p50 of parsing"):
        table.add_column(column, justify="left" if column == "until" else "right")
    table.add_row("parse alone", f"{parsing * 1e3:.0f} ms", "", "1.00")
    for what, times in (
        ("syntax errors are shown", syntax),
        ("all is shown", all_of_it),
        ("syntax errors, typing fast", hasty),
    ):
        median = percentile(times, 0.5)
        table.add_row(
            what,
            f"{median * 1e3:.0f} ms",
            f"{percentile(times, 0.95) * 1e3:.0f} ms",
            f"{median / parsing:.2f}",
        )
    console.print(table)


def main(folder: Path) -> None:
    """Measure our own formulas, those of `folder` if it is there, and typing."""
    console = Console()
    measure("own formulas", read(OWN), console)
    if folder.is_dir():
        measure(folder.name, read([folder]), console)
    for lines in KEYSTROKES:
        measure_keystrokes(lines, console)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else CORPUS)
