"""What a step of training holds in memory, part by part, before anything is loaded.

The step is run on fake tensors by the real model class, the real LoRA and the real
autograd, with few layers; what each further layer adds is the same. So the estimate
follows every cast and copy that the libraries make, for any architecture. Imports
torch, transformers and peft inside its functions only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

from fastformula_training.bases.base import Base
from fastformula_training.bases.shapes import with_layers
from fastformula_training.config import RunConfig


class Part(NamedTuple):
    """One reason for memory to be taken."""

    name: str
    bytes: int


class Sizes(NamedTuple):
    """What is counted of a model; each grows by the same amount with every layer."""

    parameters: int
    """Of the base, without what a run adds to it."""
    trainable: int
    linear: int
    """Parameters of the base's linear layers without its head."""
    head: int
    """Parameters of the head, the same for any depth."""
    stored: int
    """Bytes of the base's weights as they are stored."""
    widened: int
    """Bytes that they take beyond that, being widened to 32 bits."""
    adapter: int
    """Bytes of LoRA's weights and of new tokens' rows."""
    kept: int = 0
    """Bytes that a pass has made when its last layer is done."""
    to_head: int = 0
    """Bytes, at most, until the gradient of the head's input is there."""
    most: int = 0
    """Bytes, at most, until the pass back has ended."""


@dataclass(frozen=True, slots=True)
class Memory:
    """The parts of the highest moment of a step, which add up to it."""

    parts: tuple[Part, ...]
    sizes: Sizes

    @property
    def total(self) -> int:
        """All parts, in bytes."""
        return sum(part.bytes for part in self.parts)


STATE_BYTES = {
    "adamw_torch": 8.0,
    "adamw_torch_fused": 8.0,
    "adamw_8bit": 2.0,
    "paged_adamw_32bit": 8.0,
    "paged_adamw_8bit": 2.0,
    "lion_32bit": 4.0,
    "lion_8bit": 1.0,
    "paged_lion_8bit": 1.0,
    "adafactor": 0.1,
    "sgd": 0.0,
}
"""What an optimiser keeps for a trained parameter. Pages can leave the GPU, but only
between steps, so they count."""

WEIGHT_BYTES = {"nf4": 0.5 + 1 / 64 + 4 / (64 * 256), "int8": 1.0}
"""What a quantised weight takes: nf4 has a byte of scale for 64 weights, and four
bytes for 256 of those (bitsandbytes' double quantisation)."""

CONTEXT_BYTES = 600 << 20
"""What CUDA, cuBLAS and their kernels take before the first tensor: 0.5 to 0.7 GiB."""

FRAGMENTATION = 0.05
"""What torch's allocator holds beyond what is asked for, of what comes and goes."""


def estimate(
    config: RunConfig,
    base: Base,
    shape: Any,
    precision: str,
    labelled: float,
    gpu: bool,
) -> Memory:
    """The memory of a run's step on a GPU, or without what only a GPU takes.

    `labelled` is the share of a batch's tokens that have a loss, `precision` one of
    fp32, bf16 and fp16.
    """
    layers = int(shape.num_hidden_layers)
    if layers <= 3:
        sizes = run_passes(config, base, shape, precision, labelled)
    else:
        two, three = (
            run_passes(config, base, with_layers(shape, few), precision, labelled)
            for few in (2, 3)
        )
        pairs = zip(two, three, strict=True)
        sizes = Sizes(*(b + (layers - 3) * (b - a) for a, b in pairs))
    # torch's own AdamW takes all parameters at once, with a copy of them on the way.
    at_once = gpu and config.optimizer == "adamw_torch"
    busy = max(sizes.most, sizes.trainable * 4 * at_once)
    logits = min(sizes.to_head, busy) - sizes.kept
    state = int(sizes.trainable * STATE_BYTES[config.optimizer])
    overhead = int(CONTEXT_BYTES + FRAGMENTATION * busy) if gpu else 0
    stored = "weights"
    if config.quantization != "none":
        stored += f", {config.quantization} but for embeddings, head and norms"
    checkpoints = config.gradient_checkpointing
    return Memory(
        (
            Part(stored, sizes.stored),
            Part("embeddings, head and norms widened to 32 bits", sizes.widened),
            Part("adapter", sizes.adapter),
            Part("gradients", sizes.trainable * 4),
            Part(f"state of {config.optimizer}", state),
            Part("checkpoints" if checkpoints else "activations", sizes.kept),
            Part("logits and their gradients", logits),
            Part("a layer at work, beyond those", busy - sizes.kept - logits),
            Part("CUDA and fragmentation", overhead),
        ),
        sizes,
    )


def _weights(model: Any, config: RunConfig, precision: str) -> Sizes:
    from fastformula_training.bases.hollow import Quantized

    quantised = {id(m.weight) for m in model.modules() if isinstance(m, Quantized)}
    narrow = 2 if quantised and precision != "fp32" else 4
    parameters = trainable = stored = widened = adapter = 0
    for name, weight in model.named_parameters():
        size = weight.numel()
        trainable += size * weight.requires_grad
        if "lora_" in name or "trainable_tokens" in name:
            adapter += weight.nbytes
            continue
        parameters += size
        if id(weight) in quantised:
            stored += int(size * WEIGHT_BYTES[config.quantization])
            stored += 4 * weight.shape[0] * (config.quantization == "int8")
        else:
            stored += size * min(narrow, weight.itemsize)
            widened += size * max(0, weight.itemsize - narrow)
    linear, head = products(model)
    return Sizes(parameters, trainable, linear, head, stored, widened, adapter)


def products(model: Any) -> tuple[int, int]:
    """Weights that a token is multiplied with, in the base's layers and in its head."""
    from torch import nn

    head = model.get_output_embeddings()
    if hasattr(head, "token_adapter"):  # peft's, around a head with new tokens
        head = head.token_adapter.base_layer
    layers = [
        layer.in_features * layer.out_features
        for name, layer in model.named_modules()
        if isinstance(layer, nn.Linear) and layer is not head and "lora_" not in name
    ]
    return sum(layers), head.in_features * head.out_features


def run_passes(
    config: RunConfig, base: Base, shape: Any, precision: str, labelled: float
) -> Sizes:
    """One way there and back of one batch, on fake tensors."""
    import torch
    from torch._subclasses.fake_tensor import FakeTensorMode

    from fastformula_training.bases.hollow import Storage, fill, make_model

    model = make_model(shape, base, config, precision)
    sizes = _weights(model, config, precision)
    if config.gradient_checkpointing:
        model.activation_checkpointing_enable({"use_reentrant": False})
    rows, length = config.batch_size, config.context
    spoken = max(1, math.ceil(labelled * length))
    narrow = torch.bfloat16 if precision == "bf16" else torch.float16
    with FakeTensorMode():
        fill(model)
        with Storage() as storage:
            for tensor in (*model.parameters(), *model.buffers()):
                storage.count(tensor)
                if tensor.requires_grad:
                    tensor.grad = torch.empty_like(tensor)
            before = storage.now
            marks: list[int] = []

            def at_head(_: Any, inputs: tuple[torch.Tensor, ...]) -> None:
                marks.append(storage.now - before)
                inputs[0].register_hook(  # type: ignore[no-untyped-call]
                    lambda _: marks.append(storage.most - before)
                )

            model.get_output_embeddings().register_forward_pre_hook(at_head)
            ids = torch.zeros((rows, length), dtype=torch.long)
            mask = torch.ones((rows, 1, length, length), dtype=torch.bool)
            with torch.autocast("cpu", narrow, enabled=precision != "fp32"):
                outputs = model(
                    input_ids=ids,
                    attention_mask=mask if config.packing else None,
                    use_cache=False,
                    logits_to_keep=torch.arange(spoken),
                )
                logits = outputs.logits.float()
                del outputs
            loss = torch.nn.functional.cross_entropy(
                logits.flatten(0, 1), torch.zeros(rows * spoken, dtype=torch.long)
            )
            del logits
            loss.backward()  # type: ignore[no-untyped-call]
            return sizes._replace(
                kept=marks[0], to_head=marks[1], most=storage.most - before
            )
