"""A Llama in numpy: what runs the small model without torch.

Weights are kept on disk as int8 with a scale a row, or as float16, and expanded to
float32 once. Norm weights and the attention's scale are multiplied into the matrices
that follow them, so a step is little more than six matrix products a layer.
"""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open

from fastformula_models.backend import BackendError

Array = np.ndarray[Any, np.dtype[np.float32]]

CHUNK = 128
"""Tokens that go through the layers together. In smaller steps the products are
slow, in larger ones attention reads more of what its mask then throws away."""

SCALE = ".scale"
"""What the name of an int8 tensor's scales ends with."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of a model, kept as JSON in the metadata of its weights."""

    layers: int
    heads: int
    kv_heads: int
    head_size: int
    context: int
    """The most tokens the model keeps; it was trained on fewer positions."""
    rope_theta: float
    norm_epsilon: float


@dataclass(frozen=True, slots=True)
class _Layer:
    """Matrices of one layer, input by output."""

    qkv: Array
    out: Array
    gate_up: Array
    down: Array


class Llama:
    """A model with the keys and values of the tokens it has read."""

    def __init__(self, path: Path) -> None:
        """Load a safetensors file that `export` wrote; raises BackendError."""
        weights, self.shape = _load(path)
        shape = self.shape
        self.length = 0
        embedding = weights["model.embed_tokens.weight"]
        self._embedding = embedding
        self._head = (embedding * weights["model.norm.weight"]).T
        self._layers = [_layer(weights, i, shape) for i in range(shape.layers)]
        half = np.arange(0, shape.head_size, 2) / shape.head_size
        angles = np.outer(np.arange(shape.context), shape.rope_theta**-half)
        # One axis for heads, between positions and features.
        self._cos = np.cos(angles).astype(np.float32)[:, None, :]
        self._sin = np.sin(angles).astype(np.float32)[:, None, :]
        size = (shape.layers, shape.kv_heads, shape.context, shape.head_size)
        self._keys = np.zeros(size, np.float32)
        self._values = np.zeros(size, np.float32)

    def crop(self, length: int) -> None:
        """Forget all tokens but the first `length`."""
        self.length = min(self.length, length)

    def append(self, ids: list[int]) -> Array:
        """Read on, and return the logits of what follows the last token.

        There must be at least one id, and room for all in the context.
        """
        for start in range(0, len(ids), CHUNK):
            last = self._read(ids[start : start + CHUNK])
        logits: Array = _normal(last[-1], self.shape.norm_epsilon) @ self._head
        return logits

    def _read(self, ids: list[int]) -> Array:
        """Put a chunk through the layers, keeping its keys and values."""
        shape, count, start = self.shape, len(ids), self.length
        end = start + count
        groups = shape.heads // shape.kv_heads
        cos, sin = self._cos[start:end], self._sin[start:end]
        # What a token may not see: those of its own chunk that follow it.
        mask = np.triu(np.full((count, count), -np.inf, np.float32), 1)
        x = self._embedding[ids]
        for index, layer in enumerate(self._layers):
            mixed = _normal(x, shape.norm_epsilon) @ layer.qkv
            mixed = mixed.reshape(count, -1, shape.head_size)
            turned = _rotate(mixed[:, : -shape.kv_heads], cos, sin)
            keys, values = self._keys[index], self._values[index]
            keys[:, start:end] = turned[:, shape.heads :].transpose(1, 0, 2)
            values[:, start:end] = mixed[:, -shape.kv_heads :].transpose(1, 0, 2)
            # Queries that share keys are stacked, so each head of keys is read once.
            queries = turned[:, : shape.heads].transpose(1, 0, 2)
            queries = queries.reshape(shape.kv_heads, groups * count, shape.head_size)
            scores = queries @ keys[:, :end].transpose(0, 2, 1)
            if count > 1:
                scores.reshape(shape.heads, count, end)[:, :, start:] += mask
            scores -= scores.max(axis=-1, keepdims=True)
            np.exp(scores, out=scores)
            scores /= scores.sum(axis=-1, keepdims=True)
            seen = (scores @ values[:, :end]).reshape(shape.heads, count, -1)
            x = x + seen.transpose(1, 0, 2).reshape(count, -1) @ layer.out
            both = _normal(x, shape.norm_epsilon) @ layer.gate_up
            gate, up = np.split(both, 2, axis=-1)
            x = x + (gate / (1 + np.exp(-gate)) * up) @ layer.down
        self.length = end
        return x


def _normal(x: Array, epsilon: float) -> Array:
    """RMS norm without its weight, which is part of the next matrix."""
    mean = np.square(x).mean(axis=-1, keepdims=True)
    result: Array = x / np.sqrt(mean + np.float32(epsilon))
    return result


def _rotate(x: Array, cos: Array, sin: Array) -> Array:
    """Turn queries and keys by their positions; halves are pairs, as in Llama."""
    first, second = np.split(x, 2, axis=-1)
    return np.concatenate(
        (first * cos - second * sin, second * cos + first * sin), axis=-1
    )


def _layer(weights: dict[str, Array], index: int, shape: Shape) -> _Layer:
    def matrix(name: str, norm: str = "") -> Array:
        rows = weights[f"model.layers.{index}.{name}_proj.weight"]
        if norm:
            rows = rows * weights[f"model.layers.{index}.{norm}_layernorm.weight"]
        return rows.T

    before, after = "input", "post_attention"
    query = matrix("self_attn.q", before) * np.float32(1 / math.sqrt(shape.head_size))
    key, value = matrix("self_attn.k", before), matrix("self_attn.v", before)
    both = (matrix("mlp.gate", after), matrix("mlp.up", after))
    return _Layer(
        np.ascontiguousarray(np.concatenate((query, key, value), axis=1)),
        np.ascontiguousarray(matrix("self_attn.o")),
        np.ascontiguousarray(np.concatenate(both, axis=1)),
        np.ascontiguousarray(matrix("mlp.down")),
    )


def _load(path: Path) -> tuple[dict[str, Array], Shape]:
    """The tensors in float32, and the model's shape; raises BackendError."""
    try:
        with safe_open(path, framework="numpy") as file:
            shape = Shape(**json.loads((file.metadata() or {})["shape"]))
            stored = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dict
    except (OSError, KeyError, TypeError, ValueError, SafetensorError) as error:
        raise BackendError(
            f"Cannot load the model's weights from {path}: {error}."
        ) from error
    weights: dict[str, Array] = {}
    for name, tensor in stored.items():
        if name.endswith(SCALE):
            continue
        weights[name] = tensor.astype(np.float32)
        if tensor.dtype == np.int8:
            weights[name] *= stored[name + SCALE].astype(np.float32)[:, None]
    return weights, shape
