"""What this machine can do with a recipe: number formats, optimisers, memory.

Imports torch inside its functions only.
"""

from __future__ import annotations

import errno
import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from safetensors import SafetensorError

from fastformula_training.config import RunConfig
from fastformula_training.error import TrainingError

Precision = Literal["fp32", "bf16", "fp16"]

OF_TORCH = ("adamw_torch", "adamw_torch_fused", "adafactor", "sgd")
"""The optimisers that need no bitsandbytes."""

FULL = (errno.ENOSPC, errno.EDQUOT)
"""What the system says of a disk, or a share of one, that is full."""


def has_gpu(config: RunConfig) -> bool:
    """Whether the run is on a CUDA GPU."""
    import torch

    return config.device != "cpu" and torch.cuda.is_available()


def find_precision(config: RunConfig) -> Precision:
    """The number format of the run; raises TrainingError for fp16 on a CPU.

    Cards before Ampere only emulate bf16, slower than they compute in fp16.
    """
    import torch

    gpu = has_gpu(config)
    if config.precision == "fp16" and not gpu:
        raise TrainingError("fp16 needs a GPU; use fp32 or bf16.")
    if config.precision != "auto":
        return config.precision
    if not gpu:
        return "fp32"
    own = torch.cuda.is_bf16_supported(including_emulation=False)
    return "bf16" if own else "fp16"


def check_optimizer(config: RunConfig) -> None:
    """Raise TrainingError for an optimiser that cannot run here."""
    name = config.optimizer
    if name.startswith("paged_") and not has_gpu(config):
        raise TrainingError(
            f"`{name}` moves its state between the memories of a CUDA GPU and of the "
            "computer, and there is no such GPU here; use adamw_8bit or adamw_torch."
        )
    if name not in OF_TORCH and importlib.util.find_spec("bitsandbytes") is None:
        raise TrainingError(
            f"`{name}` needs the package bitsandbytes: run `pip install bitsandbytes` "
            "or use adamw_torch."
        )


@contextmanager
def explained(config: RunConfig) -> Iterator[None]:
    """Say in one sentence that memory or disk was not enough, and what to do."""
    import torch

    try:
        yield
    except torch.OutOfMemoryError as error:
        raise TrainingError(_out_of_memory(config, "The GPU's memory")) from error
    except (OSError, RuntimeError, SafetensorError) as error:
        if "can't allocate memory" in str(error):
            raise TrainingError(_out_of_memory(config, "The memory")) from error
        if not _is_full(error):
            raise
        raise TrainingError(
            f"The disk of {config.output} is full: make room, or lower "
            "`keep_checkpoints`, and go on with --resume."
        ) from error


def _is_full(error: Exception) -> bool:
    """Whether a disk is full, in the words of Python, Rust or torch."""
    if isinstance(error, OSError):
        return error.errno in FULL
    said = str(error)
    return "os error 28" in said or "PytorchStreamWriter failed writing" in said


def _out_of_memory(config: RunConfig, what: str) -> str:
    ways = []
    if not config.gradient_checkpointing:
        ways.append("set `gradient_checkpointing = true`")
    if config.batch_size > 1:
        ways.append(
            f"halve `batch_size` (now {config.batch_size}) and double `accumulation`"
        )
    if config.method == "full":
        ways.append('train an adapter (`method = "lora"`)')
    elif config.quantization != "nf4":
        ways.append('set `quantization = "nf4"`')
    ways.append(f"lower `context` (now {config.context})")
    return f"{what} is not enough: {'; or '.join(ways)}."
