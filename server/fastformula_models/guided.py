"""A request's guide among the logits of a batch: what it refuses cannot be chosen."""

import math
from collections.abc import Callable, Sequence
from typing import cast

import torch
from transformers import LogitsProcessor

from fastformula_models.backend import Guide, Request
from fastformula_models.embedded import FAINT, MOST_REFUSED


class Guided(LogitsProcessor):
    """Leaves of each row the tokens that its guide lets pass, the likeliest of them.

    Where all is refused that the model may mean, only the end is left. The bounds are
    those of the embedded model, so that both are silent in the same places.
    """

    def __init__(
        self,
        requests: Sequence[Request],
        prompt: int,
        stops: Sequence[int],
        text: Callable[[list[int]], str],
    ) -> None:
        """`prompt` ids stand before each answer; `text` decodes what is behind them."""
        self._requests = requests
        self._prompt = prompt
        self._stops = list(stops)
        self._text = text
        self._places: list[dict[str, Guide]] = [
            {} if request.guide is None else {"": request.guide} for request in requests
        ]

    def __call__(
        self, input_ids: torch.LongTensor, scores: torch.FloatTensor
    ) -> torch.FloatTensor:
        """The logits, with all that may not come at minus infinity."""
        passed = scores.clone()
        for row, request in enumerate(self._requests):
            answer = input_ids[row, self._prompt :].tolist()
            if request.guide is None or set(answer) & set(self._stops):
                continue
            choice = self._passing(row, answer, scores[row], request.temperature > 0)
            kept = torch.tensor(choice, device=scores.device)
            passed[row] = -math.inf
            passed[row, kept] = scores[row, kept]
        return cast(torch.FloatTensor, passed)

    def _passing(
        self, row: int, answer: list[int], scores: torch.Tensor, drawn: bool
    ) -> list[int]:
        """The tokens that may come: the likeliest alone, unless one is to be drawn."""
        said = self._text(answer)
        place = self._places[row][said]
        floor = float(scores.logsumexp(-1)) + math.log(FAINT)
        values, tokens = scores.topk(min(MOST_REFUSED, len(scores)))
        passing: list[int] = []
        for value, token in zip(values.tolist(), tokens.tolist(), strict=True):
            # The likeliest is asked for however unlikely it is.
            if value < floor and (passing or token != int(tokens[0])):
                break
            if token in self._stops:
                if not place.may_end():
                    continue
            else:
                text = self._text([*answer, token])
                # Half a character, or a control token, which says nothing.
                if len(text) <= len(said) or not text.startswith(said):
                    continue
                after = place.after(text[len(said) :].encode())
                if after is None:
                    continue
                self._places[row][text] = after
            passing.append(token)
            if not drawn:
                break
        return passing or self._stops[:1]
