"""What the benchmarks share: formulas to measure, and how times are taken."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import get_args

from fastformula import Severity, parse
from fastformula.syntax import tokenize
from fastformula.syntax.tree import Declaration, Return

ROOT = Path(__file__).parents[1]
CORPUS = ROOT.parent / "shared/corpus"
OWN = [
    ROOT / folder
    for folder in ("docs/examples", "tests/training/formulas", "tests/data/outline")
]
RUNS = 5


def read(folders: Iterable[Path]) -> list[str]:
    """The formulas below `folders` that have no error."""
    files = [file for folder in folders for file in sorted(folder.rglob("*.ff"))]
    texts = [file.read_bytes().decode("utf-8", "replace") for file in files]
    return [text for text in texts if len(tokenize(text)) > 9 and not has_errors(text)]


def long_formula(lines: int) -> str:
    """Our own formulas as one: what they declare, then their statements in turn."""
    declarations: list[str] = []
    statements: list[str] = []
    for text in read(OWN):
        for statement in parse(text).tree.statements:
            said = statement.span.text_in(text)
            if isinstance(statement, get_args(Declaration)):
                declarations.append(said)
            elif not isinstance(statement, Return):
                statements.append(said)
    whole = "\n".join(dict.fromkeys(declarations))
    while whole.count("\n") < lines:
        whole += "\n" + "\n".join(statements)
    return whole + "\n"


def has_errors(text: str) -> bool:
    """Whether there is a syntax error in `text`."""
    return any(each.severity is Severity.ERROR for each in parse(text).errors)


def best(action: Callable[[], object]) -> float:
    """Seconds of the fastest of some runs."""
    times = []
    for _ in range(RUNS):
        started = time.perf_counter()
        action()
        times.append(time.perf_counter() - started)
    return min(times)


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` of `values` lie."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]
