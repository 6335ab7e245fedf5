"""The usual claims about fine-tuning, measured on a small model and data of our own.

    python tools/bench_claims.py [--hidden 128] [--layers 4] [--rows 200]

A base is trained from nothing on formulas that a program wrote, then adapters on others
with names that the base never saw. Losses are per token of a middle, on formulas held
out. All runs have one thread; on an idle core it takes about ten minutes. What needs
the real models is in bench_training.py.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import math
import tempfile
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
import transformers
from fastformula_training.bases import base as bases
from fastformula_training.bases.base import find_base
from fastformula_training.bases.shapes import known_shapes, model_shape
from fastformula_training.config import RunConfig
from fastformula_training.encoding.dataset import encode_file
from fastformula_training.encoding.packing import make_blocks
from fastformula_training.planning.memory import estimate
from fastformula_training.run.train import train
from own_data import Own, make_own, mean_loss, more_data

GB = 1e9


def main() -> None:
    """Print every table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--hidden", type=int, default=128)
    arguments.add_argument("--layers", type=int, default=4)
    arguments.add_argument("--formulas", type=int, default=80)
    arguments.add_argument("--rows", type=int, default=200)
    given = arguments.parse_args()
    warnings.filterwarnings("ignore")
    transformers.utils.logging.set_verbosity_error()
    torch.set_num_threads(1)
    print("## Bases\n")
    print_lines(base_table())
    with tempfile.TemporaryDirectory() as folder:
        own = make_own(
            Path(folder) / "own",
            given.formulas,
            {"context": 512, "longest_middle": 64, "rows": given.rows},
            hidden=given.hidden,
            intermediate=given.hidden * 8 // 3 // 64 * 64,
            layers=given.layers,
            heads=given.hidden // 64,
            vocabulary=2048,
        )
        print("\n## Accumulation\n")
        print_lines(accumulation(own))
        print("\n## A base from nothing, all weights\n")
        base, lines = whole(own)
        print_lines(lines)
        print("\n## What fewer bits cost\n")
        print_lines(bits(own, base))
        print("\n## Adapters on other formulas\n")
        data = more_data(Path(folder) / "other", given.formulas // 2)
        print_lines(adapters(own, base, data))


def print_lines(lines: Iterator[str]) -> None:
    """Print each line as soon as it is there."""
    for line in lines:
        print(line, flush=True)


def base_table() -> Iterator[str]:
    """Bases by what can be told without their weights."""
    yield (
        "| base | parameters | LoRA r 16 | share | weights bf16 / nf4, GB "
        "| training nf4, 2 x 2,048, GB |"
    )
    yield "|---|--:|--:|--:|--:|--:|"
    for name in known_shapes():
        source = find_base(name, "")
        shape = model_shape(source)
        config = RunConfig(
            base=name,
            data=Path("none"),
            output=Path("none"),
            quantization="nf4",
            gradient_checkpointing=True,
        )
        planned = estimate(config, source, shape, "bf16", 1.0, gpu=True)
        sizes = planned.sizes
        yield (
            f"| {name} | {sizes.parameters:,} | {sizes.trainable:,} "
            f"| {100 * sizes.trainable / sizes.parameters:.2f} % "
            f"| {2 * sizes.parameters / GB:.2f} / {sizes.stored / GB:.2f} "
            f"| {planned.total / GB:.1f} |"
        )


def accumulation(own: Own) -> Iterator[str]:
    """Losses of 2 x 8 blocks a step beside those of 16 x 1."""
    run = dataclasses.replace(own.recipe, method="full", max_steps=6, log_steps=1)
    run = dataclasses.replace(run, packing=False, precision="fp32")
    losses = []
    for size, passes in ((2, 8), (16, 1)):
        output = own.recipe.output.with_name(f"accumulated-{size}")
        train(
            dataclasses.replace(
                run, batch_size=size, accumulation=passes, output=output
            ),
            quiet=True,
        )
        losses.append(logged(output))
        yield f"{size} x {passes}: " + " ".join(f"{each:.6f}" for each in losses[-1])
    worst = max(abs(a - b) for a, b in zip(*losses, strict=True))
    yield f"largest difference: {worst:.1e}"


def whole(own: Own) -> tuple[Path, Iterator[str]]:
    """Train a base from random weights; where it is, and the losses on the way."""
    output = own.recipe.output.with_name("whole")
    run = dataclasses.replace(
        own.recipe,
        method="full",
        output=output,
        rows=0,
        epochs=4.0,
        batch_size=4,
        accumulation=1,
        learning_rate=2e-3,
        prompt_loss_weight=0.5,
    )

    def lines() -> Iterator[str]:
        before = loss(str(own.base), run)
        result = train(run, quiet=True)
        yield f"{result.parameters:,} parameters, {result.steps} steps"
        yield f"loss before {before:.3f}, after {result.validation_loss:.3f}"

    return output / "model", lines()


def bits(own: Own, base: Path) -> Iterator[str]:
    """The same weights in fewer bits, on the same rows."""
    yield "| weights | loss | cost | perplexity |"
    yield "|---|--:|--:|--:|"
    first = math.nan
    for kind, precision in (
        ("none", "fp32"),
        ("none", "bf16"),
        ("int8", "fp32"),
        ("nf4", "fp32"),
    ):
        run = dataclasses.replace(own.recipe, quantization=kind)
        value = loss(str(base), run, precision)
        first = value if math.isnan(first) else first
        yield (
            f"| {precision if kind == 'none' else kind} | {value:.4f} "
            f"| {value - first:+.4f} | {math.exp(value):.3f} |"
        )


SWEEP: tuple[tuple[str, dict[str, Any]], ...] = (
    ("overview: r 16, 2 x 8, 2e-4", {}),
    ("one pass a step: 2 x 1", {"accumulation": 1}),
    ("rate 1e-3", {"learning_rate": 1e-3}),
    ("2 x 1, rate 1e-3", {"accumulation": 1, "learning_rate": 1e-3}),
    ("2 x 1, rate 4e-3", {"accumulation": 1, "learning_rate": 4e-3}),
    (
        "2 x 1, rate 1e-3, r 64",
        {"accumulation": 1, "learning_rate": 1e-3, "lora_r": 64, "lora_alpha": 128},
    ),
    (
        "2 x 1, rate 1e-3, bf16",
        {"accumulation": 1, "learning_rate": 1e-3, "precision": "bf16"},
    ),
)


def adapters(own: Own, base: Path, data: Path) -> Iterator[str]:
    """Held-out losses after one and three epochs, by settings."""
    run = dataclasses.replace(own.recipe, base=str(base), data=data)
    yield f"loss before: {loss(str(base), run):.4f}\n"
    yield "| settings | steps | 1 epoch | 3 epochs | seconds of work |"
    yield "|---|--:|--:|--:|--:|"
    for number, (name, settings) in enumerate(SWEEP):
        ends = []
        started = time.process_time()
        for epochs in (1.0, 3.0):
            output = own.recipe.output.with_name(f"adapter-{number}-{epochs:.0f}")
            changed = dataclasses.replace(run, epochs=epochs, output=output, **settings)
            ends.append(train(changed, quiet=True))
        yield (
            f"| {name} | {ends[1].steps} | {ends[0].validation_loss:.4f} "
            f"| {ends[1].validation_loss:.4f} | {time.process_time() - started:.0f} |"
        )


def logged(output: Path) -> list[float]:
    """The losses in a run's log."""
    lines = (output / "log.jsonl").read_text(encoding="utf-8").splitlines()
    return [line["loss"] for line in map(json.loads, lines) if "loss" in line]


def loss(location: str, config: RunConfig, precision: str = "fp32") -> float:
    """The loss of a model per token of the middles of validation.jsonl."""
    source = find_base(location, "")
    tokenizer = bases.load_tokenizer(source, False)
    fmt = bases.choose_format("", tokenizer)
    held = encode_file(
        config.data / "validation.jsonl", tokenizer, fmt, config, held_out=True
    )
    blocks = make_blocks(held, config.context, True, 0.0, 1)
    return mean_loss(bases.load_model(source, config, precision), blocks)


if __name__ == "__main__":
    main()
