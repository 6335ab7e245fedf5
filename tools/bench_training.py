"""What a training step takes: memory, time and MFU, beside what `plan` says of it.

    python tools/bench_training.py [--base ID] [--device cuda|cpu] [--tiny]

Builds the real architecture with random weights, so nothing is fetched. Every row is
one run of `train`'s own Trainer; memory on a GPU is what the driver counts, on a CPU
the tensors alive at the highest moment. `--tiny` has the same layers, few and small,
and is the default where there is no GPU.
"""

from __future__ import annotations

import argparse
import dataclasses
import functools
import gc
import logging
import random
import statistics
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers
from fastformula_training.bases import base as bases
from fastformula_training.bases.base import Base, find_base
from fastformula_training.bases.hollow import Storage
from fastformula_training.bases.shapes import model_shape
from fastformula_training.config import RunConfig
from fastformula_training.encoding.packing import Block
from fastformula_training.planning.gpus import GIB, Gpu, this_device
from fastformula_training.planning.memory import estimate, products
from fastformula_training.planning.speed import Work, seconds, share, work
from fastformula_training.run import loop

DEEPSEEK = "deepseek-ai/deepseek-coder-6.7b-base"
STEPS = 4
SAMPLES = 2000
"""Samples of a training set, each as long as a block, in three epochs."""

CASES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("nf4, checkpoints", {"quantization": "nf4", "gradient_checkpointing": True}),
    (
        "nf4, one long row",
        {
            "quantization": "nf4",
            "gradient_checkpointing": True,
            "batch_size": 1,
            "context": 16384,
        },
    ),
    ("nf4", {"quantization": "nf4"}),
    ("bf16, checkpoints", {"precision": "bf16", "gradient_checkpointing": True}),
    ("bf16", {"precision": "bf16"}),
    ("fp32, checkpoints", {"precision": "fp32", "gradient_checkpointing": True}),
    ("fp32", {"precision": "fp32"}),
)


def main() -> None:
    """Measure every case and print the table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--base", default=DEEPSEEK)
    found = "cuda" if torch.cuda.is_available() else "cpu"
    arguments.add_argument("--device", choices=("cuda", "cpu"), default=found)
    arguments.add_argument("--tiny", action="store_true")
    given = arguments.parse_args()
    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore")
    transformers.utils.logging.set_verbosity_error()

    source = find_base(given.base, "")
    shape = model_shape(source)
    tiny = given.tiny or given.device == "cpu"
    if tiny:
        heads = 4
        kept = heads * shape.num_key_value_heads // shape.num_attention_heads
        shape.update(
            {
                "hidden_size": 256,
                "intermediate_size": 688,
                "num_hidden_layers": 6,
                "num_attention_heads": heads,
                "num_key_value_heads": max(1, kept),
                "vocab_size": 4096,
            }
        )
    if given.device == "cpu":
        torch.set_num_threads(1)
    gpu = this_device(given.device == "cpu")
    print(
        f"{given.base}{', tiny' if tiny else ''} on {gpu.name}, "
        f"{gpu.tflops:.3g} TFLOP/s, torch {torch.__version__}\n\n"
        f"| {'run':20} | GiB | plan | off | s/step | plan | tokens/s | MFU "
        f"| {SAMPLES:,} x 3 |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|"
    )
    for name, settings in CASES:
        config = RunConfig(
            base=given.base, data=Path("none"), output=Path("none"), accumulation=1
        )
        config = dataclasses.replace(config, **settings)
        if tiny:
            context = config.context // 8
            config = dataclasses.replace(config, context=context, device="cpu")
        try:
            print(measure(name, config, source, shape, gpu), flush=True)
        except torch.OutOfMemoryError:
            print(f"| {name:20} | out of memory |", flush=True)
        gc.collect()
        if given.device == "cuda":
            torch.cuda.empty_cache()


def measure(name: str, config: RunConfig, source: Base, shape: Any, gpu: Gpu) -> str:
    """One row of the table."""
    precision = config.precision if config.precision != "auto" else "bf16"
    config = dataclasses.replace(config, precision=precision)
    planned = estimate(config, source, shape, precision, 1.0, not gpu.is_cpu)
    if planned.total > 1.2 * gpu.memory:
        return f"| {name:20} | | {planned.total / GIB:.2f} | too large for here |"
    model = make_model(config, source, shape, precision, gpu)
    trained = [weight for weight in model.parameters() if weight.requires_grad]
    used = train(config, model, shape, precision, gpu)
    tokens = config.batch_size * config.context
    needed = work(
        config, shape, *products(model), sum(w.numel() for w in trained), labelled=1.0
    )
    return row(name, config, used, planned.total, tokens, needed, gpu)


def row(
    name: str,
    config: RunConfig,
    used: tuple[int, float],
    planned: int,
    tokens: int,
    needed: Work,
    gpu: Gpu,
) -> str:
    """The figures of a run as a line of Markdown."""
    memory, step = used
    expected = seconds(tokens, needed, share(config, gpu), gpu) if gpu.tflops else 0.0
    rate = tokens / step
    mfu = rate * needed.model / (gpu.tflops * 1e12) if gpu.tflops else 0.0
    hours = SAMPLES * 3 * config.context / rate / 3600
    return (
        f"| {name:20} | {memory / GIB:.3g} | {planned / GIB:.3g} "
        f"| {100 * (planned / memory - 1):+.0f} % | {step:.3g} | {expected:.3g} "
        f"| {rate:,.0f} | {100 * mfu:.0f} % | {hours:.2f} h |"
    )


def make_model(
    config: RunConfig, source: Base, shape: Any, precision: str, gpu: Gpu
) -> Any:
    """The architecture with random weights and LoRA, on the device."""
    device = torch.device("cpu" if gpu.is_cpu else "cuda")
    narrow = torch.bfloat16 if precision == "bf16" else torch.float32
    torch.manual_seed(1)
    with device:
        model = transformers.AutoModelForCausalLM.from_config(shape, dtype=narrow)
    if config.quantization != "none":
        quantize(model, config.quantization, device)
    model.train()
    return bases.add_lora(model, source, config, [], [])


def quantize(model: Any, kind: str, device: torch.device) -> None:
    """Put bitsandbytes' layers in the place of all linear ones but the head."""
    from bitsandbytes import nn

    for parent in list(model.modules()):
        for name, layer in list(parent.named_children()):
            if type(layer) is not torch.nn.Linear:
                continue
            if layer is model.get_output_embeddings():
                continue
            size, bias = (layer.in_features, layer.out_features), layer.bias
            if kind == "nf4":
                new = nn.Linear4bit(
                    *size,
                    bias=bias is not None,
                    compute_dtype=layer.weight.dtype,
                    quant_type="nf4",
                    device="meta",
                )
                new.weight = nn.Params4bit(
                    layer.weight.data.cpu(), requires_grad=False, quant_type="nf4"
                )
            else:
                new = nn.Linear8bitLt(
                    *size, bias is not None, has_fp16_weights=False, device="meta"
                )
                new.weight = nn.Int8Params(layer.weight.data.cpu(), requires_grad=False)
            new.bias = bias
            setattr(parent, name, new.to(device))
    setattr(model, "is_loaded_in_4bit" if kind == "nf4" else "is_loaded_in_8bit", True)


def train(
    config: RunConfig, model: Any, shape: Any, precision: Any, gpu: Gpu
) -> tuple[int, float]:
    """Bytes at the highest moment, and seconds of a step: the median of some."""
    blocks = random_blocks(config, shape.vocab_size)
    clock = Clock()
    if not gpu.is_cpu:
        torch.cuda.reset_peak_memory_stats()
    with tempfile.TemporaryDirectory() as folder:
        config = dataclasses.replace(
            config, output=Path(folder), max_steps=STEPS, save_steps=10**6
        )
        trainer = loop.WeightedTrainer(
            model=model,
            args=loop.make_arguments(config, precision),
            data_collator=functools.partial(loop.make_batch, pad=0),
            train_dataset=blocks,
            callbacks=[clock],
        )
        trainer.train()
    step = statistics.median(clock.times[1:])
    if not gpu.is_cpu:
        free, total = torch.cuda.mem_get_info()
        context = total - free - torch.cuda.memory_reserved()
        return torch.cuda.max_memory_reserved() + context, step
    return live_bytes(config, trainer, blocks, precision), step


def live_bytes(
    config: RunConfig, trainer: Any, blocks: list[Block], precision: str
) -> int:
    """The tensors that are alive at the highest moment of one more step."""
    model = trainer.model
    for weight in model.parameters():
        if weight.requires_grad:
            weight.grad = torch.zeros_like(weight)
    inputs = loop.make_batch(blocks[: config.batch_size], pad=0)
    states = trainer.optimizer.optimizer.state.values()
    held = [
        *model.parameters(),
        *model.buffers(),
        *(weight.grad for weight in model.parameters() if weight.grad is not None),
        *(each for state in states for each in state.values()),
        *quantisation_tensors(model),
    ]
    with Storage() as storage:
        for tensor in held:
            if isinstance(tensor, torch.Tensor):
                storage.count(tensor)
        narrow = precision == "bf16"
        with torch.autocast("cpu", torch.bfloat16, enabled=narrow):
            loss = trainer.compute_loss(model, inputs)
        loss.backward()
        return storage.most


def quantisation_tensors(model: Any) -> list[torch.Tensor]:
    """The scales that 4-bit weights are kept with."""
    states = [getattr(w, "quant_state", None) for w in model.parameters()]
    nested = [state.state2 for state in states if state is not None and state.nested]
    return [state.absmax for state in (*states, *nested) if state is not None]


def random_blocks(config: RunConfig, vocabulary: int) -> list[Block]:
    """Blocks of rows of random tokens, each of which predicts the next."""
    draw = np.random.default_rng(1)
    cut = random.Random(1)
    blocks = []
    for _ in range(config.batch_size * (STEPS + 1)):
        ids = draw.integers(0, vocabulary, config.context)
        positions: list[int] = []
        while len(positions) < config.context:
            length = cut.randint(config.context // 8, config.context // 3)
            positions.extend(range(length))
        if config.context > 8192:
            positions = list(range(config.context))
        blocks.append(
            Block(
                ids,
                np.array(positions[: config.context], dtype=np.int64),
                np.roll(ids, -1),
                np.ones(config.context, dtype=np.float32),
            )
        )
    return blocks


class Clock(transformers.TrainerCallback):
    """Takes the time of every step."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self.started = 0.0

    def on_step_begin(self, *_: Any, **__: Any) -> None:
        """Start."""
        self.started = now()

    def on_step_end(self, *_: Any, **__: Any) -> None:
        """Stop."""
        self.times.append(now() - self.started)


def now() -> float:
    """Seconds, when the device has done what it was asked; of work, on a CPU.

    There one thread computes, and what else the machine does is left out.
    """
    if not torch.cuda.is_available():
        return time.process_time()
    torch.cuda.synchronize()
    return time.perf_counter()


if __name__ == "__main__":
    main()
