"""How long the embedded model takes: reading a prompt, reading on, each new token.

    python tools/bench_embedded.py [FOLDER]

Every row is the best and the median of some runs, in milliseconds, and the best as a
ratio to reading 500 tokens cold in the same run: machines differ, ratios less. Numpy
has one thread, as in the server.
"""

import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from fastformula_models import Request, use_one_thread

RUNS = 9
DECODED = 24

FORMULA = """DEFAULT FOR PER_ASG_FTE_VALUE IS 1
DEFAULT FOR PER_ASG_GRADE_NAME IS ' '
INPUTS ARE IV_START_DATE (DATE), IV_END_DATE (DATE)

l_fte = PER_ASG_FTE_VALUE
l_grade = PER_ASG_GRADE_NAME
l_days = DAYS_BETWEEN(IV_END_DATE, IV_START_DATE) + 1
l_entitlement = 20
IF l_grade = 'M1' THEN
(
  l_entitlement = 25
)
"""


def main(folder: Path | None) -> None:
    """Measure and print the table."""
    use_one_thread()
    from fastformula_models.embedded import WEIGHTS, EmbeddedBackend
    from fastformula_models.llama import Llama

    folder = folder or WEIGHTS
    started = time.perf_counter()
    backend = EmbeddedBackend(folder)
    load = (time.perf_counter() - started) * 1000
    model = Llama(folder / "model.safetensors")
    size = (folder / "model.safetensors").stat().st_size / 1e6
    ids = random.Random(1).choices(range(6, 1000), k=1024)

    def cold(count: int) -> Callable[[], None]:
        def run() -> None:
            model.crop(0)
            model.append(ids[:count])

        return run

    def warm(count: int) -> Callable[[], None]:
        def run() -> None:
            model.crop(500)
            model.append(ids[500 : 500 + count])

        return run

    def decode() -> None:
        model.crop(500)
        for token in ids[:DECODED]:
            model.append([token])

    prefix = FORMULA * 3 + "IF l_days > 5 THEN\n(\n  l_entitlement = "
    typed = iter(range(10_000))

    def first_key() -> None:
        # Another suffix, so nothing of the last request can be used again.
        suffix = f"\n)\n/* {next(typed)} */\nRETURN l_entitlement\n"
        backend.complete(Request(prefix, suffix, max_tokens=DECODED, stop=_line))

    def next_key() -> None:
        number = f"{next(typed)}"
        request = Request(
            prefix + number, "\n)\nRETURN l_entitlement\n", DECODED, stop=_line
        )
        backend.complete(request)

    model.append(ids[:500])
    rows = [
        ("read 500 tokens, cold", measure(cold(500)), 1),
        ("read 1,000 tokens, cold", measure(cold(1000)), 1),
        ("read 8 more behind 500", measure(warm(8)), 1),
        ("read 32 more behind 500", measure(warm(32)), 1),
        ("write a token behind 500", measure(decode), DECODED),
        ("complete a line, first request", measure(first_key), 1),
        ("complete a line, next key", measure(next_key), 1),
    ]
    base = min(rows[0][1])
    print(f"{folder.name}: {size:.1f} MB on disk, loaded in {load:.0f} ms\n")
    print(f"{'':32}{'best ms':>9}{'median':>9}{'ratio':>9}")
    for name, times, parts in rows:
        best, median = min(times) / parts, statistics.median(times) / parts
        print(f"{name:32}{best:9.2f}{median:9.2f}{best / base:9.3f}")


def measure(run: Callable[[], None]) -> list[float]:
    """Milliseconds of each of some runs, after one that does not count."""
    run()
    times = []
    for _ in range(RUNS):
        started = time.perf_counter()
        run()
        times.append((time.perf_counter() - started) * 1000)
    return times


def _line(text: str) -> bool:
    return "\n" in text


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
