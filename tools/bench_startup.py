"""Measure how long the server takes until it has answered `initialize`.

    python tools/bench_startup.py [--repeats N]

starts it and an empty pygls server in turn, N times each after one that warms the
disk's cache, and prints the medians (milliseconds from starting the process to the
answer) and their ratio. What pygls and Python need, both need; the rest is ours.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time

EMPTY = """
from pygls.lsp.server import LanguageServer
LanguageServer("empty", "1").start_io()
"""
SERVERS = {
    "empty pygls server": [sys.executable, "-c", EMPTY],
    "fastformula serve": [sys.executable, "-m", "fastformula_server", "serve"],
}
INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"processId": None, "rootUri": None, "capabilities": {}},
}


def measure(command: list[str]) -> float:
    """Milliseconds from the start of `command` to its answer to `initialize`."""
    body = json.dumps(INITIALIZE).encode()
    begun = time.perf_counter()
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin and process.stdout
        process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        process.stdin.flush()
        length = 0
        while header := process.stdout.readline().strip():
            if header.lower().startswith(b"content-length:"):
                length = int(header.split(b":")[1])
        answer = json.loads(process.stdout.read(length))
        taken = (time.perf_counter() - begun) * 1000
        process.kill()
    assert answer["id"] == 1 and "capabilities" in answer["result"], answer
    return taken


def main() -> None:
    """Print both medians and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=7)
    repeats = parser.parse_args().repeats
    times: dict[str, list[float]] = {name: [] for name in SERVERS}
    for repeat in range(repeats + 1):
        for name, command in SERVERS.items():
            taken = measure(command)
            if repeat > 0:
                times[name].append(taken)
    for name, taken_each in times.items():
        print(
            f"{name}: {statistics.median(taken_each):.0f} ms"
            f" ({min(taken_each):.0f} to {max(taken_each):.0f}, {repeats} starts)"
        )
    empty, ours = (statistics.median(each) for each in times.values())
    print(f"ratio: {ours / empty:.2f}")


if __name__ == "__main__":
    main()
