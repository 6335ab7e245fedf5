"""Train an adapter, or all weights, on prepared holes; reads from top to bottom."""

from __future__ import annotations

import functools
import json
import logging
import os
import shutil
import warnings
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from fastformula_models.card import Card, save_card

from fastformula_training.config import RunConfig, plain
from fastformula_training.dataset import (
    collate,
    encode_file,
    file_hash,
    make_blocks,
    prompt_budget,
)
from fastformula_training.documents import write_atomically
from fastformula_training.error import TrainingError

RUN_FILE = "run.json"
"""The run's settings, data and versions, in its folder and beside its weights."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a run ended with; losses are in nats per token, `nan` where not taken."""

    folder: Path
    """The adapter's folder, or the model's."""
    steps: int
    loss: float
    """The mean over the run's steps, those before a resume left out."""
    validation_loss: float
    """Over the middles of validation.jsonl, by the final weights."""
    trainable: int
    parameters: int


def train(config: RunConfig, resume: bool = False, quiet: bool = False) -> Result:
    """Run `config` to its end and return what came out.

    With `resume`, goes on from the last complete checkpoint in `config.output`, with
    the same data order and random numbers as an uninterrupted run, or starts where
    there is none. Raises TrainingError or BackendError, in one sentence, for all that
    is wrong with settings, data and base. Nothing is left half-written but the
    checkpoint of the moment of a kill, which a resume throws away.
    """
    settings = _settings(config)
    _check_folder(config, settings, resume)

    # What these libraries say while they load and train is for their developers.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", category=FutureWarning, module="transformers")
    import torch
    import transformers

    from fastformula_training import base, loop

    transformers.utils.logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    transformers.utils.logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    if config.threads:
        torch.set_num_threads(config.threads)

    source = base.find_base(config.base, config.revision)
    tokenizer = base.load_tokenizer(source, config.download)
    fmt = base.choose_format(config.format or source.format, tokenizer)
    added = base.add_sentinels(tokenizer, fmt)

    encoded = encode_file(
        config.data / "train.jsonl",
        tokenizer,
        fmt,
        config.context,
        config.longest_middle,
        config.rows,
    )
    blocks = make_blocks(
        encoded, config.context, config.packing, config.prompt_loss_weight, config.seed
    )
    held_out = _held_out(config, tokenizer, fmt)

    transformers.set_seed(config.seed)
    precision = _precision(config)
    model = base.load_model(source, config, precision)
    base.check_rows(model, added)
    if config.method == "lora":
        model = base.add_lora(model, source, config, added)
    parameters = sum(weight.numel() for weight in model.parameters())
    trainable = sum(w.numel() for w in model.parameters() if w.requires_grad)

    checkpoints = config.output / "checkpoints"
    arguments = transformers.TrainingArguments(
        output_dir=str(checkpoints),
        num_train_epochs=config.epochs,
        max_steps=config.max_steps or -1,
        per_device_train_batch_size=config.batch_size,
        per_device_eval_batch_size=config.batch_size,
        gradient_accumulation_steps=config.accumulation,
        learning_rate=config.learning_rate,
        lr_scheduler_type=config.schedule
        if config.schedule != "constant"
        else "constant_with_warmup",
        warmup_steps=config.warmup,
        weight_decay=config.weight_decay,
        adam_beta2=config.beta2,
        max_grad_norm=config.clip,
        optim=config.optimizer,
        bf16=precision == "bf16",
        fp16=precision == "fp16",
        use_cpu=config.device == "cpu",
        activation_checkpointing=config.gradient_checkpointing,
        activation_checkpointing_kwargs={"use_reentrant": False},
        seed=config.seed,
        data_seed=config.seed,
        logging_steps=config.log_steps,
        logging_nan_inf_filter=False,
        eval_strategy="steps" if held_out and config.evaluation_steps else "no",
        eval_steps=config.evaluation_steps or None,
        save_strategy="steps",
        save_steps=config.save_steps,
        label_names=["labels"],
        prediction_loss_only=True,
        remove_unused_columns=False,
        dataloader_pin_memory=config.device != "cpu" and torch.cuda.is_available(),
        disable_tqdm=True,
        report_to="none",
    )
    log = config.output / "log.jsonl"
    bar = None if quiet else loop.Bar()
    trainer = loop.WeightedTrainer(
        model=model,
        args=arguments,
        data_collator=functools.partial(collate, pad=_pad(tokenizer)),
        train_dataset=blocks,
        eval_dataset=held_out,
        callbacks=[
            loop.Log(log),
            loop.Checkpoints(config.keep_checkpoints),
            *([bar] if bar else []),
        ],
    )
    trainer.remove_callback(transformers.PrinterCallback)

    found = loop.complete_checkpoints(checkpoints)
    for path in checkpoints.glob("checkpoint-*"):
        if path not in found:
            shutil.rmtree(path)
    write_atomically(config.output / RUN_FILE, json.dumps(settings, indent=2) + "\n")
    try:
        outcome = trainer.train(
            resume_from_checkpoint=str(found[-1]) if found else None
        )
        final = trainer.evaluate() if held_out else {}
    except torch.OutOfMemoryError as error:
        raise TrainingError(
            "The GPU's memory is not enough: lower `batch_size` (and raise "
            "`accumulation`) or `context`, or set `gradient_checkpointing = true` or "
            '`quantization = "nf4"`.'
        ) from error
    finally:
        if bar:
            bar.stop()

    folder = finished_folder(config)
    if trainer.is_world_process_zero():
        _save(trainer, tokenizer, config, settings, source, fmt.name, folder)
        loop.draw_curve(log, config.output / "loss.png")
    return Result(
        folder,
        trainer.state.global_step,
        outcome.training_loss,
        final.get("eval_loss", float("nan")),
        trainable,
        parameters,
    )


def finished_folder(config: RunConfig) -> Path:
    """Where the run's adapter or model stands once it is finished."""
    return config.output / ("adapter" if config.method == "lora" else "model")


def _settings(config: RunConfig) -> dict[str, Any]:
    """What a run was made of, for `RUN_FILE`; raises TrainingError without data."""
    rows = config.data / "train.jsonl"
    if not rows.is_file():
        raise TrainingError(
            f"{rows} is not there; `fastformula-train prepare` makes it."
        )
    packages = ("fastformula", "torch", "transformers", "peft", "tokenizers")
    return {
        "config": plain(config),
        "data_hash": file_hash(rows),
        "versions": {package: version(package) for package in packages},
    }


MAY_CHANGE = {
    "data",
    "output",
    "log_steps",
    "save_steps",
    "keep_checkpoints",
    "threads",
}
"""Settings that a resumed run may have other values of, as they change no weight."""


def _check_folder(config: RunConfig, settings: dict[str, Any], resume: bool) -> None:
    """Refuse to mix two runs in one folder; raises TrainingError."""
    before = config.output / RUN_FILE
    if not before.is_file():
        return
    if not resume:
        raise TrainingError(
            f"{config.output} holds an earlier run: add --resume to go on with it, "
            "or choose another `output`."
        )
    earlier = json.loads(before.read_text(encoding="utf-8"))
    if earlier["data_hash"] != settings["data_hash"]:
        raise TrainingError(
            f"{config.data / 'train.jsonl'} has changed since this run began; start "
            "a new run in another `output`."
        )
    for key, value in settings["config"].items():
        if key not in MAY_CHANGE and earlier["config"].get(key) != value:
            raise TrainingError(
                f"`{key}` was {earlier['config'].get(key)!r} when this run began and "
                f"is {value!r} now; set it back or start another run."
            )


def _held_out(config: RunConfig, tokenizer: Any, fmt: Any) -> list[Any] | None:
    """The blocks of validation.jsonl, costed by their middles only, if it has any."""
    path = config.data / "validation.jsonl"
    if not path.is_file() or path.stat().st_size == 0:
        return None
    encoded = encode_file(path, tokenizer, fmt, config.context, config.longest_middle)
    return make_blocks(encoded, config.context, config.packing, 0.0, config.seed)


def _pad(tokenizer: Any) -> int:
    """A token to fill batches with; which one does not matter, as it costs nothing."""
    return int(tokenizer.pad_token_id or 0)


def _precision(config: RunConfig) -> str:
    """The number format of the run; raises TrainingError for fp16 on a CPU."""
    import torch

    gpu = config.device != "cpu" and torch.cuda.is_available()
    if config.precision == "fp16" and not gpu:
        raise TrainingError("fp16 needs a GPU; use fp32 or bf16.")
    if config.precision != "auto":
        return config.precision
    if not gpu:
        return "fp32"
    return "bf16" if torch.cuda.is_bf16_supported() else "fp16"


def _save(
    trainer: Any,
    tokenizer: Any,
    config: RunConfig,
    settings: dict[str, Any],
    source: Any,
    fmt: str,
    folder: Path,
) -> None:
    """Write weights, tokenizer and card; the folder is complete or absent."""
    part = folder.with_name(folder.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    # Embeddings are never trained whole, and asking costs a look-up on the hub.
    extra = {"save_embedding_layers": False} if config.method == "lora" else {}
    trainer.accelerator.unwrap_model(trainer.model).save_pretrained(part, **extra)
    tokenizer.save_pretrained(part)
    write_atomically(part / RUN_FILE, json.dumps(settings, indent=2) + "\n")
    save_card(
        Card(
            base=source.name,
            revision=source.revision,
            format=fmt,
            budget=prompt_budget(config.context, config.longest_middle),
            data_hash=settings["data_hash"],
            created_by=f"fastformula {version('fastformula')}",
        ),
        part,
    )
    shutil.rmtree(folder, ignore_errors=True)
    part.replace(folder)
