"""A trained transformers folder to the files that the embedded backend reads.

The weights become int8 with a float16 scale a row, a quarter of their size; the shape
of the model goes into the metadata of the same file.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from fastformula_models.backend import BackendError
from fastformula_models.bpe import BpeTokenizer
from fastformula_models.card import load_card, save_card
from fastformula_models.llama import SCALE, Llama, Shape

from fastformula_training.error import TrainingError

if TYPE_CHECKING:
    from collections.abc import Mapping

Storage = Literal["int8", "float16"]


def export(model: Path, out: Path, storage: Storage = "int8") -> int:
    """Write `model` to `out` and return the bytes of its weights.

    `out` is replaced file by file, once all is known to load. Raises TrainingError
    for a model of another architecture, without a card, or with another tokenizer.
    """
    from safetensors.numpy import save_file

    tensors, shape = _read(model)
    part = out.with_name(out.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    stored = {
        name: array
        for name, tensor in tensors.items()
        for name, array in _stored(name, tensor, storage).items()
    }
    metadata = {"format": "np", "shape": json.dumps(asdict(shape))}
    save_file(stored, part / "model.safetensors", metadata)
    _write_tokenizer(model / "tokenizer.json", part / "tokenizer.json")
    try:
        # The weights are whole: what they were trained from is not needed to use them.
        save_card(replace(load_card(model), base="", revision=""), part)
        BpeTokenizer(part / "tokenizer.json")
        Llama(part / "model.safetensors")
    except (BackendError, KeyError) as error:
        raise TrainingError(f"{model} cannot be exported: {error}") from error
    out.mkdir(parents=True, exist_ok=True)
    for path in part.iterdir():
        path.replace(out / path.name)
    part.rmdir()
    return (out / "model.safetensors").stat().st_size


def _read(model: Path) -> tuple[Mapping[str, np.ndarray[Any, Any]], Shape]:
    """The tensors and the shape of a Llama; raises TrainingError for anything else."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file
    from transformers import AutoConfig

    try:
        config = AutoConfig.from_pretrained(model, local_files_only=True)
        tensors = load_file(model / "model.safetensors")
    except (OSError, ValueError, SafetensorError) as error:
        raise TrainingError(f"Cannot read a model from {model}: {error}") from error
    plain = (
        config.model_type == "llama"
        and config.tie_word_embeddings
        and config.hidden_act == "silu"
        and not config.attention_bias
        and not config.mlp_bias
        and config.rope_parameters["rope_type"] == "default"
    )
    if not plain:
        raise TrainingError(
            f"{model} is not a plain Llama with tied embeddings; only such models "
            "run in the embedded backend."
        )
    shape = Shape(
        layers=config.num_hidden_layers,
        heads=config.num_attention_heads,
        kv_heads=config.num_key_value_heads,
        head_size=config.head_dim,
        context=config.max_position_embeddings,
        rope_theta=float(config.rope_parameters["rope_theta"]),
        norm_epsilon=float(config.rms_norm_eps),
    )
    return {name: t.float().numpy() for name, t in tensors.items()}, shape


def _stored(
    name: str, tensor: np.ndarray[Any, Any], storage: Storage
) -> dict[str, np.ndarray[Any, Any]]:
    """The tensor as it is kept; norms are small and stay as they are."""
    if tensor.ndim == 1:
        return {name: tensor.astype(np.float32)}
    if storage == "float16":
        return {name: tensor.astype(np.float16)}
    scale = (np.abs(tensor).max(axis=1) / 127).astype(np.float16)
    # Rows of zeros, and those whose scale float16 cannot hold, must not divide by 0.
    divisor = np.maximum(scale.astype(np.float32), np.finfo(np.float16).tiny)[:, None]
    whole = np.clip(np.rint(tensor / divisor), -127, 127)
    return {name: whole.astype(np.int8), name + SCALE: divisor[:, 0].astype(np.float16)}


def _write_tokenizer(source: Path, target: Path) -> None:
    """The tokenizer without blanks, half the size."""
    data = json.loads(source.read_text(encoding="utf-8"))
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    target.write_text(text + "\n", encoding="utf-8", newline="\n")
