"""A model in this process: a base through transformers, an adapter through peft.

The only module that serves with torch; `open_backend` imports it when it is asked
for. Nothing is fetched from the network unless HF_HUB_OFFLINE is set to 0, no code
that comes with a model is run, and only safetensors are read, because a pickle is a
program.
"""

import logging
import os
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

# huggingface_hub reads the variable when it is imported.
os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch
from peft import PeftModel, get_peft_model_state_dict
from safetensors import SafetensorError, safe_open
from transformers import (
    AutoModelForCausalLM,
    BitsAndBytesConfig,
    DynamicCache,
    GenerationConfig,
    PreTrainedTokenizerFast,
    StoppingCriteria,
    StoppingCriteriaList,
)
from transformers.cache_utils import DynamicLayer
from transformers.utils.logging import disable_progress_bar

from fastformula_models import BackendSettings, fim
from fastformula_models.backend import BackendError, Cancelled, Request
from fastformula_models.card import FILE_NAME, Card, load_card
from fastformula_models.catalog import base_models, base_named

# That import may have happened long ago, so each load is told as well.
OFFLINE = os.environ["HF_HUB_OFFLINE"].upper() not in ("0", "FALSE")

_ADAPTER_WEIGHTS = "adapter_model.safetensors"
_PICKLED_WEIGHTS = "adapter_model.bin"
# These three are not annotated.
_generation: Callable[..., GenerationConfig] = GenerationConfig
_quantization: Callable[..., BitsAndBytesConfig] = BitsAndBytesConfig
_quiet: Callable[[], None] = disable_progress_bar

_SENTINELS = 8  # more than any format puts around the two texts


class LocalBackend:
    """Completes with a base model in this process, adapted or not."""

    name = "local"

    def __init__(self, settings: BackendSettings) -> None:
        """Load tokenizer, base and adapter.

        Raises BackendError when one of them is missing, is not safe to load, or does
        not belong to the others.
        """
        # Editors show what a server writes to its error output as errors.
        _quiet()
        source = _find(settings)
        self._format = source.format
        self._tokenizer = load_tokenizer(source.tokenizer, source.revision)
        fim.add_sentinels(self._tokenizer, source.format)
        fim.assert_round_trip(self._tokenizer, source.format)
        self._stops = fim.stop_ids(self._tokenizer, source.format)
        self._pad = fim.token_id(self._tokenizer, source.format, source.format.pad)
        self._device = _device(settings.device)
        model = _load_base(source, self._device, settings.quantization)
        rows = model.get_input_embeddings().num_embeddings
        if rows <= max(*self._stops, self._pad):
            raise BackendError(
                f"The base {source.base} has {rows} embedding rows, too few for the "
                f"tokens of the prompt format {source.format.name}."
            )
        if source.adapter is not None:
            model = _load_adapter(model, source.adapter, source.base)
            if settings.quantization == "none":
                model = model.merge_and_unload()
        self._model = model.eval()
        # The base's own settings, such as a repetition penalty, would leak in.
        self._model.generation_config = _generation()
        self._context = int(model.config.max_position_embeddings)
        self._budget = source.budget
        # Lines are counted one by one, and between two keys all but one are the same.
        self._count = lru_cache(4096)(
            lambda text: len(fim.encode_text(self._tokenizer, self._format, text))
        )
        self._cache: DynamicCache | None = None
        self._cached: list[int] = []

    def complete(self, request: Request) -> str:
        """Return the model's middle, reusing what it has read of the last prompt."""
        ids = self._prompt(request)
        seen = _Seen(len(ids), request, self._text)
        sampling = request.temperature > 0
        config = _generation(
            max_new_tokens=request.max_tokens,
            do_sample=sampling,
            temperature=request.temperature if sampling else None,
            eos_token_id=self._stops,
            pad_token_id=self._pad,
        )
        cache, self._cache = self._reusable(ids), None
        devices = [self._device] if self._device.type == "cuda" else []
        inputs = torch.tensor([ids], device=self._device)
        with torch.inference_mode(), torch.random.fork_rng(devices=devices):
            torch.manual_seed(request.seed)
            output = self._model.generate(
                input_ids=inputs,
                attention_mask=torch.ones_like(inputs),
                generation_config=config,
                past_key_values=cache,
                stopping_criteria=StoppingCriteriaList([seen]),
            )
        if request.cancelled.is_set():
            raise Cancelled
        result = output[0].tolist()
        self._cache = cache
        self._cached = result[: cache.get_seq_length()]
        return self._text(result[len(ids) :])

    def close(self) -> None:
        """Give the memory of model and cache back."""
        self._cache = None
        del self._model
        if self._device.type == "cuda":
            torch.cuda.empty_cache()

    def _prompt(self, request: Request) -> list[int]:
        room = self._context - request.max_tokens - _SENTINELS
        prefix, suffix = fim.window(
            request.prefix,
            request.suffix,
            min(self._budget, room),
            self._count,
        )
        return fim.encode_prompt(self._tokenizer, self._format, prefix, suffix)

    def _text(self, ids: list[int]) -> str:
        """Decode generated ids, less a last character of which bytes are missing."""
        return fim.decode(self._tokenizer, self._format, ids).rstrip("\ufffd")

    def _reusable(self, ids: list[int]) -> DynamicCache:
        """Return the cache of the last prompt, cut back to what this one shares.

        At least one token is left to read, because the next is predicted from it.
        """
        fresh = DynamicCache(config=self._model.config)
        if self._cache is None or any(
            type(layer) is not DynamicLayer for layer in fresh.layers
        ):
            return fresh
        shared = 0
        for old, new in zip(self._cached, ids[:-1], strict=False):
            if old != new:
                break
            shared += 1
        surplus = self._cache.get_seq_length() - shared
        if surplus:
            self._cache.crop(-surplus)
        return self._cache


class _Seen(StoppingCriteria):
    """Ends generation when the request wants no more of it."""

    def __init__(
        self, prompt: int, request: Request, text: Callable[[list[int]], str]
    ) -> None:
        self._prompt = prompt
        self._request = request
        self._text = text

    def __call__(
        self,
        input_ids: torch.LongTensor,
        scores: torch.Tensor | None,
        **kwargs: Any,
    ) -> torch.BoolTensor:
        ended = self._request.cancelled.is_set() or self._request.stop(
            self._text(input_ids[0, self._prompt :].tolist())
        )
        ends = torch.full((1,), ended, dtype=torch.bool, device=input_ids.device)
        return cast(torch.BoolTensor, ends)


@dataclass(frozen=True, slots=True)
class _Source:
    """What to load: `base` as transformers takes it, the rest as found."""

    base: str
    revision: str | None
    tokenizer: str
    adapter: Path | None
    format: fim.FimFormat
    budget: int


def _find(settings: BackendSettings) -> _Source:
    """Settle base, adapter and format from settings, card and catalog."""
    adapter = Path(settings.adapter).expanduser() if settings.adapter else None
    card = _adapter_card(adapter) if adapter else None
    base = settings.base or (card.base if card else "")
    if not base:
        raise BackendError("Set the base model, or the folder of an adapter.")
    folder = Path(base).expanduser()
    if folder.is_dir():
        base, revision = str(folder), None
        # A base that was trained whole has a card of its own.
        if card is None and (folder / FILE_NAME).is_file():
            card = load_card(folder)
    else:
        revision = base_named(base).revision
        if card and card.base != base:
            raise BackendError(
                f"The adapter {adapter} was trained on {card.base}, not on {base}."
            )
        if card and card.revision:
            revision = card.revision
    own = adapter and (adapter / "tokenizer.json").is_file()
    return _Source(
        base=base,
        revision=None if own else revision,
        tokenizer=str(adapter) if own else base,
        adapter=adapter,
        format=_settle_format(settings, card, base),
        budget=card.budget if card else fim.WINDOW_TOKENS,
    )


def _adapter_card(folder: Path) -> Card:
    """Read an adapter's card, after seeing that its weights are safe to load."""
    if not folder.is_dir():
        raise BackendError(f"There is no adapter folder {folder}.")
    if not (folder / _ADAPTER_WEIGHTS).is_file():
        pickled = (folder / _PICKLED_WEIGHTS).is_file()
        raise BackendError(
            f"The adapter {folder} holds its weights as a pickle ({_PICKLED_WEIGHTS}), "
            f"which could run any program; only {_ADAPTER_WEIGHTS} is loaded."
            if pickled
            else f"The adapter {folder} has no {_ADAPTER_WEIGHTS}."
        )
    return load_card(folder)


def _settle_format(
    settings: BackendSettings, card: Card | None, base: str
) -> fim.FimFormat:
    """Return the card's format, else the one that is set, else the catalog's."""
    if card is not None:
        if settings.format not in ("", card.format):
            raise BackendError(
                f"The model was trained with the prompt format {card.format}, not "
                f"with {settings.format}."
            )
        return fim.format_named(card.format)
    if settings.format:
        return fim.format_named(settings.format)
    if base in base_models():
        return base_models()[base].untrained_format
    raise BackendError(
        f"The prompt format of {base} is not known; set it to one of "
        f"{', '.join(fim.FORMATS)}."
    )


def load_tokenizer(base: str, revision: str | None) -> fim.GrowingTokenizer:
    """Load a tokenizer as its tokenizer.json says.

    transformers' class for a family of models may put another pre-tokenizer in its
    place, which is how DeepSeek-Coder's has lost its spaces.
    """
    try:
        tokenizer: Any = PreTrainedTokenizerFast.from_pretrained(
            base, revision=revision or "main", local_files_only=OFFLINE
        )
    except (OSError, ValueError) as error:
        raise BackendError(_absent("tokenizer", base, error)) from None
    return cast(fim.GrowingTokenizer, tokenizer)


def _device(name: str) -> torch.device:
    """Return the device of that name; "auto" is the fastest there is."""
    if name == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        mps = torch.backends.mps.is_available()
        return torch.device("mps" if mps else "cpu")
    try:
        device = torch.device(name)
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError):  # what a torch without CUDA raises
        raise BackendError(f"There is no device {name} on this machine.") from None
    return device


def _dtype(device: torch.device) -> torch.dtype:
    """Return the type the device computes fastest in without losing range.

    On CPUs without matrix units bfloat16 is slower than float32.
    """
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    return torch.float16 if device.type == "mps" else torch.float32


def _load_base(source: _Source, device: torch.device, quantization: str) -> Any:
    """Load the base, in the numbers that fit device and quantization."""
    dtype = _dtype(device)
    quantized = None
    if quantization == "int8":
        # Says on every call that its inputs are cast.
        logging.getLogger("bitsandbytes.autograd._functions").setLevel(logging.ERROR)
        warnings.filterwarnings("ignore", message="MatMul8bitLt: inputs will be cast")
        quantized = _quantization(load_in_8bit=True)
    elif quantization == "nf4":
        quantized = _quantization(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=dtype,
        )
    try:
        return AutoModelForCausalLM.from_pretrained(
            source.base,
            revision=source.revision,
            local_files_only=OFFLINE,
            trust_remote_code=False,
            use_safetensors=True,
            dtype=dtype,
            device_map={"": device},
            quantization_config=quantized,
        )
    except ImportError as error:
        raise BackendError(
            f"Quantization {quantization} cannot be used here: {_line(error)}."
        ) from None
    except (OSError, ValueError, SafetensorError) as error:
        raise BackendError(_absent("model", source.base, error)) from None


def _load_adapter(model: Any, folder: Path, base: str) -> Any:
    """Put an adapter on its base; BackendError when it was made for another."""
    mismatch = BackendError(
        f"The adapter {folder} does not fit the base {base}; its layers differ from "
        "those it was trained on."
    )
    try:
        with safe_open(str(folder / _ADAPTER_WEIGHTS), framework="pt") as weights:
            stored = set(weights.keys())
    except SafetensorError as error:
        raise BackendError(
            f"The weights of the adapter {folder} are damaged: {_line(error)}."
        ) from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about keys, which are compared below
            adapted = PeftModel.from_pretrained(model, str(folder))
    except (RuntimeError, ValueError, KeyError):
        raise mismatch from None
    # peft fills in what the file lacks and leaves out what the base lacks.
    present = set(get_peft_model_state_dict(adapted, save_embedding_layers=False))
    unused = {key for key in stored - present if ".lora_" in key}
    if unused or not present <= stored:
        raise mismatch
    return adapted


def _absent(what: str, base: str, error: Exception) -> str:
    return (
        f"The {what} of {base} cannot be loaded from this machine: {_line(error)}. "
        "A model is downloaded only when HF_HUB_OFFLINE is 0."
    )


def _line(error: Exception) -> str:
    """Return the first line of a library's error."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0].strip().rstrip(".:")[:200]
