"""A model in this process: a base through transformers, adapters through peft.

Only this module and those that it imports serve with torch; `open_backend` imports
it when it is asked for.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache

import torch
from torch.nn.functional import cross_entropy
from transformers import DynamicCache, StaticCache, StoppingCriteriaList

from fastformula_models import BackendSettings, fim, instructions
from fastformula_models.backend import BackendError, Cancelled, Loss, Request
from fastformula_models.decoding import (
    Ending,
    generation_config,
    logits_processors,
    without_end,
)
from fastformula_models.lookup import continue_by_lookup
from fastformula_models.lora import Adapted
from fastformula_models.prefix_cache import PrefixCache
from fastformula_models.pretrained import find_device, load_base, load_tokenizer
from fastformula_models.source import find_source
from fastformula_models.turns import Turns

SENTINELS = 8
"""More than any format puts around the two texts."""

LONGEST_ANSWER = 1024
"""Tokens that a static cache keeps free for an answer."""

BATCH = 8
"""Requests that are answered in one pass."""

COMPILES_ON = ("cuda",)
"""Where a compiled decode is faster; on CPUs it is slower than a plain one."""


class LocalBackend:
    """Completes with a base model in this process, adapted or not."""

    name = "local"

    def __init__(self, settings: BackendSettings) -> None:
        """Load tokenizer, base and adapters, and answer once to nobody.

        Raises BackendError when one of them is missing, is not safe to load, or does
        not belong to the others.
        """
        source = find_source(settings)
        self._format = source.format
        self._tokenizer = load_tokenizer(source.tokenizer, source.tokenizer_revision)
        fim.add_sentinels(self._tokenizer, source.format)
        fim.assert_round_trip(self._tokenizer, source.format)
        self._stops = fim.stop_ids(self._tokenizer, source.format)
        self._pad = fim.token_id(self._tokenizer, source.format, source.format.pad)
        self.device = find_device(settings.device)
        model = load_base(source, self.device, settings.quantization)
        rows = model.get_input_embeddings().num_embeddings
        if rows <= max(*self._stops, self._pad):
            raise BackendError(
                f"The base {source.base} has {rows} embedding rows, too few for the "
                f"tokens of the prompt format {source.format.name}."
            )
        self._adapted = Adapted(
            model,
            source.adapters,
            source.base,
            merge=settings.quantization == "none",
        )
        self.model = self._adapted.model
        """As transformers or peft have it; for measuring only."""
        self.model.generation_config = generation_config(
            Request("", ""), self._stops, self._pad
        )
        self._context = int(model.config.max_position_embeddings)
        self._budgets = {each.name: each.card.budget for each in source.adapters}
        self._budget = source.budget
        self._contexts = {each.name: each.card.context for each in source.adapters}
        self._reads_context = source.context
        self._follows = {
            each.name: each.card.instructions or settings.instructed
            for each in source.adapters
        }
        self._follows_instructions = source.instructions or settings.instructed
        self._guesses = settings.lookup_tokens
        static = settings.compiled and self.device.type in COMPILES_ON
        window = self._budget
        if self._follows_instructions or any(self._follows.values()):
            window = max(window, instructions.WINDOW_TOKENS)
        length = min(self._context, window + LONGEST_ANSWER) if static else 0
        self._prefix = PrefixCache(self.model, length)
        self._turns = Turns()
        # Lines are counted one by one, and between two keys all but one are the same.
        self.count_tokens = lru_cache(4096)(
            lambda text: len(fim.encode_text(self._tokenizer, self._format, text))
        )
        self._warm_up()

    @property
    def is_compiled(self) -> bool:
        """Whether the decode is compiled: it was asked for, and could be."""
        return bool(self._prefix.length)

    @property
    def tokens_read(self) -> int:
        """How many tokens of the last prompt had to be computed."""
        return self._prefix.read

    def complete(self, request: Request) -> str:
        """Return the model's middle, reusing what it has read of the last prompt.

        Raises Cancelled between two tokens of the answer, or two chunks of the prompt.
        """
        with self._turns.short():
            return self._fill(request)

    def follow(self, request: Request) -> str:
        """Return what the model says to an instruction, as far as it has room.

        Between two tokens it lets `complete` go first, unless the decode is compiled:
        that has one place in memory for what is read. Raises BackendError where the
        model was not trained on instructions.
        """
        if not self._follows.get(request.adapter, self._follows_instructions):
            raise BackendError(
                "The model was not trained to follow instructions; choose an adapter "
                "that was, or set `completion.instructed` if you know that it does."
            )
        request = self._within_reach(request, 0)
        ids = self._instruction(request)
        if self.is_compiled:
            with self._turns.short():
                return self._say(request, ids, self._prefix)

        def stop(said: str) -> bool:
            self._turns.give_way()
            self._adapted.use(request.adapter)
            return request.stop(said)

        with self._turns.long():
            own = PrefixCache(self.model)
            return self._say(replace(request, stop=stop), ids, own)

    def _fill(self, request: Request) -> str:
        request = self._within_reach(request, self._window(request))
        return self._say(request, self._prompt(request), self._prefix)

    def _within_reach(self, request: Request, window: int) -> Request:
        """The request, with an answer that leaves the model room for its prompt.

        That is half of all, or more where it was trained with a longer `window`: behind
        one it has not seen longer answers than still fit.
        """
        room = self._prefix.length or self._context
        spare = room - window - SENTINELS
        most = spare if 0 < spare < room // 2 else room // 2
        return replace(request, max_tokens=min(request.max_tokens, most))

    def _window(self, request: Request) -> int:
        """The tokens of formula and context that the model is to be shown."""
        return self._budgets.get(request.adapter, self._budget)

    def _say(self, request: Request, ids: list[int], prefix: PrefixCache) -> str:
        adapter = self._adapted.use(request.adapter)
        ending = Ending((request,), len(ids), self._text, self._stops)
        try:
            with self._inference():
                cache = prefix.prepare(ids, adapter, request.cancelled)
                answer = self._answer(request, ids, cache, ending)
        except Cancelled:
            raise
        except BaseException:
            prefix.clear()
            raise
        prefix.note(ids + answer)
        if request.cancelled.is_set():
            raise Cancelled
        return self._text(answer)

    def complete_many(self, requests: Sequence[Request]) -> list[str]:
        """Return the middles of several holes, most of them in common passes.

        Those that draw tokens are answered one by one, for each has a seed of its
        own, and so are those that a penalty applies to. Raises Cancelled when one of
        them is cancelled.
        """
        with self._turns.short():
            return self._fill_many(requests)

    def _fill_many(self, requests: Sequence[Request]) -> list[str]:
        alike: dict[str, list[int]] = {}
        answers = [""] * len(requests)
        for number, request in enumerate(requests):
            if request.temperature > 0 or request.repetition_penalty != 1:
                answers[number] = self._fill(request)
            else:
                alike.setdefault(request.adapter, []).append(number)
        for adapter, numbers in alike.items():
            self._adapted.use(adapter)
            for start in range(0, len(numbers), BATCH):
                chosen = numbers[start : start + BATCH]
                batch = [
                    self._within_reach(request, self._window(request))
                    for request in (requests[number] for number in chosen)
                ]
                for number, answer in zip(chosen, self._batch(batch), strict=True):
                    answers[number] = answer
        return answers

    def loss(self, request: Request, middle: str) -> Loss:
        """How unlikely a middle and its end are, as far as the model has room."""
        prompt = self._prompt(self._within_reach(request, self._window(request)))
        text = fim.encode_text(self._tokenizer, self._format, middle)
        answer = [*text, self._stops[0]][: self._context - len(prompt)]
        self._adapted.use(request.adapter)
        with self._inference():
            logits = self.model(
                input_ids=torch.tensor([prompt + answer], device=self.device),
                logits_to_keep=len(answer) + 1,
                use_cache=False,
            ).logits[0, :-1]
            targets = torch.tensor(answer, device=self.device)
            nats = cross_entropy(logits.float(), targets, reduction="sum")
        return Loss(float(nats), len(answer))

    def close(self) -> None:
        """Give the memory of model and cache back."""
        del self._prefix, self.model, self._adapted
        if self.device.type == "cuda":
            torch.cuda.empty_cache()

    @contextmanager
    def _inference(self) -> Iterator[None]:
        """Where the model runs; that it is out of memory is told in a sentence."""
        try:
            with torch.inference_mode():
                yield
        except torch.OutOfMemoryError:
            raise BackendError(
                f"The model ran out of memory on {self.device}; set "
                "`completion.quantization` to nf4, or choose a smaller base."
            ) from None

    def _answer(
        self,
        request: Request,
        ids: list[int],
        cache: DynamicCache | StaticCache,
        ending: Ending,
    ) -> list[int]:
        processors = logits_processors((request,), len(ids), self._stops, self._text)
        greedy = request.temperature <= 0 and request.repetition_penalty == 1
        if self._guesses and greedy and isinstance(cache, DynamicCache):
            return continue_by_lookup(
                self.model,
                cache,
                ids,
                self._guesses,
                processors,
                lambda answer: ending.wants_no_more(0, answer),
            )
        inputs = torch.tensor([ids], device=self.device)
        devices = [self.device] if self.device.type == "cuda" else []
        with torch.random.fork_rng(devices=devices):
            torch.manual_seed(request.seed)
            output = self.model.generate(
                input_ids=inputs,
                attention_mask=torch.ones_like(inputs),
                generation_config=generation_config(request, self._stops, self._pad),
                past_key_values=cache,
                logits_processor=processors,
                stopping_criteria=StoppingCriteriaList([ending]),
            )
        return list(output[0, len(ids) :].tolist())

    def _batch(self, requests: Sequence[Request]) -> list[str]:
        """The likeliest middles of some holes, in one pass per token for them all."""
        prompts = [self._prompt(request) for request in requests]
        width = max(map(len, prompts))
        rows = [[self._pad] * (width - len(ids)) + ids for ids in prompts]
        inputs = torch.tensor(rows, device=self.device)
        mask = torch.tensor(
            [[0] * (width - len(ids)) + [1] * len(ids) for ids in prompts],
            device=self.device,
        )
        longest = max(requests, key=lambda request: request.max_tokens)
        ending = Ending(requests, width, self._text, self._stops)
        with self._inference():
            output = self.model.generate(
                input_ids=inputs,
                attention_mask=mask,
                generation_config=generation_config(longest, self._stops, self._pad),
                logits_processor=logits_processors(
                    requests, width, self._stops, self._text
                ),
                stopping_criteria=StoppingCriteriaList([ending]),
            )
        if ending.cancelled:
            raise Cancelled
        return [self._text(answer) for answer in output[:, width:].tolist()]

    def _warm_up(self) -> None:
        """Answer once to nobody: the first tokens choose and compile the kernels."""
        try:
            self.complete(Request("", "", max_tokens=4))
        except BackendError:
            raise
        except Exception:
            if not self._prefix.length:
                raise
            # No compiler is at hand, or it cannot compile this model.
            self._prefix = PrefixCache(self.model)
            self.complete(Request("", "", max_tokens=4))

    def _prompt(self, request: Request) -> list[int]:
        room = self._prefix.length or self._context
        room -= request.max_tokens + SENTINELS
        prefix, suffix = fim.cut_window(
            self._format,
            request,
            min(self._window(request), room),
            self.count_tokens,
            with_context=self._contexts.get(request.adapter, self._reads_context),
        )
        return fim.encode_prompt(self._tokenizer, self._format, prefix, suffix)

    def _instruction(self, request: Request) -> list[int]:
        room = self._prefix.length or self._context
        room -= (
            request.max_tokens + SENTINELS + self.count_tokens(instructions.render(""))
        )
        budget = min(instructions.WINDOW_TOKENS, room)
        words = instructions.compose(request, budget, self.count_tokens)
        return instructions.encode_prompt(self._tokenizer, self._format, words)

    def _text(self, ids: list[int]) -> str:
        """Decode an answer, less a last character of which bytes are missing."""
        ids = without_end(ids, self._stops)
        return fim.decode(self._tokenizer, self._format, ids).rstrip("\ufffd")
