"""An adapter put into its base's weights: a model that needs no peft to be served.

Tensors are read, changed and written one after the other, in files of at most
`LONGEST_FILE`, so a base of any size needs no more memory than that and a few of its
matrices. Sums are taken in 32 bits and written in the base's own numbers.
"""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastformula_models.adapters import WEIGHTS, Adapter, open_adapter
from fastformula_models.card import save_card

from fastformula_training.bases.base import Base, find_base, refuse_pickles
from fastformula_training.error import TrainingError

if TYPE_CHECKING:
    import torch

LONGEST_FILE = 2 << 30
"""Bytes of weights in one file."""

MODEL = "base_model.model."
TOKENS = "token_adapter.trainable_tokens_delta"

Change = Mapping[str, "torch.Tensor"]
"""What an adapter has for one matrix, by what peft calls it."""


def merge(adapter: Path, out: Path, base: str = "", download: bool = False) -> Path:
    """Write the adapter's base with the adapter in it to `out`, and return it.

    `base` is where the base is now, if not where the card says. Raises BackendError
    for what is no adapter, and TrainingError where `out` holds something, the base is
    not there, or its layers are not those that the adapter was trained on.
    """
    opened = open_adapter(adapter)
    if out.exists() and any(out.iterdir()):
        raise TrainingError(f"{out} is not empty; choose another folder.")
    source = find_base(base or opened.card.base, opened.card.revision)
    if base and not Path(base).is_dir() and source.name != opened.card.base:
        raise TrainingError(
            f"The adapter {adapter} was trained on {opened.card.base}, not on "
            f"{source.name}."
        )
    folder = _base_folder(source, download)
    part = out.with_name(out.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        _write(opened, folder, part)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    if out.exists():
        out.rmdir()
    part.replace(out)
    return out


def _base_folder(source: Base, download: bool) -> Path:
    """Where the base's files are, fetched first where that is allowed."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    refuse_pickles(source)
    if Path(source.location).is_dir():
        return Path(source.location)
    try:
        return Path(
            snapshot_download(
                source.location,
                revision=source.revision or None,
                local_files_only=not download,
                allow_patterns=["*.safetensors", "*.json"],
            )
        )
    except (LocalEntryNotFoundError, HfHubHTTPError, OSError) as error:
        raise TrainingError(
            f"The base {source.name} is not on this machine; `fastformula models pull "
            f"{source.name}` fetches it, or name its folder with --base."
        ) from error


def _write(adapter: Adapter, base: Path, part: Path) -> None:
    from safetensors.torch import load_file

    settings = json.loads(
        (adapter.folder / "adapter_config.json").read_text(encoding="utf-8")
    )
    changes: dict[str, dict[str, torch.Tensor]] = {}
    for name, tensor in load_file(adapter.folder / WEIGHTS).items():
        layer, _, what = name.removeprefix(MODEL).rpartition(
            TOKENS if name.endswith(TOKENS) else "lora_"
        )
        what = TOKENS if name.endswith(TOKENS) else what.removesuffix(".weight")
        changes.setdefault(layer.removesuffix("."), {})[what] = tensor
    left = set(changes)
    files = _Files(part)
    for name, tensor in _tensors(base):
        layer = name.removesuffix(".weight")
        if layer in changes:
            left.discard(layer)
            tensor = _changed(adapter.folder, layer, tensor, changes[layer], settings)
        files.add(name, tensor)
    files.close()
    if left:
        raise TrainingError(
            f"The adapter {adapter.folder} does not fit the base {base}, which has no "
            f"layer {min(left)}."
        )
    for path in (base / "config.json", base / "generation_config.json"):
        if path.is_file():
            shutil.copyfile(path, part / path.name)
    own = (adapter.folder / "tokenizer.json").is_file()
    for path in (adapter.folder if own else base).glob("*token*.json"):
        shutil.copyfile(path, part / path.name)
    # The weights are whole: what they were trained from is not needed to use them.
    save_card(replace(adapter.card, revision=""), part)


def _tensors(base: Path) -> Iterator[tuple[str, torch.Tensor]]:
    """The tensors of a folder one by one; raises TrainingError where it has none."""
    from safetensors import SafetensorError, safe_open

    paths = sorted(base.glob("*.safetensors"))
    if not paths:
        raise TrainingError(f"The base {base} has no safetensors.")
    for path in paths:
        try:
            with safe_open(str(path), framework="pt") as file:
                for name in file.keys():  # noqa: SIM118
                    yield name, file.get_tensor(name)
        except SafetensorError as error:
            raise TrainingError(f"{path} is damaged: {error}.") from error


def _changed(
    adapter: Path,
    layer: str,
    tensor: torch.Tensor,
    change: Change,
    settings: Mapping[str, Any],
) -> torch.Tensor:
    """A matrix of the base as the adapter has it; raises TrainingError for others."""
    try:
        weight = tensor.float()
        if TOKENS in change:
            weight[_rows(layer, settings)] = change[TOKENS].float()
        if "A" in change:
            weight = _with_lora(layer, weight, change, settings)
    except (RuntimeError, IndexError) as error:
        raise TrainingError(
            f"The adapter {adapter} does not fit the base: its layer {layer} has "
            "another shape."
        ) from error
    return weight.to(tensor.dtype).contiguous()


def _with_lora(
    layer: str, weight: torch.Tensor, change: Change, settings: Mapping[str, Any]
) -> torch.Tensor:
    rank = change["A"].shape[0]
    divisor = math.sqrt(rank) if settings["use_rslora"] else rank
    scale = settings["lora_alpha"] / divisor
    weight = weight + scale * (change["B"].float() @ change["A"].float())
    if "magnitude_vector" not in change:
        return weight
    # DoRA: the rows keep the directions and get the lengths that were learnt.
    lengths = change["magnitude_vector"].float() / weight.norm(dim=1)
    turned: torch.Tensor = weight * lengths[:, None]
    return turned


def _rows(layer: str, settings: Mapping[str, Any]) -> list[int]:
    """The rows of new tokens in an embedding, or in the head."""
    rows: dict[str, list[int]] = settings["trainable_token_indices"]
    return rows[layer.rpartition(".")[2]]


class _Files:
    """Weights on their way into files, which get their names when all are there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.held: dict[str, torch.Tensor] = {}
        self.size = 0
        self.files: list[list[str]] = []
        self.total = 0

    def add(self, name: str, tensor: torch.Tensor) -> None:
        size = tensor.numel() * tensor.element_size()
        if self.held and self.size + size > LONGEST_FILE:
            self._flush()
        self.held[name] = tensor
        self.size += size
        self.total += size

    def _flush(self) -> None:
        from safetensors.torch import save_file

        save_file(self.held, self._draft(len(self.files)), {"format": "pt"})
        self.files.append(list(self.held))
        self.held, self.size = {}, 0

    def _draft(self, number: int) -> Path:
        return self.folder / f"{number}.safetensors"

    def close(self) -> None:
        self._flush()
        count = len(self.files)
        if count == 1:
            self._draft(0).replace(self.folder / "model.safetensors")
            return
        places: dict[str, str] = {}
        for number, names in enumerate(self.files):
            title = f"model-{number + 1:05}-of-{count:05}.safetensors"
            self._draft(number).replace(self.folder / title)
            places |= dict.fromkeys(names, title)
        index = {"metadata": {"total_size": self.total}, "weight_map": places}
        (self.folder / "model.safetensors.index.json").write_text(
            json.dumps(index, indent=2) + "\n", encoding="utf-8"
        )
