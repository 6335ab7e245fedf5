"""JSONL files: an object a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TextIO

from fastformula_training.data.sources.records import Fault, Record, plain_key

LONGEST = 16 * 1024 * 1024
"""Characters of a line; what is longer comes in pieces, and is no JSON."""


def read_jsonl(file: TextIO) -> Iterator[Record | Fault]:
    """The objects of a file; values that are no text are left out."""
    for number, line in enumerate(iter(lambda: file.readline(LONGEST), ""), 1):
        if line.strip():
            yield _record(number, line)


def _record(number: int, line: str) -> Record | Fault:
    try:
        value = json.loads(line)
    except (json.JSONDecodeError, RecursionError) as error:
        return Fault(number, f"is not JSON: {error}")
    if not isinstance(value, dict):
        return Fault(number, "is not a JSON object")
    return Record(
        number,
        {plain_key(key): text for key, text in value.items() if isinstance(text, str)},
    )
