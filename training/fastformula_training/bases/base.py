"""The base model of a run: where it is, its tokenizer, its LoRA.

Imports torch, transformers and peft inside its functions only.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastformula_models import card, catalog, fim

from fastformula_training.config import RunConfig
from fastformula_training.error import TrainingError


@dataclass(frozen=True, slots=True)
class Base:
    """A base model that can be loaded."""

    name: str
    """What an adapter's card calls it: a catalogue id or an absolute path."""
    location: str
    """What transformers loads: a hub id or a path."""
    revision: str
    format: str
    """The name of its FIM format; empty where only its tokens can tell."""
    lora_targets: tuple[str, ...]
    """Empty where nothing is known about its layers."""


def find_base(base: str, revision: str) -> Base:
    """Resolve a folder or an id of the catalogue.

    Raises BackendError for what is neither, TrainingError for a folder without model.
    """
    folder = Path(base).expanduser()
    if not folder.is_dir():
        row = catalog.base_named(base)
        return Base(
            row.id, row.id, revision or row.revision, row.format, row.lora_targets
        )
    if not (folder / "config.json").is_file():
        raise TrainingError(f"{base} is not a model: it has no config.json.")
    path = folder.resolve().as_posix()
    fmt = card.load_card(folder).format if (folder / card.FILE_NAME).is_file() else ""
    return Base(path, path, "", fmt, ())


def load_tokenizer(base: Base, download: bool) -> Any:
    """The tokenizer exactly as its tokenizer.json says; raises TrainingError.

    transformers' own class for a model family may put another pre-tokenizer in its
    place, which changes or loses blanks without a word.
    """
    try:
        return _tokenizer(base, local=True)
    except (OSError, ValueError) as error:
        if not download or not _is_reachable():
            raise _not_found(base, download) from error
    try:
        return _tokenizer(base, local=False)
    except (OSError, ValueError) as error:
        raise _not_found(base, download) from error


def _tokenizer(base: Base, local: bool) -> Any:
    from transformers import PreTrainedTokenizerFast

    return PreTrainedTokenizerFast.from_pretrained(
        base.location, revision=base.revision or "main", local_files_only=local
    )


def _is_reachable() -> bool:
    """Whether the hub answers; its own client would try for minutes."""
    from urllib.error import HTTPError
    from urllib.request import urlopen

    from huggingface_hub import constants

    try:
        urlopen(constants.ENDPOINT, timeout=10).close()
    except HTTPError:
        return True
    except OSError:
        return False
    return True


def choose_format(name: str, tokenizer: Any) -> fim.FimFormat:
    """The named format, or the one whose tokens the tokenizer has.

    Raises BackendError for an unknown name, TrainingError where the tokenizer lacks a
    token that the format needs.
    """
    added = tokenizer.get_added_vocab()
    if name:
        fmt = fim.format_named(name)
    else:
        fitting = [
            fmt
            for fmt in fim.FORMATS.values()
            if fmt.middle and not fmt.added and added.keys() >= set(fmt.tokens)
        ]
        if not fitting:
            raise TrainingError(
                "The tokenizer has the fill-in-the-middle tokens of no known format; "
                f"set `format` to one of {', '.join(fim.FORMATS)} (`phi-2` adds the "
                "tokens it needs)."
            )
        fmt = max(fitting, key=lambda fmt: len(fmt.tokens))
    if not fmt.middle:
        raise TrainingError(
            f"The format {fmt.name} is for models that are not trained on holes; set "
            "`format` to one with sentinels, such as phi-2."
        )
    if not fmt.added:
        missing = [token for token in fmt.tokens if token not in added]
        if missing:
            raise TrainingError(
                f"The tokenizer has no token {missing[0]}, which the format {fmt.name} "
                "needs; choose the format that this base was trained with."
            )
    return fmt


def add_sentinels(tokenizer: Any, fmt: fim.FimFormat) -> list[int]:
    """Give a tokenizer the sentinels that its base lacks; the new ids, if any.

    Raises BackendError where text does not survive the tokenizer.
    """
    new = fim.add_sentinels(tokenizer, fmt)
    fim.assert_round_trip(tokenizer, fmt)
    return new


def load_model(base: Base, config: RunConfig, precision: str) -> Any:
    """The base with its weights, on the device; raises TrainingError.

    A base that is trained whole is kept in fp32, whatever the arithmetic: small
    updates are lost in 16 bits.
    """
    import torch
    from transformers import AutoModelForCausalLM, BitsAndBytesConfig
    from transformers.utils.import_utils import is_flash_attn_2_available

    whole = config.method == "full" or precision == "fp32"
    narrow = torch.bfloat16 if precision == "bf16" else torch.float16
    options: dict[str, Any] = {"dtype": torch.float32 if whole else narrow}
    if config.quantization == "nf4":
        options["quantization_config"] = BitsAndBytesConfig(  # type: ignore[no-untyped-call]
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=options["dtype"],
        )
    elif config.quantization == "int8":
        options["quantization_config"] = BitsAndBytesConfig(  # type: ignore[no-untyped-call]
            load_in_8bit=True
        )
    if precision != "fp32" and config.device != "cpu" and is_flash_attn_2_available():
        options["attn_implementation"] = "flash_attention_2"
    refuse_pickles(base)
    try:
        return AutoModelForCausalLM.from_pretrained(
            base.location,
            revision=base.revision or None,
            local_files_only=not config.download,
            use_safetensors=True,
            trust_remote_code=False,
            **options,
        )
    except ImportError as error:
        raise TrainingError(
            f"`quantization = {config.quantization}` needs the package bitsandbytes: "
            "run `pip install bitsandbytes`, or set it to none."
        ) from error
    except (OSError, ValueError) as error:
        raise _not_found(base, config.download) from error


def refuse_pickles(base: Base) -> None:
    """Raise TrainingError for a folder whose only weights are a pickle."""
    folder = Path(base.location)
    pickles = [path.name for path in folder.glob("pytorch_model*.bin")]
    if pickles and not list(folder.glob("*.safetensors")):
        raise TrainingError(
            f"The base {base.name} holds its weights as a pickle ({pickles[0]}), which "
            "could run any program; only safetensors are loaded."
        )


def check_rows(model: Any, tokens: list[int]) -> None:
    """Raise TrainingError where a new token has no spare row in the embedding."""
    rows = model.get_input_embeddings().num_embeddings
    if tokens and max(tokens) >= rows:
        raise TrainingError(
            f"The base has {rows} embedding rows, too few for {len(tokens)} more "
            "tokens; use a base that has fill-in-the-middle tokens, and fewer "
            "`domain_tokens`."
        )


def add_lora(
    model: Any, base: Base, config: RunConfig, read: list[int], written: list[int]
) -> Any:
    """Wrap the base in LoRA, as the recipe, else the catalogue, else its layers say.

    New tokens train their own embedding rows. Those that are only `read`, which
    sentinels are, leave the output head as it is; those that are `written` too have
    rows there. Raises TrainingError for targets that the base does not have.
    """
    from peft import LoraConfig, get_peft_model, prepare_model_for_kbit_training

    if config.quantization != "none":
        model = prepare_model_for_kbit_training(  # type: ignore[no-untyped-call]
            model,
            use_gradient_checkpointing=config.gradient_checkpointing,
            gradient_checkpointing_kwargs={"use_reentrant": False},
        )
    targets = config.lora_targets or base.lora_targets
    rows = {_layer_name(model, model.get_input_embeddings()): [*read, *written]}
    if written and not model.config.tie_word_embeddings:
        rows[_layer_name(model, model.get_output_embeddings())] = written
    try:
        return get_peft_model(
            model,
            LoraConfig(
                task_type="CAUSAL_LM",
                r=config.lora_r,
                lora_alpha=config.lora_alpha,
                lora_dropout=config.lora_dropout,
                use_rslora=config.rslora,
                use_dora=config.dora,
                target_modules=list(targets) or "all-linear",
                trainable_token_indices=rows if read or written else None,
            ),
        )
    except ValueError as error:
        raise TrainingError(
            f"LoRA cannot be put on {', '.join(targets) or 'this base'}: "
            f"{str(error).splitlines()[0]}"
        ) from error


def _layer_name(model: Any, layer: Any) -> str:
    """What a layer is called within the module that it belongs to."""
    name: str = next(name for name, module in model.named_modules() if module is layer)
    return name.rpartition(".")[2]


def _not_found(base: Base, download: bool) -> TrainingError:
    advice = (
        "check the name and the network"
        if download
        else "fetch it first, or set `download = true`"
    )
    return TrainingError(
        f"The base {base.name} cannot be loaded from this machine; {advice}."
    )
