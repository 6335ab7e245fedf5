"""A file of rows to tokens, through the prompts that serving writes.

Rows are written by `fastformula_models.lessons` with the window that serving will use,
so for one formula and cursor both see the same prompt. Encoded rows are kept in a
file beside the data; the next run with the same tokenizer and mixture reads it.
"""

from __future__ import annotations

import hashlib
import sys
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from fastformula_models import Request, fim, instructions, lessons

from fastformula_training.config import RunConfig
from fastformula_training.data.rows import INSTRUCTION, TEXT
from fastformula_training.documents import file_hash
from fastformula_training.encoding.mixture import (
    HOLE,
    Example,
    held_out_examples,
    sort_of,
    training_examples,
)
from fastformula_training.error import TrainingError

CACHE_VERSION = 4
"""Part of the cache's key; raised when encoded rows change their meaning."""

DEPENDS_ON = (
    "fim_weight",
    "text_weight",
    "instruction_weight",
    "repeat_rows",
    "context_share",
    "spm",
    "rows",
    "context",
    "longest_middle",
    "seed",
)
"""The settings of a run that its encoded rows depend on."""

OVERHEAD = 8
"""Room for the tokens that are no text: three sentinels, begin and end."""

BATCH = 512
"""Rows that are encoded together."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """Rows as one run of tokens; row i is `ids[starts[i]:starts[i + 1]]`."""

    ids: np.ndarray[Any, np.dtype[np.int32]]
    middle: np.ndarray[Any, np.dtype[np.bool_]]
    """True for the tokens of the middle and the one that ends it."""
    starts: np.ndarray[Any, np.dtype[np.int64]]
    left_out: int
    """Rows that are longer than the run allows."""
    with_context: int
    """Rows with context before the prefix."""
    instructions: int
    """Rows that are an instruction and its answer."""

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self.starts) - 1

    def length(self, row: int) -> int:
        """The tokens of a row."""
        return int(self.starts[row + 1] - self.starts[row])


ARRAYS = tuple(field.name for field in fields(Encoded))
"""What a file of encoded rows holds, under these names."""


def prompt_budget(context: int, longest_middle: int) -> int:
    """The tokens of prefix and suffix, sentinels left out, that a row may have.

    Serving cuts its windows by the same number, which the card carries. Raises
    TrainingError where nothing would be left.
    """
    budget = context - longest_middle - OVERHEAD
    if budget < 16:
        raise TrainingError(
            f"`context` of {context} leaves no room for a prompt beside a middle of "
            f"{longest_middle} tokens; raise `context` or lower `longest_middle`."
        )
    return budget


def encode_file(
    path: Path,
    tokenizer: Any,
    fmt: fim.FimFormat,
    config: RunConfig,
    held_out: bool = False,
) -> Encoded:
    """Encode a run's rows of a file, or read the encoding kept from an earlier run.

    Those that are held out are chosen and written otherwise; see `mixture`. Raises
    TrainingError where the file is missing, or holds no usable row.
    """
    if not path.is_file():
        raise TrainingError(
            f"{path} is not there; `fastformula-train prepare` makes it."
        )
    key = _key(path, tokenizer, fmt, config, held_out)
    cache = path.parent / "cache" / f"{path.stem}-{key}.npz"
    encoded = _load(cache)
    if encoded is None:
        find = held_out_examples if held_out else training_examples
        encoded = encode(find(path, config), tokenizer, fmt, config)
        _save(cache, encoded)
    if not len(encoded):
        raise TrainingError(
            f"{path} holds no row that fits a context of {config.context}."
        )
    return encoded


def encode(
    examples: Iterable[Example], tokenizer: Any, fmt: fim.FimFormat, config: RunConfig
) -> Encoded:
    """Encode rows in order; those that are too long are counted and left out."""
    budget = prompt_budget(config.context, config.longest_middle)
    rows: list[np.ndarray[Any, np.dtype[np.int32]]] = []
    prompts: list[int] = []
    seen = with_context = instructed = 0
    rest = iter(examples)
    while batch := list(islice(rest, BATCH)):
        seen += len(batch)
        count = _counter(batch, tokenizer, fmt)
        written = [_write(example, fmt, budget, count) for example in batch]
        taught = lessons.encode(tokenizer, fmt, written)
        for example, (ids, prompt) in zip(batch, taught, strict=True):
            sort = sort_of(example.row)
            too_long = sort == HOLE and len(ids) - prompt > config.longest_middle + 1
            if too_long or len(ids) > config.context:
                continue
            rows.append(np.array(ids, np.int32))
            prompts.append(prompt)
            with_context += sort == HOLE and bool(_context(example))
            instructed += sort == INSTRUCTION
    starts = np.zeros(len(rows) + 1, dtype=np.int64)
    np.cumsum([len(row) for row in rows], out=starts[1:])
    middle = np.ones(int(starts[-1]), np.bool_)
    for start, prompt in zip(starts, prompts, strict=False):
        middle[start : start + prompt] = False
    return Encoded(
        np.concatenate(rows) if rows else np.zeros(0, np.int32),
        middle,
        starts,
        left_out=seen - len(rows),
        with_context=with_context,
        instructions=instructed,
    )


def _write(
    example: Example, fmt: fim.FimFormat, budget: int, count: Callable[[str], int]
) -> lessons.Lesson:
    """A row as serving writes what it asks of the same formula and cursor."""
    row = example.row
    if sort_of(row) == TEXT:
        return lessons.read(fmt, row.middle)
    if sort_of(row) == INSTRUCTION:
        # It has no formula around it that a window would be cut of.
        asked = Request("", "", instruction=row.instruction)
        words = instructions.compose(asked, sys.maxsize, len)
        return lessons.follow(fmt, words, row.middle)
    prefix, suffix = fim.window(
        row.prefix, row.suffix, budget, count, _context(example)
    )
    return lessons.fill(
        fmt, prefix, row.middle, suffix, suffix_first=example.suffix_first
    )


def _context(example: Example) -> str:
    return example.row.context if example.with_context else ""


def _counter(
    examples: Sequence[Example], tokenizer: Any, fmt: fim.FimFormat
) -> Callable[[str], int]:
    """Counts tokens; the lines of these rows are encoded in one call beforehand."""
    lines = {
        line: 0
        for example in examples
        if sort_of(example.row) == HOLE
        for side in (example.row.prefix, example.row.suffix, _context(example))
        for line in side.splitlines(keepends=True)
    }
    lengths = dict(
        zip(lines, map(len, fim.encode_texts(tokenizer, fmt, list(lines))), strict=True)
    )

    def count(text: str) -> int:
        if text not in lengths:
            lengths[text] = len(fim.encode_text(tokenizer, fmt, text))
        return lengths[text]

    return count


def _key(
    path: Path, tokenizer: Any, fmt: fim.FimFormat, config: RunConfig, held_out: bool
) -> str:
    """Changes with all that an encoding depends on: rows, tokenizer, mixture."""
    settings = (
        CACHE_VERSION,
        fmt,
        held_out,
        *(getattr(config, name) for name in DEPENDS_ON),
    )
    digest = hashlib.sha256(file_hash(path).encode())
    digest.update(tokenizer.backend_tokenizer.to_str().encode())
    digest.update(repr(settings).encode())
    return digest.hexdigest()[:16]


def _save(path: Path, encoded: Encoded) -> None:
    path.parent.mkdir(exist_ok=True)
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        np.savez(file, **{name: getattr(encoded, name) for name in ARRAYS})
    part.replace(path)


def _load(path: Path) -> Encoded | None:
    try:
        with np.load(path, allow_pickle=False) as kept:
            arrays = [kept[name] for name in ARRAYS]
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return None
    ids, middle, starts, *numbers = arrays
    return Encoded(ids, middle, starts, *map(int, numbers))
