"""What formatting costs, beside parsing.

    python tools/bench_formatter.py [FOLDER]

measures our own formulas, repeated, and those of FOLDER (by default the corpus beside
the repository, where there is one), as they are and once formatted. The checks of what
comes out, another parse among them, are part of it. Times depend on the machine and on
what else it does; the ratios, all of one run, hold better.
"""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks import CORPUS, OWN, best, read
from fastformula import parse
from fastformula.formatter import Style, format_text
from rich.console import Console
from rich.table import Table

LEAST_LINES = 3000


def measure(name: str, texts: list[str], console: Console) -> None:
    """Print the table for one set of formulas."""
    texts = texts * (1 + LEAST_LINES // sum(text.count("\n") for text in texts))
    style = Style()
    tidy = [format_text(parse(text), style).text for text in texts]
    title = f"{name}: {sum(text.count(chr(10)) for text in texts):,} lines"
    table = Table(title=title, title_style="bold")
    table.add_column("per 1,000 lines")
    table.add_column("cost", justify="right")
    table.add_column("of parsing", justify="right")
    for what, given in (("as they are", texts), ("formatted", tidy)):
        lines = sum(text.count("\n") for text in given)
        parsed = [parse(text) for text in given]
        parsing = best(lambda given=given: [parse(text) for text in given])  # type: ignore[misc]
        cost = best(
            lambda parsed=parsed: [format_text(each, style) for each in parsed]  # type: ignore[misc]
        )
        table.add_row(f"parse, {what}", f"{parsing / lines * 1e6:.1f} ms", "1.00")
        table.add_row(
            f"format, {what}", f"{cost / lines * 1e6:.1f} ms", f"{cost / parsing:.2f}"
        )
    console.print(table)


def main(folder: Path) -> None:
    """Measure our own formulas, and those of `folder` if it is there."""
    console = Console()
    measure("own formulas", read(OWN), console)
    if folder.is_dir():
        measure(folder.name, read([folder]), console)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else CORPUS)
