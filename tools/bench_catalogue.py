"""What a catalogue costs: an import of 200,000 names, and each lookup in it.

    python tools/bench_catalogue.py [--rows N]

makes up names of words that real ones are made of, imports them as `fastformula catalog
import` does, and asks for names that are there, that are not and that are misspelt.
Times of lookups are in milliseconds; the ratio is to a hit that is not yet remembered.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from fastformula_server.catalogue.reader import Row, read_rows
from fastformula_server.catalogue.store import open_catalogue
from fastformula_server.catalogue.writer import write_catalogue

ASKED = 2000
SEARCHED = 100
WORDS = (
    "PER ASG REL EXT HIST PAYROLL ELEMENT ENTRY VALUE AMOUNT BALANCE GROSS NET TAX "
    "UNIT RUN YTD PTD MTD CORE PERSON ASSIGNMENT GRADE JOB POSITION LOCATION ADDRESS "
    "START END DATE NUMBER CODE NAME TYPE STATUS ATTRIBUTE CATEGORY PLAN ABSENCE "
    "ACCRUAL HOURS RATE SALARY BASIS PERIOD LEGISLATION COUNTRY UNION CONTRACT"
).split()


def main(rows: int) -> None:
    """Measure and print."""
    chance = random.Random(1)
    names = _make_names(chance, rows)
    lines = ["KIND,NAME,DATA_TYPE,DEFAULT_REQUIRED,CONTEXTS,DESCRIPTION"]
    lines += (
        f"DATABASE ITEM,{name},{chance.choice('NTD')},Y,HR_ASSIGNMENT_ID "
        f"EFFECTIVE_DATE,Made up for {name.lower()}"
        for name in names
    )
    lines += (f"ELEMENT,{name},,,," for name in names[:ASKED])
    text = "\n".join(lines)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "bench.sqlite")
        begun = time.perf_counter()
        good = (row for row in read_rows(text) if isinstance(row, Row))
        write_catalogue(path, good, "bench.csv")
        took = time.perf_counter() - begun
        size = path.stat().st_size / 1e6
        count = len(lines) - 1
        print(f"import: {count:,} rows, {count / took:,.0f} rows/s, {size:.1f} MB")
        begun = time.perf_counter()
        catalogue = open_catalogue(path)
        print(f"open: {(time.perf_counter() - begun) * 1000:.1f} ms\n")
        there = chance.sample(names, ASKED)
        real = set(names)
        misspelt = [_misspell(chance, name, real) for name in there]
        base = _show("find_item, there", catalogue.find_item, there)
        _show("find_item, asked before", catalogue.find_item, there, base)
        _show("find_item, not there", catalogue.find_item, misspelt, base)
        _show("similar_items, a slip", catalogue.similar_items, misspelt, base)
        locals_ = [f"L_LOCAL_{number}" for number in range(ASKED)]
        _show("similar_items, a local", catalogue.similar_items, locals_, base)

        def find(pattern: str) -> object:
            return catalogue.find_items(pattern, 300)

        some = there[:SEARCHED]
        _show("find_items, a start", find, {name[:7] for name in some}, base)
        words = {name.split("_")[2] for name in some}
        _show("find_items, a word", find, words, base)
        short = {"".join(word[0] for word in name.split("_")) for name in some}
        _show("find_items, initials", find, short, base)

        def has(name: str) -> bool | None:
            return catalogue.has("element", name)

        _show("has, there", has, names[:ASKED], base)
        _show("has, not there", has, misspelt, base)
        found = sum(
            right in catalogue.similar_items(wrong)
            for right, wrong in zip(there, misspelt, strict=True)
        )
        print(f"\nnames found again from a slip: {found / ASKED:.1%}")
        catalogue.close()


def _make_names(chance: random.Random, count: int) -> list[str]:
    names: set[str] = set()
    while len(names) < count:
        words = chance.choices(WORDS, k=chance.randint(3, 8))
        names.add("_".join(words) + chance.choice(["", "", str(chance.randint(1, 30))]))
    return sorted(names)


def _misspell(chance: random.Random, name: str, real: set[str]) -> str:
    wrong = name
    while wrong in real:
        at = chance.randrange(1, len(name) - 1)
        letter = chance.choice("AEIORSTN_")
        wrong = chance.choice(
            [
                name[:at] + letter + name[at:],
                name[:at] + name[at + 1 :],
                name[:at] + letter + name[at + 1 :],
                name[: at - 1] + name[at] + name[at - 1] + name[at + 1 :],
            ]
        )
    return wrong


def _show(
    title: str,
    ask: Callable[[str], object],
    names: Iterable[str],
    base: float | None = None,
) -> float:
    """Ask for each name, print how long it took, and return the median."""
    times = []
    for name in names:
        begun = time.perf_counter()
        ask(name)
        times.append((time.perf_counter() - begun) * 1000)
    times.sort()
    median, slow = times[len(times) // 2], times[len(times) * 95 // 100]
    ratio = median / (base or median)
    print(f"{title:26} p50 {median:7.4f}   p95 {slow:7.4f}   ratio {ratio:6.2f}")
    return median


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    main(parser.parse_args().rows)
