"""The settings of a training run: one flat frozen dataclass, read from TOML.

A recipe is a flat TOML file whose keys are the fields of `RunConfig`; any of them
can be overridden on the command line as `key=value`. The same reader serves the
settings of `init` and `prepare`.
"""

from __future__ import annotations

import dataclasses
import difflib
import tomllib
import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from fastformula_training.error import TrainingError

Optimizer = Literal[
    "adamw_torch",
    "adamw_torch_fused",
    "adamw_8bit",
    "paged_adamw_32bit",
    "paged_adamw_8bit",
    "lion_32bit",
    "lion_8bit",
    "paged_lion_8bit",
    "adafactor",
    "sgd",
]
"""By transformers' names. What ends in 8bit or pages its state is bitsandbytes'."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunConfig:
    """One run of `train`. Lengths are in tokens, steps are optimiser steps."""

    # What is trained, on what, and where it goes
    base: str
    """An id of the catalogue of base models, or a folder with a model."""
    data: Path
    """A folder that `prepare` made: train.jsonl, validation.jsonl, card.json."""
    output: Path
    """The folder of the run: checkpoints, log, curve and the finished model."""
    revision: str = ""
    """The revision of a base from the hub; empty takes the catalogue's."""
    format: str = ""
    """The FIM format's name; empty takes the catalogue's, or finds it by tokens."""
    method: Literal["lora", "full"] = "lora"
    download: bool = False
    """Whether the base may be fetched; otherwise only what is on disk is used."""

    # How rows become batches
    fim_weight: float = 0.8
    """How many of the rows are holes, beside the next two; 0 leaves them out."""
    text_weight: float = 0.1
    """How many are text that is read from left to right."""
    instruction_weight: float = 0.1
    """How many are an author's words and the formula that answers them."""
    repeat_rows: bool = False
    """Whether rows of a sort are repeated that has too few for its weight."""
    context_share: float = 1.0
    """The share of holes with what serving writes before the prefix, if they have it.

    Above 0, the adapter is served with it.
    """
    spm: float = 0.0
    """The share of holes with the suffix first, of a format that is asked otherwise.

    Serving asks in the format's order, which for `fastformula` is the suffix first.
    """
    rows: int = 0
    """At most so many rows of train.jsonl are used; 0 is all of them."""
    context: int = 2048
    """The longest row, and the length of a packed block."""
    longest_middle: int = 256
    """Holes with a longer middle are left out; the rest of `context` is prompt."""
    packing: bool = True
    """Whether rows share a block; each still attends to itself only."""
    prompt_loss_weight: float = 0.0
    """The weight of the prompt's tokens in the loss; the middle's is 1.

    At 0 the loss is on the middle and its end only, at 1 on all tokens.
    """

    # LoRA
    lora_r: int = 16
    lora_alpha: int = 32
    lora_dropout: float = 0.05
    lora_targets: tuple[str, ...] = ()
    """Names of the linear layers; empty takes the catalogue's, or all of them."""
    rslora: bool = False
    """Scale by alpha / sqrt(r) in place of alpha / r."""
    dora: bool = False
    """Learn lengths and directions of weights apart; about a fifth slower."""
    domain_tokens: tuple[str, ...] = ()
    """Words that become one token each, or `overview` for a list of them."""
    quantization: Literal["none", "int8", "nf4"] = "none"

    # Optimisation
    epochs: float = 3.0
    max_steps: int = 0
    """Stop after so many steps, whatever `epochs` says; 0 is no limit."""
    batch_size: int = 2
    """Blocks (or rows, without packing) in one forward pass."""
    accumulation: int = 8
    """Forward passes in one step."""
    learning_rate: float = 2e-4
    schedule: Literal["cosine", "linear", "constant"] = "cosine"
    warmup: float = 0.03
    """The share of all steps in which the learning rate rises."""
    weight_decay: float = 0.0
    beta2: float = 0.999
    clip: float = 1.0
    """The largest norm of the gradient; 0 does not clip."""
    optimizer: Optimizer = "adamw_torch"
    gradient_checkpointing: bool = False
    precision: Literal["auto", "fp32", "bf16", "fp16"] = "auto"
    """`auto` is bf16 on a GPU that has it, else fp16 on a GPU, fp32 on the CPU."""
    device: Literal["auto", "cpu"] = "auto"
    threads: int = 0
    """CPU threads; 0 leaves it to torch."""
    seed: int = 1

    # Looking and saving
    log_steps: int = 5
    evaluation_steps: int = 0
    """Steps between losses on validation.jsonl; 0 takes one at the end only.

    Where it is set, the weights of the step with the lowest of them are the result.
    """
    patience: int = 0
    """Stop after so many evaluations in a row without a lower loss; 0 never does."""
    save_steps: int = 100
    keep_checkpoints: int = 2
    """The last ones; that of the lowest loss on validation.jsonl is kept besides."""
    tensorboard: bool = False
    """Whether the curves are written for TensorBoard too, to its folder in `output`."""

    def __post_init__(self) -> None:
        """Check what the types do not say; raises TrainingError."""
        for name in ("context", "batch_size", "accumulation", "log_steps"):
            _require(getattr(self, name) >= 1, f"`{name}` must be at least 1")
        _require(self.save_steps >= 1, "`save_steps` must be at least 1")
        _require(self.keep_checkpoints >= 1, "`keep_checkpoints` must be at least 1")
        _require(self.lora_r >= 1, "`lora_r` must be at least 1")
        _require(self.learning_rate > 0, "`learning_rate` must be above 0")
        _require(0 <= self.warmup < 1, "`warmup` is a share of the steps: 0 to 1")
        for name in ("prompt_loss_weight", "context_share", "spm"):
            _require(0 <= getattr(self, name) <= 1, f"`{name}` must be between 0 and 1")
        weights = (self.fim_weight, self.text_weight, self.instruction_weight)
        _require(
            min(weights) >= 0 and max(weights) > 0,
            "`fim_weight`, `text_weight` and `instruction_weight` must not be below 0, "
            "and one of them must be above it",
        )
        _require(
            self.epochs > 0 or self.max_steps > 0,
            "`epochs` or `max_steps` must be above 0",
        )
        _require(
            not self.patience or self.evaluation_steps > 0,
            "`patience` counts evaluations: set `evaluation_steps` too",
        )
        _require(
            self.method == "lora" or self.quantization == "none",
            'a quantised base can only be trained with `method = "lora"`',
        )


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise TrainingError(f"{otherwise}.")


Config = TypeVar("Config")


def load_config(
    kind: type[Config], recipe: Path | None, overrides: Sequence[str] = ()
) -> Config:
    """Read `kind` from a recipe and `key=value` overrides, which win.

    Raises TrainingError for a file that cannot be read, an unknown key (naming the
    nearest known one), a value of the wrong type and a key that must be given.
    """
    values: dict[str, object] = {}
    if recipe is not None:
        values.update(_read_toml(recipe))
    for override in overrides:
        key, equals, value = override.partition("=")
        if not equals:
            raise TrainingError(f"`{override}` is not of the form key=value.")
        values[key.strip()] = _literal(value.strip())
    return make_config(kind, values)


def make_config(kind: type[Config], values: Mapping[str, object]) -> Config:
    """Build `kind` from plain values; errors as for `load_config`."""
    fields = {field.name: field for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    hints = get_type_hints(kind)
    checked: dict[str, Any] = {}
    for key, value in values.items():
        if key not in fields:
            near = difflib.get_close_matches(key, fields, n=1, cutoff=0.0)[0]
            raise TrainingError(f"Unknown key `{key}`; did you mean `{near}`?")
        checked[key] = _convert(key, value, hints[key])
    for name, field in fields.items():
        if name not in checked and field.default is dataclasses.MISSING:
            raise TrainingError(
                f"`{name}` is not set: put it in the recipe or add {name}=… ."
            )
    return kind(**checked)


def plain(config: object) -> dict[str, object]:
    """The settings as JSON-ready values, in the order of the fields."""
    return {
        field.name: _plain(getattr(config, field.name))
        for field in dataclasses.fields(config)  # type: ignore[arg-type]
    }


def _plain(value: object) -> object:
    if isinstance(value, Path):
        return value.as_posix()
    return list(value) if isinstance(value, tuple) else value


def _read_toml(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise TrainingError(f"Cannot read {path}: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TrainingError(f"{path} is not a valid recipe: {error}.") from error


def _literal(text: str) -> object:
    """A value from the command line: TOML where it reads as TOML, else text."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _convert(key: str, value: object, hint: Any) -> object:
    origin = get_origin(hint)
    if origin is Literal:
        if value in get_args(hint):
            return value
        choices = ", ".join(str(choice) for choice in get_args(hint))
        raise TrainingError(f"`{key}` must be one of {choices}, not {value!r}.")
    if origin is tuple:
        items = value.split(",") if isinstance(value, str) else value
        if isinstance(items, list):
            item = get_args(hint)[0]
            return tuple(_convert(key, part, item) for part in items if part != "")
        raise TrainingError(f"`{key}` must be a list, not {value!r}.")
    if origin in (types.UnionType,):
        hint = next(part for part in get_args(hint) if part is not type(None))
    if hint is Path and isinstance(value, str):
        return Path(value).expanduser()
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if hint is str and isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, hint) and not (hint is int and isinstance(value, bool)):
        return value
    wanted = {"int": "a whole number", "float": "a number", "bool": "true or false"}
    name = hint.__name__
    raise TrainingError(f"`{key}` must be {wanted.get(name, name)}, not {value!r}.")
