"""How many statements a second formulas run at.

    python tools/bench_interpreter.py

runs loops of 1,000,000 rounds, then a file of 100 cases. A statement is an assignment,
or the condition of a loop or branch each time it is asked. Times depend on the machine
and on what else it does; the ratios, all of one run, hold better.
"""

from __future__ import annotations

import tempfile
from collections import deque
from pathlib import Path
from typing import Literal

from benchmarks import ROOT, best
from fastformula import parse
from fastformula.analysis import analyze
from fastformula.interpreter import Semantics, Step, World, run
from fastformula_server.testing.case_file import read_case_file
from fastformula_server.testing.playing import play
from rich.console import Console
from rich.table import Table

ROUNDS = 1_000_000
TRACED = 20_000
"""Rounds of the loop that is watched."""

LOOP = """\
i = 0
WHILE i < {rounds} LOOP
({body}
  i = i + 1
)
RETURN i
"""
BODIES = {
    "counting": ("", 2),
    "a sum": ("total = total + i * 2", 3),
    "a branch": ("IF i > 500 AND total <> 3 THEN total = total - 1", 4),
    "an array": ("squares[1] = i * i total = squares[1]", 4),
    "a text": ("t = 'a' || 'b' || 'c'", 3),
}
"""What stands in the loop, and how many statements a round is."""


def measure(
    body: str, rounds: int, watched: Literal["not", "counted", "traced"] = "not"
) -> float:
    """Seconds that a loop takes."""
    text = f"total = 0\n{LOOP.format(rounds=rounds, body=body)}"
    analysis = analyze(parse(text))
    steps: list[Step] = []

    def play() -> None:
        steps.clear()
        outcome = run(
            analysis,
            World(),
            watch=None if watched == "not" else steps.append,
            with_values=watched == "traced",
        )
        assert outcome.error is None, outcome.error

    return best(play)


CASES = """\
formula = "{formula}"
inputs = {{ WORK_DAYS = [2026-03-02], PAY_PERIODICITY = "WEEKLY" }}
items = {{ CONTRACT_HOURS = 40, CMP_ASSIGNMENT_SALARY_AMOUNT = 83200 }}
[[case]]
name = "{{hours}} hours"
inputs = {{ HOURS_PER_DAY = ["{{hours}}"] }}
returns = {{ PAID_DAYS = 1 }}
rows = [{rows}]
"""


def measure_cases(count: int) -> float:
    """Seconds that a file of so many cases of our example takes."""
    formula = (ROOT / "docs/examples/overtime_premium.ff").as_posix()
    rows = ", ".join(f"{{ hours = {9 + at} }}" for at in range(count))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "bench.fftest.toml")
        file.write_text(CASES.format(formula=formula, rows=rows), encoding="utf-8")
        return best(lambda: deque(play(read_case_file(file), Semantics()), maxlen=0))


def main() -> None:
    """Print the table."""
    table = Table(title=f"Loops of {ROUNDS:,} rounds", title_style="bold")
    table.add_column("what")
    table.add_column("statements a second", justify="right")
    for name, (body, statements) in BODIES.items():
        seconds = measure(body, ROUNDS)
        table.add_row(name, f"{ROUNDS * statements / seconds:,.0f}")
    body, statements = BODIES["a sum"]
    seconds = measure(body, TRACED, "counted")
    table.add_row("a sum, for coverage", f"{TRACED * statements / seconds:,.0f}")
    seconds = measure(body, TRACED, "traced")
    table.add_row("a sum, traced", f"{TRACED * statements / seconds:,.0f}")
    Console().print(table)
    Console().print(f"A file of 100 cases: {measure_cases(100) * 1000:,.0f} ms")


if __name__ == "__main__":
    main()
