"""Rows to token ids and loss weights, through the prompts that serving writes.

A row is encoded by `fastformula_models.fim` with the window that serving will use,
so for one formula and cursor both see the same prompt. Encoded rows are kept in a
file beside the data; the next run with the same tokenizer and window reads it.
"""

from __future__ import annotations

import functools
import hashlib
import random
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from fastformula_models import fim

from fastformula_training.documents import Row, read_rows
from fastformula_training.error import TrainingError

if TYPE_CHECKING:
    import torch

CACHE_VERSION = 3
"""Part of the cache's key; raised when encoded rows change their meaning."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """Rows as one run of tokens; row i is `ids[starts[i]:starts[i + 1]]`."""

    ids: np.ndarray[Any, np.dtype[np.int32]]
    middle: np.ndarray[Any, np.dtype[np.bool_]]
    """True for the tokens of the middle and the one that ends it."""
    starts: np.ndarray[Any, np.dtype[np.int64]]
    left_out: int
    """Rows whose middle is longer than the run's longest."""

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self.starts) - 1

    def length(self, row: int) -> int:
        """The tokens of a row."""
        return int(self.starts[row + 1] - self.starts[row])


@dataclass(frozen=True, slots=True)
class Block:
    """Tokens of one or more rows, and what each is to predict.

    `positions` restart with every row, which is what keeps the rows of a block
    from attending to each other. `targets[i]` is the token after `ids[i]`, and
    `weights[i]` what missing it costs; a row's last token predicts nothing.
    """

    ids: np.ndarray[Any, np.dtype[np.int64]]
    positions: np.ndarray[Any, np.dtype[np.int64]]
    targets: np.ndarray[Any, np.dtype[np.int64]]
    weights: np.ndarray[Any, np.dtype[np.float32]]


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


OVERHEAD = 8
"""Room for the tokens that are no text: three sentinels, begin and end."""


def encode_file(
    path: Path,
    tokenizer: Any,
    fmt: fim.FimFormat,
    context: int,
    longest_middle: int,
    limit: int = 0,
) -> Encoded:
    """Encode a file of rows, or read the encoding kept from an earlier run.

    Raises TrainingError where the file is missing, or holds no usable row.
    """
    if not path.is_file():
        raise TrainingError(
            f"{path} is not there; `fastformula-train prepare` makes it."
        )
    key = _key(path, tokenizer, fmt, context, longest_middle, limit)
    cache = path.parent / "cache" / f"{path.stem}-{key}.npz"
    encoded = _load(cache)
    if encoded is None:
        rows = list(read_rows(path))
        if limit and len(rows) > limit:
            rows = random.Random(limit).sample(rows, limit)
        encoded = encode_rows(rows, tokenizer, fmt, context, longest_middle)
        _save(cache, encoded)
    if not len(encoded):
        raise TrainingError(f"{path} holds no row that fits a context of {context}.")
    return encoded


def encode_rows(
    rows: Iterable[Row],
    tokenizer: Any,
    fmt: fim.FimFormat,
    context: int,
    longest_middle: int,
) -> Encoded:
    """Encode rows in order; those with a longer middle are counted and left out."""
    budget = prompt_budget(context, longest_middle)
    # The lines of a formula are counted again for every hole that is cut in it.
    count = functools.lru_cache(maxsize=65536)(
        lambda text: len(fim.encode_text(tokenizer, fmt, text))
    )
    pieces: list[list[int]] = []
    masks: list[list[bool]] = []
    left_out = 0
    for row in rows:
        encoded = encode_row(row, tokenizer, fmt, budget, count)
        middle = sum(encoded[1])
        if middle > longest_middle + 1 or len(encoded[0]) > context:
            left_out += 1
            continue
        pieces.append(encoded[0])
        masks.append(encoded[1])
    starts = np.zeros(len(pieces) + 1, dtype=np.int64)
    np.cumsum([len(piece) for piece in pieces], out=starts[1:])
    return Encoded(
        np.fromiter((i for piece in pieces for i in piece), np.int32, int(starts[-1])),
        np.fromiter((m for mask in masks for m in mask), np.bool_, int(starts[-1])),
        starts,
        left_out,
    )


def encode_row(
    row: Row,
    tokenizer: Any,
    fmt: fim.FimFormat,
    budget: int,
    count: Callable[[str], int],
) -> tuple[list[int], list[bool]]:
    """A row's token ids, and which of them belong to the middle and its end."""
    prefix, suffix = fim.window(row.prefix, row.suffix, budget, count)
    ids, labels = fim.encode_row(tokenizer, fmt, prefix, row.middle, suffix)
    return ids, [label != fim.IGNORED for label in labels]


def make_blocks(
    encoded: Encoded, context: int, packing: bool, prompt_weight: float, seed: int
) -> list[Block]:
    """Lay rows into blocks of at most `context` tokens.

    With packing, rows are placed longest first into the fullest block that has
    room (best fit), so little is left empty; the order of blocks is then shuffled.
    """
    groups = (
        _best_fit([encoded.length(row) for row in range(len(encoded))], context)
        if packing
        else [[row] for row in range(len(encoded))]
    )
    random.Random(seed).shuffle(groups)
    return [_block(encoded, group, prompt_weight) for group in groups]


def _best_fit(lengths: Sequence[int], room: int) -> list[list[int]]:
    """Rows by block. Blocks are found by their free room, so this is linear."""
    by_room: dict[int, list[list[int]]] = {}
    blocks: list[list[int]] = []
    for row in sorted(range(len(lengths)), key=lambda row: (-lengths[row], row)):
        length = lengths[row]
        free = next((n for n in range(length, room + 1) if by_room.get(n)), None)
        if free is None:
            block: list[int] = []
            blocks.append(block)
            free = room
        else:
            block = by_room[free].pop()
        block.append(row)
        by_room.setdefault(free - length, []).append(block)
    return blocks


def _block(encoded: Encoded, rows: Sequence[int], prompt_weight: float) -> Block:
    ids, positions, targets, weights = [], [], [], []
    for row in rows:
        span = slice(int(encoded.starts[row]), int(encoded.starts[row + 1]))
        tokens = encoded.ids[span].astype(np.int64)
        costs = np.where(encoded.middle[span], 1.0, prompt_weight).astype(np.float32)
        ids.append(tokens)
        positions.append(np.arange(len(tokens), dtype=np.int64))
        targets.append(np.append(tokens[1:], tokens[-1]))
        weights.append(np.append(costs[1:], np.float32(0)))
    return Block(
        np.concatenate(ids),
        np.concatenate(positions),
        np.concatenate(targets),
        np.concatenate(weights),
    )


def collate(blocks: Sequence[Block], pad: int) -> dict[str, torch.Tensor]:
    """Blocks as one batch, padded on the right by tokens that cost nothing.

    There is no attention mask: the restarting positions say what belongs
    together, and transformers reads them only where no mask is given.
    """
    import torch

    longest = max(len(block.ids) for block in blocks)
    shape = (len(blocks), longest)
    ids = np.full(shape, pad, dtype=np.int64)
    positions = np.zeros(shape, dtype=np.int64)
    labels = np.full(shape, pad, dtype=np.int64)
    weights = np.zeros(shape, dtype=np.float32)
    for i, block in enumerate(blocks):
        length = len(block.ids)
        ids[i, :length] = block.ids
        positions[i, :length] = block.positions
        positions[i, length:] = np.arange(longest - length)
        labels[i, :length] = block.targets
        weights[i, :length] = block.weights
    return {
        "input_ids": torch.from_numpy(ids),
        "position_ids": torch.from_numpy(positions),
        "labels": torch.from_numpy(labels),
        "weights": torch.from_numpy(weights),
    }


def file_hash(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _key(path: Path, tokenizer: Any, *settings: object) -> str:
    digest = hashlib.sha256(file_hash(path).encode())
    digest.update(tokenizer.backend_tokenizer.to_str().encode())
    digest.update(repr((CACHE_VERSION, settings)).encode())
    return digest.hexdigest()[:16]


def _save(path: Path, encoded: Encoded) -> None:
    path.parent.mkdir(exist_ok=True)
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        np.savez(
            file,
            ids=encoded.ids,
            middle=encoded.middle,
            starts=encoded.starts,
            left_out=np.int64(encoded.left_out),
        )
    part.replace(path)


def _load(path: Path) -> Encoded | None:
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return Encoded(
                arrays["ids"],
                arrays["middle"],
                arrays["starts"],
                int(arrays["left_out"]),
            )
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return None
