"""What the guide does to completions: the same holes with it and without.

    python tools/bench_constrained.py [ROWS] [--count N]

ROWS is a file of holes as `fastformula-train prepare` writes it; without one, formulas
are written by our own generator and cut there and then. Everything goes through the
pipeline that serves, with the embedded model. "before" is what the model said, put into
the hole as it is: how often the formula parses, and how often a name in it is declared
nowhere. The rest is of what was offered. Times are a ratio within one run; numpy has
one thread, as in the server.
"""

import argparse
import random
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from fastformula import parse
from fastformula.analysis import analyze
from fastformula.language import find_functions
from fastformula_completion.constrain import prepare
from fastformula_models import Backend, Request, use_one_thread
from fastformula_models.backend import Guide
from fastformula_training.data.holes import cut_holes
from fastformula_training.data.synthesis import synthesize
from fastformula_training.documents import Row, read_rows
from fastformula_training.evaluation.answers import Answer
from fastformula_training.evaluation.similarity import edit_similarity
from fastformula_training.evaluation.suites import fill

COUNT = 100
"""Holes of an ordinary run, of lines and of all kinds alike."""

SEED = 777
"""Of the generator; the model has seen formulas of other seeds."""

SHARES = {
    "line": 5.0,
    "statement": 1.0,
    "expression": 1.0,
    "condition": 1.0,
    "arguments": 1.0,
    "body": 1.0,
}


@dataclass(slots=True)
class Clock:
    """A guide that takes the time of its answers."""

    guide: Guide
    seconds: list[float]

    def after(self, piece: bytes) -> "Clock | None":
        """As the guide says."""
        started = time.perf_counter()
        after = self.guide.after(piece)
        self.seconds.append(time.perf_counter() - started)
        return None if after is None else Clock(after, self.seconds)

    def may_end(self) -> bool:
        """As the guide says."""
        started = time.perf_counter()
        ends = self.guide.may_end()
        self.seconds.append(time.perf_counter() - started)
        return ends


@dataclass(slots=True)
class Watched:
    """A backend that is asked with the guide or without, and how long that took."""

    backend: Backend
    is_guided: bool
    name: str = "embedded"
    asked: list[float] = field(default_factory=list)
    """Seconds of every question to the guide."""

    def complete(self, request: Request) -> str:
        """As the backend does."""
        guide = request.guide if self.is_guided else None
        clock = None if guide is None else Clock(guide, self.asked)
        return self.backend.complete(replace(request, guide=clock))

    def close(self) -> None:
        """Leave it to its owner."""


def main(file: Path | None, count: int) -> None:
    """Measure and print the table."""
    use_one_thread()
    from fastformula_models.embedded import EmbeddedBackend

    started = time.perf_counter()
    prepare()
    prepared = (time.perf_counter() - started) * 1000
    rows = own_rows(count) if file is None else list(read_rows(file))
    if len(rows) > count:
        rows = random.Random(1).sample(rows, count)
    # One model each, or the second would find what the first has read.
    free = Watched(EmbeddedBackend(), is_guided=False)
    guided = Watched(EmbeddedBackend(), is_guided=True)
    answers: dict[str, list[Answer]] = {"without": [], "with": []}
    for row in rows[:3]:
        fill(row, free)
        fill(row, guided)
    guided.asked.clear()
    for row in rows:
        # One behind the other, so that a busy moment strikes both.
        answers["without"].append(fill(row, free))
        answers["with"].append(fill(row, guided))
    print(f"{len(rows)} holes; tables made once in {prepared:.0f} ms\n")
    names = list(measure(answers["without"]))
    print(f"{'guide':8}" + "".join(f"{name:>12}" for name in names))
    for name, those in answers.items():
        values = measure(those)
        print(f"{name:8}" + "".join(f"{values[each]:12.1f}" for each in names))
    one, other = (measure(answers[name])["median ms"] for name in answers)
    asked = sorted(guided.asked)
    print(
        f"\nWith it the median takes {other / one:.2f} times as long. A question to it "
        f"takes {statistics.median(asked) * 1e6:.0f} us, 95 in 100 less than "
        f"{asked[int(0.95 * len(asked))] * 1e6:.0f} us, and there are "
        f"{len(asked) / len(rows):.0f} for each hole."
    )


def own_rows(count: int) -> list[Row]:
    """Holes in formulas of our own generator."""
    rows: list[Row] = []
    for document in synthesize(max(8, count // 2), SEED):
        parsed = parse(document.text)
        rows += cut_holes(parsed, document, SHARES, 800, 400, SEED)
    return rows


def measure(answers: Sequence[Answer]) -> dict[str, float]:
    """Percentages of the answers, but for the times."""
    offered = [answer for answer in answers if answer.offered]
    whole = [each for each in answers if not has_errors(filled(each, each.row.middle))]
    times = sorted(answer.milliseconds for answer in answers)
    shares = {
        "parses": [not has_errors(filled(each, each.raw)) for each in whole],
        "no name": [names_nothing(each, each.raw) for each in answers],
        "offered": [answer.offered for answer in answers],
        "exact": [answer.middle == answer.row.middle for answer in answers],
        "similar": [
            edit_similarity(answer.middle, answer.row.middle) for answer in answers
        ],
        "of offers": [answer.middle == answer.row.middle for answer in offered],
    }
    return {name: 100 * statistics.fmean(values) for name, values in shares.items()} | {
        "median ms": statistics.median(times),
        "p95 ms": times[int(0.95 * len(times))],
    }


def filled(answer: Answer, middle: str) -> str:
    """The formula with `middle` in the hole."""
    return answer.row.prefix + middle.rstrip() + answer.row.suffix


def has_errors(text: str) -> bool:
    """Whether there is a syntax error in `text`."""
    return any(error.code.startswith("syntax") for error in parse(text).errors)


def names_nothing(answer: Answer, middle: str) -> bool:
    """Whether `middle` brings a name into the formula that nothing declares."""
    before = unknown_names(answer.row.prefix + answer.row.suffix)
    return not unknown_names(filled(answer, middle)) <= before


def unknown_names(text: str) -> set[str]:
    """Variables that are read and never get a value, and functions nobody knows."""
    analysis = analyze(parse(text))
    return {
        symbol.key for symbol in analysis.locals if symbol.reads and not symbol.writes
    } | {site.key for site in analysis.calls if not find_functions(site.key)}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("rows", type=Path, nargs="?")
    parser.add_argument("--count", type=int, default=COUNT)
    options = parser.parse_args()
    main(options.rows, options.count)
