"""Keys and values of what the model has read, so that only what is new is read again.

While one types, a prompt shares its beginning with the one before: all of it where the
suffix comes first, the declarations and finished lines in any case.
"""

import threading
from typing import Any

import torch
from transformers import DynamicCache, StaticCache
from transformers.cache_utils import DynamicLayer, StaticLayer

from fastformula_models.backend import Cancelled

CHUNK = 256
"""Tokens that are read at once: a request can be cancelled between two chunks."""


class PrefixCache:
    """The cache of the last prompt, cut back to what the next one shares with it.

    With a `length` it is static, for a decode that is compiled: of so many tokens,
    in one place in memory.
    """

    def __init__(self, model: Any, length: int = 0) -> None:
        self.length = length
        self._model = model
        self.clear()

    def clear(self) -> None:
        """Forget everything, as after a failure in the middle of a layer."""
        self._cache = self._fresh()
        self._tokens: list[int] = []
        self._adapter = ""
        self.read = 0
        """Tokens of the last prompt that were computed, its last one with them."""

    def prepare(
        self, ids: list[int], adapter: str, cancelled: threading.Event
    ) -> DynamicCache | StaticCache:
        """Read all of `ids` but the last, from which the next token is predicted.

        Raises Cancelled between two chunks; what was read by then stays known.
        """
        known = 0
        if adapter == self._adapter:
            for old, new in zip(self._tokens, ids[:-1], strict=False):
                if old != new:
                    break
                known += 1
        known = self.cut(known)
        self._adapter = adapter
        self.read = len(ids) - known
        for start in range(known, len(ids) - 1, CHUNK):
            if cancelled.is_set():
                raise Cancelled
            chunk = ids[start : min(start + CHUNK, len(ids) - 1)]
            self._model(
                input_ids=torch.tensor([chunk], device=self._model.device),
                past_key_values=self._cache,
                use_cache=True,
                logits_to_keep=1,
            )
            self._tokens += chunk
        return self._cache

    def cut(self, size: int) -> int:
        """Forget what is behind the first `size` tokens; how many are known now.

        None are where the model's attention slides over the tokens, for a layer that
        has let go of some cannot go back.
        """
        layers: list[Any] = list(self._cache.layers)
        if all(type(layer) is StaticLayer for layer in layers) and self.length:
            for layer in layers:
                # In place: a compiled decode has its address.
                layer.cumulative_length.fill_(size)
        elif all(type(layer) is DynamicLayer for layer in layers):
            surplus = self._cache.get_seq_length() - size
            if surplus:
                self._cache.crop(-surplus)
        else:
            self._cache = self._fresh()
            size = 0
        del self._tokens[size:]
        return size

    def note(self, ids: list[int]) -> None:
        """What was read and generated in the end, all of it or all but the last."""
        self._tokens = ids[: int(self._cache.get_seq_length())]

    def _fresh(self) -> DynamicCache | StaticCache:
        if self.length:
            return StaticCache(config=self._model.config, max_cache_len=self.length)
        return DynamicCache(config=self._model.config)
