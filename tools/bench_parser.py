"""What parsing, recovery and the fit of completions cost.

    python tools/bench_parser.py [FOLDER]

measures our own formulas, repeated, and those of FOLDER (by default the corpus beside
the repository, where there is one). Times depend on the machine and on what else it
does; the ratios, all of one run, hold better.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from benchmarks import CORPUS, OWN, best, has_errors, long_formula, percentile, read
from fastformula import parse
from fastformula.syntax import tokenize
from fastformula.syntax.recogniser import START, recognise, recogniser
from fastformula.syntax.reparsing import reparse
from fastformula.syntax.tree import Assign
from fastformula_completion.fit import fits, open_place
from fastformula_server.garbage import collect_seldom
from rich.console import Console
from rich.table import Table

PLACES = 60
MUTANTS = 120
LEAST_TOKENS = 20_000
LONG = (1_000, 5_000)
KEYS = 300


def fit_times(texts: list[str], dice: random.Random) -> tuple[list[float], list[float]]:
    """Seconds to open a place, and to try a completion there."""
    opened, tried = [], []
    for _ in range(PLACES):
        text = dice.choice(texts)
        tokens = tokenize(text)[:-1]
        at = dice.randrange(len(tokens))
        started = time.perf_counter()
        place = open_place(text, tokens[at].start)
        opened.append(time.perf_counter() - started)
        # What would double a token, a statement's beginning, and text from elsewhere.
        other = dice.choice(tokens).start
        for middle in (
            tokens[at].text_in(text) + " ",
            "x = ",
            text[other : other + 40],
        ):
            started = time.perf_counter()
            fits(place, middle)
            tried.append(time.perf_counter() - started)
    return opened, tried


def repair_times(texts: list[str], dice: random.Random) -> tuple[list[float], float]:
    """Seconds to parse texts with a token dropped, and by how much that is slower."""
    broken, ratios = [], []
    while len(broken) < MUTANTS:
        text = dice.choice(texts)
        token = dice.choice(tokenize(text)[:-1])
        mutant = text[: token.start] + text[token.end :]
        if not has_errors(mutant):
            continue
        whole = best(lambda text=text: parse(text))  # type: ignore[misc]
        started = time.perf_counter()
        parse(mutant)
        broken.append(time.perf_counter() - started)
        ratios.append(broken[-1] / whole)
    return broken, statistics.median(ratios)


def measure(name: str, texts: list[str], console: Console) -> None:
    """Print the table for one set of formulas."""
    dice = random.Random(1)
    texts = texts * (1 + LEAST_TOKENS // sum(len(tokenize(text)) for text in texts))
    lines = sum(text.count("\n") for text in texts)
    streams = [tokenize(text) for text in texts]
    count = sum(len(tokens) for tokens in streams)

    def automaton() -> None:
        for tokens in streams:
            recogniser().advance(START, (token.kind for token in tokens))

    tree = best(lambda: [parse(text) for text in texts])
    recognised = best(lambda: [recognise(text) for text in texts])
    lexed = best(lambda: [tokenize(text) for text in texts])
    fed = best(automaton)
    opened, tried = fit_times(texts, dice)
    broken, slower = repair_times(texts, dice)

    table = Table(
        title=f"{name}: {lines:,} lines, {count:,} tokens", title_style="bold"
    )
    table.add_column("what")
    table.add_column("cost", justify="right")
    table.add_column("of parsing", justify="right")

    def row(what: str, cost: str, ratio: float | None = None) -> None:
        table.add_row(what, cost, "" if ratio is None else f"{ratio:.2f}")

    row("parse 1,000 lines", f"{tree / lines * 1e6:.1f} ms", 1.0)
    row("parse, with tree", f"{count / tree:,.0f} tokens/s", 1.0)
    row(
        "recognise, without tree",
        f"{count / recognised:,.0f} tokens/s",
        recognised / tree,
    )
    row("  tokens alone", f"{count / lexed:,.0f} tokens/s", lexed / tree)
    row("  automaton alone", f"{count / fed:,.0f} tokens/s", fed / tree)
    median = statistics.median(opened)
    row("open a place (median)", f"{median * 1e3:.2f} ms")
    row("fit check (median)", f"{statistics.median(tried) * 1e6:.0f} µs")
    row("fit check (p95)", f"{percentile(tried, 0.95) * 1e6:.0f} µs")
    row(
        "parse with one mistake (median)",
        f"{statistics.median(broken) * 1e3:.2f} ms",
        slower,
    )
    row("parse with one mistake (p95)", f"{percentile(broken, 0.95) * 1e3:.2f} ms")
    console.print(table)


def typing(text: str, dice: random.Random) -> Iterator[str]:
    """`text` key by key, as statements of its own are typed between others."""
    while True:
        statements = [
            each for each in parse(text).tree.statements if isinstance(each, Assign)
        ]
        said = dice.choice(statements).span.text_in(text) + "\n"
        at = dice.choice(statements).span.start
        for end in range(1, len(said) + 1):
            yield text[:at] + said[:end] + text[at:]
        text = text[:at] + said + text[at:]


def measure_typing(lines: int, console: Console) -> None:
    """Print what a key costs in a formula of so many lines."""
    text = long_formula(lines)
    known = parse(text)
    whole = best(lambda: parse(text)) * 1000
    plain, wide, trees = [], [], []
    for typed in islice(typing(text, random.Random(1)), KEYS):
        started = time.perf_counter()
        after = reparse(known, typed)
        spent = (time.perf_counter() - started) * 1000
        is_wide = known.is_foreign or after.is_foreign
        (wide if is_wide else plain).append(spent)
        started = time.perf_counter()
        _ = after.tree
        trees.append((time.perf_counter() - started) * 1000)
        known = after
    title = f"typing in {text.count(chr(10)):,} lines, parsed in {whole:.0f} ms"
    table = Table(title=title, title_style="bold")
    for column in ("what", "median ms", "95 % ms", "of parsing"):
        table.add_column(column, justify="left" if column == "what" else "right")
    rows = (
        ("a key, to the errors", plain),
        ("a key in an open text, or that is no sign of ours", wide),
        ("the tree, when asked for", trees),
    )
    for name, times in rows:
        if not times:
            continue
        median, p95 = statistics.median(times), percentile(times, 0.95)
        table.add_row(name, f"{median:.1f}", f"{p95:.1f}", f"{median / whole:.2f}")
    console.print(table)


def main(folder: Path) -> None:
    """Measure our own formulas, and those of `folder` if it is there."""
    console = Console()
    measure("own formulas", read(OWN), console)
    # As the server has it.
    collect_seldom()
    for lines in LONG:
        measure_typing(lines, console)
    if folder.is_dir():
        measure(folder.name, read([folder]), console)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else CORPUS)
