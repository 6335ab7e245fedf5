"""What a run will need and take, before anything of it is loaded or fetched."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from fastformula_training.bases.base import Base, find_base, load_tokenizer
from fastformula_training.bases.shapes import (
    UnknownShapeError,
    known_shapes,
    model_shape,
)
from fastformula_training.config import RunConfig
from fastformula_training.encoding.mixture import training_examples
from fastformula_training.error import TrainingError
from fastformula_training.planning.gpus import GIB, Gpu, this_device
from fastformula_training.planning.memory import Memory, estimate
from fastformula_training.planning.speed import Share, Work, seconds, share, work

CHARACTERS_PER_TOKEN = 3.5
"""Of formulas, where no tokenizer is at hand; docs/training.md has it by base."""

FILLED = 0.94
"""The share of a packed block that holds rows (training/LOG.md)."""

LABELLED = 0.5
"""The share of a batch's tokens with a loss, where there are no rows to tell."""


class Data(NamedTuple):
    """How much there is to train on, counted in rows and estimated in tokens."""

    rows: int
    tokens: float
    labelled: float
    """The share of all tokens that have a loss."""
    most_labelled: float
    """The same of a batch; nine rows in ten have less."""


class Change(NamedTuple):
    """Settings that make a run fit, as one writes them, and what it then takes."""

    settings: tuple[str, ...]
    bytes: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run needs and takes on a device."""

    base: str
    gpu: Gpu
    precision: str
    memory: Memory
    work: Work
    share: Share
    tokens: float
    """Of one step."""
    data: Data | None
    """None where there is nothing to train on yet."""
    steps: int
    """0 where neither data nor settings tell."""
    changes: tuple[Change, ...]
    """What would make it fit, where it does not."""

    @property
    def fits(self) -> bool:
        """Whether the device has the memory."""
        return self.memory.total <= self.gpu.memory

    @property
    def step_seconds(self) -> float:
        """How long a step takes; `nan` where the rate in its precision is unknown."""
        if not self.gpu.tflops or (self.precision == "fp32" and not self.gpu.is_cpu):
            return math.nan
        return seconds(self.tokens, self.work, self.share, self.gpu)


def make_plan(config: RunConfig, gpu: Gpu) -> Plan:
    """Plan a run; raises BackendError and TrainingError for a base nobody knows."""
    base = find_base(config.base, config.revision)
    shape = model_shape(base)
    data = read_data(config, base)
    precision = precision_on(config, gpu)
    unknown = 1.0 if config.prompt_loss_weight else LABELLED
    most_labelled = data.most_labelled if data else unknown
    memory = _memory(config, base, shape, gpu, most_labelled)
    sizes = memory.sizes
    fits = memory.total <= gpu.memory
    tokens = config.batch_size * config.accumulation * _filled(config, data)
    steps = config.max_steps
    if data and not steps:
        blocks = data.tokens / _filled(config, data) if config.packing else data.rows
        passes = math.ceil(blocks / config.batch_size)
        steps = math.ceil(math.ceil(passes / config.accumulation) * config.epochs)
    return Plan(
        base.name,
        gpu,
        precision,
        memory,
        work(
            config,
            shape,
            sizes.linear,
            sizes.head,
            sizes.trainable,
            data.labelled if data else unknown,
        ),
        share(config, gpu),
        tokens,
        data,
        steps,
        () if fits else tuple(_advice(config, base, shape, gpu, most_labelled)),
    )


def require_fit(config: RunConfig) -> None:
    """Raise TrainingError, with what to change, for a run that this device cannot hold.

    A model that is small beside the device's memory is not looked at closely, and one
    that is yet to be fetched not at all, where nothing says what it is built like.
    """
    gpu = this_device(config.device == "cpu")
    base = find_base(config.base, config.revision)
    try:
        shape = model_shape(base)
    except UnknownShapeError:
        return
    if _ample(config, shape) < gpu.memory / 4:
        return
    plan = make_plan(config, gpu)
    if not plan.fits:
        raise TrainingError(refusal(plan, config))


def refusal(plan: Plan, config: RunConfig) -> str:
    """Why a run cannot start, and which settings would let it."""
    said = (
        f"The run needs about {plan.memory.total / GIB:.1f} GiB, and "
        f"{plan.gpu.name} has {plan.gpu.memory / GIB:.1f} GiB. "
    )
    if plan.changes:
        offers = "; or ".join(
            f"{' '.join(change.settings)} ({change.bytes / GIB:.1f} GiB)"
            for change in plan.changes
        )
        return f"{said}It would fit with {offers}."
    smaller = _largest_that_fits(plan, config)
    if smaller:
        return (
            f"{said}No settings make this base fit; the largest that does: {smaller}."
        )
    return f"{said}No known base fits; a larger card is needed."


def _advice(
    config: RunConfig, base: Base, shape: Any, gpu: Gpu, labelled: float
) -> list[Change]:
    """Each setting that alone makes the run fit; else the fewest that do together."""

    def needed(change: dict[str, Any]) -> int:
        changed = dataclasses.replace(config, **change)
        return _memory(changed, base, shape, gpu, labelled).total

    milder = list(_milder(config))
    sizes = [needed(change) for change in milder]
    alone = [
        Change(_written(change), size)
        for change, size in zip(milder, sizes, strict=True)
        if size <= gpu.memory
    ]
    if alone:
        return alone
    together: dict[str, Any] = {}
    for change in milder:
        together |= change
        if (size := needed(together)) <= gpu.memory:
            return [Change(_written(together), size)]
    return []


def _milder(config: RunConfig) -> Iterator[dict[str, Any]]:
    """Changes that save memory, those first that change least of what is learnt."""
    if not config.gradient_checkpointing:
        yield {"gradient_checkpointing": True}
    if config.batch_size > 1:
        yield {
            "batch_size": 1,
            "accumulation": config.accumulation * config.batch_size,
        }
    if config.optimizer.startswith("adamw") and not config.optimizer.endswith("8bit"):
        yield {"optimizer": "paged_adamw_8bit"}
    if config.method == "full":
        yield {"method": "lora"}
    if config.quantization != "nf4":
        yield {"quantization": "nf4", "method": "lora"}
    for context in (1024, 512):
        if context < config.context:
            yield {
                "context": context,
                "longest_middle": min(config.longest_middle, context // 4),
            }


def _largest_that_fits(plan: Plan, config: RunConfig) -> str:
    """The name of a base that fits with all that saves memory, if there is one."""
    changes: dict[str, Any] = {}
    for change in _milder(config):
        changes |= change
    config = dataclasses.replace(
        config, **changes, lora_targets=(), domain_tokens=(), format=""
    )
    known = [find_base(name, "") for name in known_shapes()]
    shapes = [(base, model_shape(base)) for base in known]
    for base, shape in sorted(shapes, key=lambda each: -_ample(config, each[1])):
        memory = _memory(config, base, shape, plan.gpu, LABELLED)
        if memory.total <= plan.gpu.memory:
            return base.name
    return ""


def _written(change: dict[str, Any]) -> tuple[str, ...]:
    return tuple(
        f"{key}={str(value).lower() if isinstance(value, bool) else value}"
        for key, value in change.items()
    )


def _memory(
    config: RunConfig, base: Base, shape: Any, gpu: Gpu, labelled: float
) -> Memory:
    precision = precision_on(config, gpu)
    return estimate(config, base, shape, precision, labelled, not gpu.is_cpu)


def precision_on(config: RunConfig, gpu: Gpu) -> str:
    """The number format that `precision` means on a device."""
    if config.precision != "auto":
        return config.precision
    if gpu.is_cpu:
        return "fp32"
    return "bf16" if gpu.bf16 else "fp16"


def read_data(config: RunConfig, base: Base) -> Data | None:
    """Count what there is to train on; None where nothing is prepared yet."""
    path = config.data / "train.jsonl"
    if not path.is_file():
        return None
    rows = [example.row for example in training_examples(path, config)]
    if not rows:
        return None
    ratio = _characters_per_token(base, [row.middle + row.suffix for row in rows[:200]])
    longest = config.context - config.longest_middle
    middles = [len(row.middle) / ratio for row in rows]
    prompts = [
        min((len(row.prefix) + len(row.suffix) + len(row.instruction)) / ratio, longest)
        for row in rows
    ]
    tokens = sum(middles) + sum(prompts)
    shares = sorted(m / max(1.0, m + p) for m, p in zip(middles, prompts, strict=True))
    if config.prompt_loss_weight:
        return Data(len(rows), tokens, 1.0, 1.0)
    most = shares[len(shares) * 9 // 10]
    return Data(len(rows), tokens, sum(middles) / tokens, most)


def _characters_per_token(base: Base, texts: list[str]) -> float:
    try:
        tokenizer = load_tokenizer(base, download=False)
    except TrainingError:
        return CHARACTERS_PER_TOKEN
    tokens = sum(len(tokenizer.encode(t, add_special_tokens=False)) for t in texts)
    return sum(map(len, texts)) / max(1, tokens)


def _filled(config: RunConfig, data: Data | None) -> float:
    """Tokens of rows in a block, or in a row where rows are not packed."""
    if data and not config.packing:
        return data.tokens / data.rows
    return config.context * FILLED


def _ample(config: RunConfig, shape: Any) -> float:
    """More bytes than any run of this shape takes, without a look at its layers."""
    width = max(shape.hidden_size, getattr(shape, "intermediate_size", 0))
    weights = shape.num_hidden_layers * 4 * width * (width + shape.hidden_size)
    weights += 2 * shape.vocab_size * shape.hidden_size
    positions = config.batch_size * config.context
    activations = positions * shape.num_hidden_layers * 40 * 4 * width
    logits = positions * shape.vocab_size * 16
    attention = config.batch_size * config.context**2 * 8
    return float(20 * weights + activations + logits + attention)
