"""Guessing the next tokens from the text itself, and checking them all at once.

A formula repeats its names and its patterns. Where the last tokens stand earlier in
the prompt, those that followed there are guessed, and one pass of the model says how
many of them it would have chosen: what comes out is what it would have said anyway.

transformers has the same, but 5.23 reads a prompt anew on top of a cache that holds
it already, and answers wrongly.
"""

from collections.abc import Callable
from typing import Any

import torch
from transformers import DynamicCache, LogitsProcessorList

LONGEST_MATCH, SHORTEST_MATCH = 4, 2


def continue_by_lookup(
    model: Any,
    cache: DynamicCache,
    ids: list[int],
    guesses: int,
    processors: LogitsProcessorList,
    ended: Callable[[list[int]], bool],
) -> list[int]:
    """The likeliest answer to `ids`, of which the cache has all but the last.

    `ended` is asked with the answer after each token. The cache has at the end what
    it would have after an ordinary generation: all but the answer's last token.
    """
    answer: list[int] = []
    while True:
        guess = guess_next(ids + answer, guesses)
        known = ids + answer + guess
        start = len(ids) + len(answer) - 1
        scores = model(
            input_ids=torch.tensor([known[start:]], device=model.device),
            past_key_values=cache,
            use_cache=True,
        ).logits[0]
        likeliest = scores.argmax(-1).tolist()
        done = False
        for place in range(len(guess) + 1):
            token = likeliest[place]
            if processors:
                seen: Any = torch.tensor([known[: start + place + 1]])
                row = scores[place : place + 1].float()
                token = int(processors(seen.to(model.device), row).argmax())
            answer.append(token)
            done = ended(answer)
            if done or place == len(guess) or token != guess[place]:
                break
        surplus = cache.get_seq_length() - (len(ids) + len(answer) - 1)
        if surplus:
            cache.crop(-surplus)
        if done:
            return answer


def guess_next(ids: list[int], most: int) -> list[int]:
    """What followed the last tokens where they stood last; nothing if they are new."""
    for size in range(LONGEST_MATCH, SHORTEST_MATCH - 1, -1):
        end = ids[-size:]
        for start in range(len(ids) - size - 1, -1, -1):
            # Most places are told apart by one token.
            if ids[start] == end[0] and ids[start : start + size] == end:
                return ids[start + size : start + size + most]
    return []
