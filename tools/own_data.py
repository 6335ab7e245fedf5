"""Data, a small base and its loss, made anew: what the training benchmarks run on."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastformula_training.bases.init import BaseConfig, init_base
from fastformula_training.config import RunConfig
from fastformula_training.data.prepare import PrepareConfig, prepare
from fastformula_training.data.synthesize import write_formulas
from fastformula_training.encoding.packing import Block

ROOT = Path(__file__).parents[1]
OWN = [ROOT / "docs/examples", ROOT / "tests/training/formulas"]


@dataclass(frozen=True, slots=True)
class Own:
    """Where the rows and the base are, and the recipe that trains one on the other."""

    data: Path
    base: Path
    recipe: RunConfig


def make_own(
    folder: Path, formulas: int, settings: dict[str, Any], **shape: Any
) -> Own:
    """Write formulas, cut them into rows, and make a base with random weights."""
    data = make_data(folder, formulas, 1)
    base = init_base(
        BaseConfig(documents=data / "documents.jsonl", output=folder / "base", **shape)
    )
    recipe = RunConfig(
        base=str(base),
        data=data,
        output=folder / "run",
        device="cpu",
        threads=1,
        context_share=0.0,
        lora_dropout=0.0,
        **settings,
    )
    return Own(data, base, recipe)


def more_data(folder: Path, formulas: int) -> Path:
    """Rows of other formulas, with names of words that the first have not."""
    return make_data(folder, formulas, 2, invented=1.0)


def make_data(folder: Path, formulas: int, seed: int, invented: float = 0.0) -> Path:
    """Write formulas and cut them into rows."""
    sources = [write_formulas(formulas, seed, folder / "formulas", invented)]
    if not invented:
        sources += OWN
    data = folder / "data"
    with contextlib.redirect_stderr(io.StringIO()):
        prepare(sources, data, PrepareConfig(contexts=0.0))
    return data


def mean_loss(model: Any, blocks: list[Block]) -> float:
    """The loss of a model per token that has one, wherever the model is."""
    import torch
    from fastformula_training.run.loop import make_batch

    model.eval()
    total, weight = 0.0, 0.0
    with torch.no_grad():
        for block in blocks:
            batch = make_batch([block], pad=0)
            inputs = {name: each.to(model.device) for name, each in batch.items()}
            logits = model(
                input_ids=inputs["input_ids"],
                position_ids=inputs["position_ids"],
                use_cache=False,
            ).logits.float()
            each = torch.nn.functional.cross_entropy(
                logits[0], inputs["labels"][0], reduction="none"
            )
            total += float((each * inputs["weights"][0]).sum())
            weight += float(inputs["weights"].sum())
    model.train()
    return total / weight
