"""Rows to blocks of the context's length, and blocks to batches.

What keeps the rows of a block from attending to each other is that their positions
restart. transformers makes a mask of that where it is given none and keeps no cache;
flash attention is told the bounds by `flash_arguments`.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from fastformula_training.encoding.dataset import Encoded

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, slots=True)
class Block:
    """Tokens of one or more rows, and what each is to predict.

    `positions` restart with every row. `targets[i]` is the token after `ids[i]`, and
    `weights[i]` what missing it costs; a row's last token predicts nothing.
    """

    ids: np.ndarray[Any, np.dtype[np.int64]]
    positions: np.ndarray[Any, np.dtype[np.int64]]
    targets: np.ndarray[Any, np.dtype[np.int64]]
    weights: np.ndarray[Any, np.dtype[np.float32]]


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

    There is no attention mask, for with one transformers does not look at positions.
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


def flash_arguments(positions: torch.Tensor) -> dict[str, Any]:
    """What flash attention has to be told of a batch, by transformers' names.

    It gets no mask, and looks at positions only in a batch of one block, so without
    these the rows of a block would see each other. Padding counts as a row.
    """
    import torch

    flat = positions.flatten()
    starts = torch.nonzero(flat == 0).flatten()
    bounds = torch.cat((starts, starts.new_tensor([len(flat)])))
    longest = int(bounds.diff().max())
    bounds = bounds.to(torch.int32)
    return {
        "cu_seq_lens_q": bounds,
        "cu_seq_lens_k": bounds,
        "max_length_q": longest,
        "max_length_k": longest,
    }
