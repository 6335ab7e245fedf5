"""The small model that ships with the package and runs on any CPU, without torch.

The prompt has the suffix first, so while an author types only the last few tokens
are new: keys and values of the longest common beginning are kept from one request
to the next.
"""

import functools
from pathlib import Path

import numpy as np

from fastformula_models import fim
from fastformula_models.backend import Cancelled, Request
from fastformula_models.bpe import BpeTokenizer
from fastformula_models.card import load_card
from fastformula_models.formats import format_named
from fastformula_models.llama import CHUNK, Array, Llama

WEIGHTS = Path(__file__).with_name("weights")
"""The folder of the model that ships: model.safetensors, tokenizer.json, a card."""

LONGEST_BEGUN = 24
"""Characters of the longest word or run of signs that is written again."""

WHOLE = 3.0
"""What is added to the logit of a token that holds all that was begun: the others
have yet to be followed by the rest, which costs them an unknown part of theirs."""


class EmbeddedBackend:
    """The model of a folder that `fastformula-train export` wrote."""

    def __init__(self, folder: Path = WEIGHTS) -> None:
        """Load the model; raises BackendError where a file is missing or wrong."""
        card = load_card(folder)
        self.name = "embedded"
        self._format = format_named(card.format)
        self._budget = card.budget
        self._tokenizer = BpeTokenizer(folder / "tokenizer.json")
        self._model = Llama(folder / "model.safetensors")
        self._bytes = self._tokenizer.bytes_of_tokens()
        self._stops = frozenset(fim.stop_ids(self._tokenizer, self._format))
        self._read: list[int] = []
        """The tokens whose keys and values the model keeps."""
        # Between two requests all lines but one are the same.
        self._count = functools.lru_cache(maxsize=4096)(
            lambda text: len(fim.encode_text(self._tokenizer, self._format, text))
        )

    def complete(self, request: Request) -> str:
        """The middle of a hole, most likely tokens first unless a temperature is set.

        Raises Cancelled between two tokens, or two chunks of the prompt.
        """
        prefix, suffix = fim.window(
            request.prefix, request.suffix, self._budget, self._count
        )
        # A word that is cut at the cursor is not made of the tokens that the model
        # knows it by. So it is left out of the prompt, and the model writes it again.
        begun = self._tokenizer.last_piece(prefix)
        if len(begun) > LONGEST_BEGUN:
            begun = ""
        kept = prefix[: len(prefix) - len(begun)]
        prompt = fim.encode_prompt(self._tokenizer, self._format, kept, suffix)
        logits = self._read_on(prompt, request)
        rng = np.random.default_rng(request.seed)
        owed = begun.encode()
        answer: list[int] = []
        text = ""
        new = 0
        while new < request.max_tokens and len(self._read) < self._model.shape.context:
            if owed:
                logits = logits + self._agreement(owed)
            token = _choose(logits, request.temperature, rng)
            if token in self._stops:
                break
            answer.append(token)
            owed, rest = _without(owed, self._bytes[token])
            if rest:
                new += 1
                text = fim.decode(self._tokenizer, self._format, answer)
                text = text[len(begun) :]
                if request.stop(text):
                    break
            if new < request.max_tokens:
                logits = self._read_on(prompt + answer, request)
        return text

    def close(self) -> None:
        """Nothing is held but memory."""

    def _agreement(self, owed: bytes) -> Array:
        """What to add to the logits so that the text at the cursor comes out again."""
        return np.fromiter(
            (
                -np.inf
                if not token
                else WHOLE
                if token.startswith(owed)
                else 0
                if owed.startswith(token)
                else -np.inf
                for token in self._bytes
            ),
            np.float32,
            len(self._bytes),
        )

    def _read_on(self, ids: list[int], request: Request) -> Array:
        """The logits behind `ids`, of which what is known is not read again."""
        known = 0
        # The last token is read in any case, for its logits.
        for old, new in zip(self._read, ids[:-1], strict=False):
            if old != new:
                break
            known += 1
        self._model.crop(known)
        del self._read[known:]
        for start in range(known, len(ids), CHUNK):
            if request.cancelled.is_set():
                raise Cancelled
            chunk = ids[start : start + CHUNK]
            logits = self._model.append(chunk)
            self._read += chunk
        return logits


def _without(owed: bytes, token: bytes) -> tuple[bytes, bytes]:
    """What of the begun text is still owed, and what the token says beyond it."""
    return owed[len(token) :], token[len(owed) :]


def _choose(logits: Array, temperature: float, rng: np.random.Generator) -> int:
    """The next token: the likeliest, or drawn where there is a temperature."""
    if temperature <= 0:
        return int(logits.argmax())
    weights = np.exp((logits - logits.max()).astype(np.float64) / temperature)
    return int(rng.choice(len(weights), p=weights / weights.sum()))
