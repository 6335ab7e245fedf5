"""Loading a base model and its tokenizer from this machine, through transformers.

Nothing is fetched: `fastformula models pull` is what does that. No code that comes
with a model is run, and only safetensors are read, because a pickle is a program.
"""

import logging
import os
import warnings
from collections.abc import Callable
from typing import Any, cast

# huggingface_hub reads the variable when it is imported, and bitsandbytes would look
# for kernels on the network. Each load is told as well, for that import may have
# happened long ago.
os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch
from safetensors import SafetensorError
from transformers import (
    AutoModelForCausalLM,
    BitsAndBytesConfig,
    PreTrainedTokenizerFast,
)
from transformers.utils.logging import disable_progress_bar

from fastformula_models import fim
from fastformula_models.backend import BackendError
from fastformula_models.catalog import base_models
from fastformula_models.source import Source

# These two are not annotated.
_quantization: Callable[..., BitsAndBytesConfig] = BitsAndBytesConfig
_quiet: Callable[[], None] = disable_progress_bar


def load_tokenizer(base: str, revision: str | None) -> fim.GrowingTokenizer:
    """Load a tokenizer as its tokenizer.json says.

    transformers' class for a family of models may put another pre-tokenizer in its
    place, which is how DeepSeek-Coder's has lost its spaces.
    """
    try:
        tokenizer: Any = PreTrainedTokenizerFast.from_pretrained(
            base, revision=revision or "main", local_files_only=True
        )
    except (OSError, ValueError) as error:
        raise BackendError(_absent("tokenizer", base, error)) from None
    return cast(fim.GrowingTokenizer, tokenizer)


def find_device(name: str) -> torch.device:
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


def best_dtype(device: torch.device) -> torch.dtype:
    """Return the type the device computes fastest in without losing range.

    On CPUs without matrix units bfloat16 is slower than float32.
    """
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    return torch.float16 if device.type == "mps" else torch.float32


def quantization_config(name: str, dtype: torch.dtype) -> BitsAndBytesConfig | None:
    """How bitsandbytes stores the weights: "none", "int8" or "nf4"."""
    if name == "int8":
        # Says on every call that its inputs are cast.
        logging.getLogger("bitsandbytes.autograd._functions").setLevel(logging.ERROR)
        warnings.filterwarnings("ignore", message="MatMul8bitLt: inputs will be cast")
        return _quantization(load_in_8bit=True)
    if name == "nf4":
        return _quantization(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=dtype,
        )
    return None


def load_base(source: Source, device: torch.device, quantization: str) -> Any:
    """Load the base, in the numbers that fit device and quantization."""
    # Editors show what a server writes to its error output as errors.
    _quiet()
    dtype = best_dtype(device)
    try:
        return AutoModelForCausalLM.from_pretrained(
            source.base,
            revision=source.revision,
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            dtype=dtype,
            device_map={"": device},
            quantization_config=quantization_config(quantization, dtype),
        )
    except ImportError as error:
        raise BackendError(
            f"Quantization {quantization} cannot be used here: {first_line(error)}."
        ) from None
    except torch.OutOfMemoryError:
        raise BackendError(
            f"The model {source.base} does not fit into the memory of {device}; "
            "set `completion.quantization` to nf4, or choose a smaller base."
        ) from None
    except (OSError, ValueError, SafetensorError) as error:
        raise BackendError(_absent("model", source.base, error)) from None


def first_line(error: Exception) -> str:
    """Return the first line of a library's error."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0].strip().rstrip(".:")[:200]


def _absent(what: str, base: str, error: Exception) -> str:
    message = (
        f"The {what} of {base} cannot be loaded from this machine: {first_line(error)}."
    )
    if base in base_models():
        message += f" `fastformula models pull {base}` fetches it."
    return message
