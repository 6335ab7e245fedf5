"""How much a token costs to train on, and how long that takes on a card."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from fastformula_training.config import RunConfig
from fastformula_training.planning.gpus import Gpu, this_device
from fastformula_training.planning.memory import products


class Work(NamedTuple):
    """Floating point operations for one token of a batch."""

    model: float
    """What the mathematics needs. MFU, the share of a card's rate, counts these."""
    done: float
    """With what is computed a second time for the sake of sizes."""


class Share(NamedTuple):
    """Which share of a card's rate goes into `Work.done`, and how that is known."""

    value: float
    source: str


ASSUMED = {"none": 0.45, "nf4": 0.35, "int8": 0.20}
"""By quantisation: widening 4-bit weights costs time, and LLM.int8 more. A public
trainer's usual share on data centre cards is 0.4 to 0.5."""

ASSUMED_CPU = 0.40
"""A model of 10 million weights, all trained in fp32 on two cores: 2,078 tokens per
second of 60 million operations each, on cores that multiply at 320 GFLOP/s."""


def work(
    config: RunConfig,
    shape: Any,
    linear: int,
    head: int,
    trainable: int,
    labelled: float,
) -> Work:
    """The operations per token.

    Two for each weight and token on the way there. On the way back as many for the
    gradients of the activations, and again for those of the weights that are trained:
    a LoRA run saves a third. Attention looks back over half a block on average.
    """
    heads = shape.num_attention_heads
    width = heads * (getattr(shape, "head_dim", 0) or shape.hidden_size // heads)
    attention = 2 * config.context * width * shape.num_hidden_layers
    layers = 2 * linear
    spoken = 2 * head * labelled
    if config.method == "full":
        model = 3 * (layers + spoken + attention)
    else:
        model = 2 * (layers + spoken) + 3 * attention + 6 * trainable
    again = layers + attention if config.gradient_checkpointing else 0
    return Work(float(model), float(model + again))


def share(config: RunConfig, gpu: Gpu) -> Share:
    """The share of the card's rate that a run reaches."""
    if gpu.is_cpu:
        return Share(ASSUMED_CPU, "assumed, from runs on two cores")
    return Share(ASSUMED[config.quantization], "assumed, not measured on this card")


def seconds(tokens: float, work: Work, share: Share, gpu: Gpu) -> float:
    """How long so many tokens take."""
    return tokens * work.done / (share.value * gpu.tflops * 1e12)


def utilisation(
    config: RunConfig, model: Any, labelled: float, processes: int = 1
) -> Callable[[float], float | None]:
    """What MFU so many tokens a second are, on as many devices as there are processes.

    `labelled` is the share of the tokens that have a loss. Gives None on a card whose
    rate is not known, and on a CPU.
    """
    trainable = sum(w.numel() for w in model.parameters() if w.requires_grad)
    needed = work(config, model.config, *products(model), trainable, labelled).model
    gpu = this_device(config.device == "cpu")
    # A CPU is shared with all else that runs, and has no rate to hold a run against.
    rate = 0.0 if gpu.is_cpu else gpu.tflops * 1e12 * processes
    return lambda tokens: tokens * needed / rate if rate else None
