"""The small model that ships with the package and runs on any CPU, without torch.

The prompt has the suffix first, so while an author types only the last few tokens
are new: keys and values of the longest common beginning are kept from one request
to the next.
"""

import functools
import math
from pathlib import Path

import numpy as np

from fastformula_models import fim
from fastformula_models.backend import Cancelled, Guide, Loss, Request
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

MOST_REFUSED = 64
"""How many tokens a guide may refuse in one place before generation ends there."""

FAINT = 0.02
"""The probability below which a token is no longer what the model means, only what is
left of its vocabulary: where a guide refuses all that is likelier, generation ends."""


class EmbeddedBackend:
    """The model of a folder that `fastformula-train export` wrote."""

    def __init__(self, folder: Path = WEIGHTS) -> None:
        """Load the model; raises BackendError where a file is missing or wrong."""
        card = load_card(folder)
        self.name = "embedded"
        self._format = format_named(card.format)
        self._budget = card.budget
        self._reads_context = card.context
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
        prompt, begun = self._prompt(request)
        logits = self._read_on(prompt, request)
        rng = np.random.default_rng(request.seed)
        owed = begun.encode()
        guide = request.guide
        answer: list[int] = []
        text = ""
        new = 0
        while new < request.max_tokens and len(self._read) < self._model.shape.context:
            if owed:
                logits = logits + self._agreement(owed)
            if request.repetition_penalty != 1:
                ids = prompt + answer
                logits = _penalise(logits, ids, request.repetition_penalty)
            chosen = self._choose(logits, request, rng, owed, guide)
            if chosen is None:
                break
            token, guide = chosen
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

    def loss(self, request: Request, middle: str) -> Loss:
        """How unlikely a middle is, with the word that is written again and its end."""
        prompt, begun = self._prompt(request)
        end = fim.token_id(self._tokenizer, self._format, self._format.end)
        text = fim.encode_text(self._tokenizer, self._format, begun + middle)
        answer = [*text, end][: self._model.shape.context - len(prompt)]
        owed = begun.encode()
        nats = 0.0
        for place, token in enumerate(answer):
            logits = self._read_on(prompt + answer[:place], request)
            if owed:
                logits = logits + self._agreement(owed)
            most = float(logits.max())
            total = math.log(float(np.exp(logits - most).sum()))
            nats += most + total - float(logits[token])
            owed, _ = _without(owed, self._bytes[token])
        return Loss(nats, len(answer))

    def close(self) -> None:
        """Nothing is held but memory."""

    def _prompt(self, request: Request) -> tuple[list[int], str]:
        """The prompt, and what of the word at the cursor it leaves out.

        A word that is cut at the cursor is not made of the tokens that the model knows
        it by. So it is left out of the prompt, and the model writes it again.
        """
        prefix, suffix = fim.cut_window(
            self._format,
            request,
            self._budget,
            self._count,
            with_context=self._reads_context,
        )
        begun = self._tokenizer.last_piece(prefix)
        if len(begun) > LONGEST_BEGUN:
            begun = ""
        kept = prefix[: len(prefix) - len(begun)]
        return fim.encode_prompt(self._tokenizer, self._format, kept, suffix), begun

    def _choose(
        self,
        logits: Array,
        request: Request,
        rng: np.random.Generator,
        owed: bytes,
        guide: Guide | None,
    ) -> tuple[int, Guide | None] | None:
        """The next token and the place behind it; None where the guide lets none pass.

        A token that is refused is put aside and the choice made again, which comes to
        the same as choosing among those that would pass.
        """
        token = _likely(logits, request, rng)
        if guide is None:
            return token, None
        faint = _logit_of(logits, FAINT)
        for _ in range(MOST_REFUSED):
            new = self._bytes[token][len(owed) :]
            if token in self._stops:
                if guide.may_end():
                    return token, guide
            elif self._bytes[token]:
                after = guide.after(new)
                if after is not None:
                    return token, after
            logits[token] = -np.inf
            if logits.max() < faint:
                break
            token = _likely(logits, request, rng)
        return None

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


def _likely(logits: Array, request: Request, rng: np.random.Generator) -> int:
    """The next token: the likeliest, or drawn where there is a temperature."""
    if request.temperature <= 0:
        return int(logits.argmax())
    weights = np.exp((logits - logits.max()).astype(np.float64) / request.temperature)
    weights /= weights.sum()
    if request.top_p < 1:
        order = np.argsort(-weights)
        before = np.cumsum(weights[order]) - weights[order]
        weights[order[before >= request.top_p]] = 0
        weights /= weights.sum()
    return int(rng.choice(len(weights), p=weights))


def _logit_of(logits: Array, probability: float) -> float:
    """The logit of a token of that probability."""
    most = float(logits.max())
    return most + math.log(float(np.exp(logits - most).sum()) * probability)


def _penalise(logits: Array, ids: list[int], penalty: float) -> Array:
    """Make tokens less likely that were read or written, as transformers does."""
    seen = np.unique(ids)
    found = logits[seen]
    logits[seen] = np.where(found > 0, found / penalty, found * penalty)
    return logits
