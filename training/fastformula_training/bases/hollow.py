"""Models without content: right in shapes, types and layers, and free of memory.

Such a model runs as fake tensors do: each operation says what it would give back, and
`Storage` counts what would live meanwhile. Imports torch, so it is itself imported
inside functions.
"""

from __future__ import annotations

import weakref
from typing import Any

import torch
from fastformula_models.formats import format_named
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from transformers import AutoModelForCausalLM

from fastformula_training.bases.base import Base, add_lora
from fastformula_training.bases.domain_tokens import find_words
from fastformula_training.config import RunConfig


def make_model(shape: Any, base: Base, config: RunConfig, precision: str) -> Any:
    """The model that a run trains, with its LoRA, on torch's device without memory."""
    narrow = torch.bfloat16 if precision == "bf16" else torch.float16
    whole = config.method == "full" or precision == "fp32"
    dtype = torch.float32 if whole else narrow
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(  # type: ignore[no-untyped-call]
            shape, dtype=dtype
        )
        if config.quantization != "none":
            _quantize(model, config.quantization, dtype)
        if config.method == "lora":
            # Which rows of the embedding are trained makes no difference here.
            written = len(find_words(config.domain_tokens))
            read = range(written, written + _sentinels(base, config))
            model = add_lora(model, base, config, list(read), list(range(written)))
    return model.train()


def _sentinels(base: Base, config: RunConfig) -> int:
    """How many tokens the format adds to the vocabulary."""
    name = config.format or base.format
    fmt = format_named(name) if name else None
    return len(fmt.tokens) if fmt and fmt.added else 0


class Quantized(torch.nn.Linear):
    """A stand-in for the layers of bitsandbytes, which take no fake tensors.

    Keeps for the way back what they keep, and makes what they make on the way.
    """

    kind: str
    narrow: torch.dtype

    def forward(self, input: torch.Tensor) -> torch.Tensor:  # noqa: A002
        """Compute as `Linear4bit` or `Linear8bitLt` would."""
        inner = input.to(self.narrow) if self.kind == "nf4" else input
        output = _Product.apply(inner, self.weight, self.narrow, self.kind)  # type: ignore[no-untyped-call]
        return output.to(input.dtype)  # type: ignore[no-any-return]


class _Product(torch.autograd.Function):
    """A product with a weight that is widened for it and not kept widened."""

    @staticmethod
    def forward(
        ctx: Any,
        input: torch.Tensor,  # noqa: A002
        weight: torch.Tensor,
        narrow: torch.dtype,
        kind: str,
    ) -> torch.Tensor:
        # LLM.int8 holds on to its input, 4-bit layers do not.
        ctx.input = input if kind == "int8" else None
        ctx.weight, ctx.narrow = weight, narrow
        product = input.to(narrow) @ weight.to(narrow).t()
        return product.to(input.dtype)

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> Any:
        (gradient,) = gradients
        back = gradient.to(ctx.narrow) @ ctx.weight.to(ctx.narrow)
        return back.to(gradient.dtype), None, None, None


def _quantize(model: Any, kind: str, narrow: torch.dtype) -> None:
    """Put stand-ins in the place of all linear layers but the head."""
    head = model.get_output_embeddings()
    for parent in list(model.modules()):
        for name, layer in list(parent.named_children()):
            if isinstance(layer, torch.nn.Linear) and layer is not head:
                new = Quantized(
                    layer.in_features, layer.out_features, layer.bias is not None
                )
                new.kind, new.narrow = kind, narrow
                weight = torch.empty(layer.weight.shape, dtype=torch.uint8)
                new.weight = torch.nn.Parameter(weight, requires_grad=False)
                setattr(parent, name, new)


def fill(model: Any) -> None:
    """Put fake tensors in the place of weights; to be called in a FakeTensorMode."""
    filled: dict[int, torch.Tensor] = {}
    for module in model.modules():
        for table in (module._parameters, module._buffers):
            for name, old in table.items():
                if old is None:
                    continue
                if id(old) not in filled:
                    new = torch.empty(old.shape, dtype=old.dtype)
                    if isinstance(old, torch.nn.Parameter):
                        new = torch.nn.Parameter(new, requires_grad=old.requires_grad)
                    filled[id(old)] = new
                table[name] = filled[id(old)]


class Storage(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Counts the bytes of all tensors that are alive, and the most there were."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.now = 0
        self.most = 0
        self._alive: set[int] = set()

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        """Run the operation and count what it made."""
        made = func(*args, **(kwargs or {}))
        for each in tree_leaves(made):
            if isinstance(each, torch.Tensor):
                self.count(each)
        return made

    def count(self, tensor: torch.Tensor) -> None:
        """Count a tensor until it is gone, once for all views of it."""
        storage = tensor.untyped_storage()
        key, size = storage._cdata, storage.nbytes()
        if key in self._alive:
            return
        self._alive.add(key)
        self.now += size
        self.most = max(self.most, self.now)
        weakref.finalize(storage, self._forget, key, size)

    def _forget(self, key: int, size: int) -> None:
        self._alive.discard(key)
        self.now -= size
