"""Train an adapter, or all weights, on prepared holes; reads from top to bottom."""

from __future__ import annotations

import functools
import logging
import os
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from fastformula_models.card import Card

from fastformula_training.bases import domain_tokens
from fastformula_training.config import RunConfig
from fastformula_training.encoding.dataset import encode_file, prompt_budget
from fastformula_training.encoding.packing import Block, make_blocks
from fastformula_training.error import TrainingError
from fastformula_training.run import checkpoints, hardware
from fastformula_training.run.finish import finish
from fastformula_training.run.run_folder import (
    check_folder,
    finished_folder,
    has_validation_rows,
    run_settings,
    write_settings,
)


@dataclass(frozen=True, slots=True)
class Result:
    """What a run ended with; losses are in nats per token, `nan` where not taken."""

    folder: Path
    """The adapter's folder, or the model's."""
    steps: int
    loss: float
    """The mean over all steps of the run."""
    validation_loss: float
    """Over the middles of validation.jsonl, by the weights that were kept."""
    trainable: int
    parameters: int


def train(config: RunConfig, resume: bool = False, quiet: bool = False) -> Result:
    """Run `config` to its end and return what came out.

    With `resume`, goes on from the last checkpoint in `config.output`, with the same
    data order and random numbers as an uninterrupted run, or starts where there is
    none. Started by torchrun or accelerate, each process takes its share of every
    step, and the first one writes. Raises TrainingError or BackendError, in one
    sentence, for all that is wrong with settings, data, base and machine. Nothing is
    left half-written: a checkpoint gets its name when all of it is there.
    """
    # What these libraries say while they load and train is for their developers.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", category=FutureWarning, module="transformers")
    import torch
    import transformers

    from fastformula_training.bases import base
    from fastformula_training.planning import speed
    from fastformula_training.run import curve, loop, watch

    transformers.utils.logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    transformers.utils.logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    if config.threads:
        torch.set_num_threads(config.threads)

    hardware.check_optimizer(config)
    precision = hardware.find_precision(config)
    arguments = loop.make_arguments(config, precision)
    settings = run_settings(config, arguments.world_size)
    check_folder(config, settings, resume)

    source = base.find_base(config.base, config.revision)
    tokenizer = base.load_tokenizer(source, config.download)
    fmt = base.choose_format(config.format or source.format, tokenizer)
    words = domain_tokens.find_words(config.domain_tokens)
    pieces = domain_tokens.add_words(tokenizer, words)
    sentinels = base.add_sentinels(tokenizer, fmt)

    # The first process encodes, the others read what it has kept.
    with arguments.main_process_first(desc="encoding"):
        encoded = encode_file(config.data / "train.jsonl", tokenizer, fmt, config)
        held_out = _held_out(config, tokenizer, fmt, arguments.world_size)
    blocks = make_blocks(
        encoded, config.context, config.packing, config.prompt_loss_weight, config.seed
    )

    transformers.set_seed(config.seed)
    with hardware.explained(config):
        model = base.load_model(source, config, precision)
    base.check_rows(model, [*sentinels, *pieces])
    domain_tokens.begin_rows(model, pieces)
    if config.method == "lora":
        model = base.add_lora(model, source, config, sentinels, list(pieces))
    parameters = sum(weight.numel() for weight in model.parameters())
    trainable = sum(w.numel() for w in model.parameters() if w.requires_grad)

    folder = config.output / "checkpoints"
    log = config.output / "log.jsonl"
    first = arguments.process_index == 0
    bar = None if quiet or not first else watch.Bar()
    trainer = loop.WeightedTrainer(
        model=model,
        args=arguments,
        keep=config.keep_checkpoints,
        data_collator=functools.partial(loop.make_batch, pad=_pad(tokenizer)),
        train_dataset=whole_batches(
            blocks, config.accumulation * config.batch_size * arguments.world_size
        ),
        held_out=held_out,
    )
    shown: list[watch.Show] = [bar.show] if bar else []
    if first:
        checkpoints.clear(folder)
        write_settings(settings, config.output)
        if config.tensorboard:
            shown.append(watch.tensorboard(config.output / "tensorboard"))
    utilisation = speed.utilisation(
        config, model, labelled_share(blocks), arguments.world_size
    )
    # On every process, for when to log is something that they must agree on.
    trainer.add_callback(watch.Log(log, trainer, utilisation, shown))
    if bar:
        trainer.add_callback(bar)
    if config.patience:
        trainer.add_callback(loop.Patience(config.patience))
    trainer.accelerator.wait_for_everyone()

    found = checkpoints.saved(folder)
    try:
        with hardware.explained(config):
            if not found or not checkpoints.is_last(found[-1]):
                trainer.train(resume_from_checkpoint=str(found[-1]) if found else None)
    finally:
        if bar:
            bar.stop()
        if first:
            checkpoints.clear(folder)

    last = checkpoints.saved(folder)[-1]
    best = checkpoints.best(last)
    losses = {
        "loss": watch.mean_loss(log),
        "validation loss": checkpoints.lowest_loss(last),
    }
    if first:
        card = Card(
            base=source.name,
            revision=source.revision,
            format=fmt.name,
            budget=prompt_budget(config.context, config.longest_middle),
            data_hash=settings["data_hash"],
            created_by=f"fastformula {version('fastformula')}",
            context=encoded.with_context > 0,
            instructions=encoded.instructions > 0,
        )
        with hardware.explained(config):
            finish(best, finished_folder(config), tokenizer, card, settings, losses)
            curve.draw_curves(log, config.output / "loss.png")
    trainer.accelerator.wait_for_everyone()
    return Result(
        finished_folder(config),
        checkpoints.step_of(last),
        losses["loss"],
        losses["validation loss"],
        trainable,
        parameters,
    )


def _held_out(
    config: RunConfig, tokenizer: Any, fmt: Any, processes: int
) -> list[Block]:
    """The blocks of validation.jsonl, costed by their middles only, if it has any."""
    path = config.data / "validation.jsonl"
    if not has_validation_rows(config):
        if config.evaluation_steps:
            raise TrainingError(
                f"{path} holds no rows to evaluate on: prepare the data with a share "
                "for `validation`, or set `evaluation_steps = 0`."
            )
        return []
    encoded = encode_file(path, tokenizer, fmt, config, held_out=True)
    blocks = make_blocks(encoded, config.context, config.packing, 0.0, config.seed)
    return whole_batches(blocks, config.batch_size * processes)


def whole_batches(blocks: list[Block], size: int) -> list[Block]:
    """The blocks, and some that cost nothing to fill up a last batch of `size`.

    So a step has the same blocks on any number of processes, and none has one twice.
    """
    token = np.zeros(1, dtype=np.int64)
    nothing = Block(token, token, token, np.zeros(1, dtype=np.float32))
    return blocks + [nothing] * (-len(blocks) % size)


def labelled_share(blocks: Sequence[Block]) -> float:
    """The share of the tokens that have a loss."""
    tokens = sum(len(block.ids) for block in blocks)
    return sum(int((block.weights > 0).sum()) for block in blocks) / tokens


def _pad(tokenizer: Any) -> int:
    """A token to fill batches with; which one does not matter, as it costs nothing."""
    return int(tokenizer.pad_token_id or 0)
