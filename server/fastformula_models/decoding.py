"""From logits to tokens: how freely to choose, what to rule out, and when to end."""

from collections.abc import Callable, Sequence
from typing import Any, cast

import torch
from transformers import (
    GenerationConfig,
    LogitsProcessorList,
    StoppingCriteria,
)

from fastformula_models.backend import Request
from fastformula_models.guided import Guided

# Not annotated.
_generation: Callable[..., GenerationConfig] = GenerationConfig


def generation_config(
    request: Request, stops: Sequence[int], pad: int
) -> GenerationConfig:
    """What transformers has to know of a request; nothing is left to the model's own.

    A base's own settings, such as a repetition penalty, would leak in.
    """
    drawn = request.temperature > 0
    return _generation(
        max_new_tokens=request.max_tokens,
        do_sample=drawn,
        temperature=request.temperature if drawn else None,
        top_p=request.top_p if drawn else None,
        # transformers would keep the 50 likeliest.
        top_k=0 if drawn else None,
        repetition_penalty=request.repetition_penalty,
        eos_token_id=list(stops),
        pad_token_id=pad,
    )


def logits_processors(
    requests: Sequence[Request],
    prompt: int,
    stops: Sequence[int],
    text: Callable[[list[int]], str],
) -> LogitsProcessorList:
    """What rules tokens out before one is chosen: the guides of the requests.

    A row of the batch belongs to each request; the first `prompt` ids are not its
    answer, and `text` decodes those that are.
    """
    if all(request.guide is None for request in requests):
        return LogitsProcessorList()
    return LogitsProcessorList([Guided(requests, prompt, stops, text)])


class Ending(StoppingCriteria):
    """Ends the rows of a batch when their requests want no more of them."""

    def __init__(
        self,
        requests: Sequence[Request],
        prompt: int,
        text: Callable[[list[int]], str],
        stops: Sequence[int],
    ) -> None:
        """`prompt` is how many ids stand before each answer."""
        self._requests = requests
        self._prompt = prompt
        self._text = text
        self._stops = frozenset(stops)
        self._ended = [False] * len(requests)

    @property
    def cancelled(self) -> bool:
        """Whether any of the requests is."""
        return any(request.cancelled.is_set() for request in self._requests)

    def __call__(
        self,
        input_ids: torch.LongTensor,
        scores: torch.Tensor | None,
        **kwargs: Any,
    ) -> torch.BoolTensor:
        """Whether each row has ended, after another token."""
        for row, ids in enumerate(input_ids.tolist()):
            if not self._ended[row]:
                self._ended[row] = self.wants_no_more(row, ids[self._prompt :])
        ends = [ended or self.cancelled for ended in self._ended]
        return cast(torch.BoolTensor, torch.tensor(ends, device=input_ids.device))

    def wants_no_more(self, row: int, answer: list[int]) -> bool:
        """Whether the answer so far is all that its request wants."""
        request = self._requests[row]
        return (
            request.cancelled.is_set()
            or len(answer) >= request.max_tokens
            or answer[-1] in self._stops
            or request.stop(self._text(answer))
        )


def without_end(answer: list[int], stops: Sequence[int]) -> list[int]:
    """An answer's ids up to the first that ends it, or that only fills its row."""
    for place, token in enumerate(answer):
        if token in stops:
            return answer[:place]
    return answer
