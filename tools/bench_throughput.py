"""Tokens per second of `train` beside a plain Trainer and TRL, on the same rows.

    python tools/bench_throughput.py [--rows 160] [--hidden 192] [--device cuda|cpu]

All train the same LoRA on the same small base, from the same weights, on the same
tokens with the same loss, one after the other in one process with one thread. The
plain script has TRL's defaults: rows of a batch padded to the longest, logits of all
positions, activations computed twice. TRL itself runs where it is installed:

    python -m venv /tmp/trl && /tmp/trl/bin/pip install -e '.[train]' trl

Tokens are those of rows; padding does not count. Time on a CPU is that of the one
processor, so that other work on the machine counts little. The loss is per token of a
middle, of all rows by the same code, before and after.
"""

from __future__ import annotations

import argparse
import functools
import importlib.util
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import datasets
import torch
import transformers
from fastformula_training.bases import base as bases
from fastformula_training.bases.base import find_base
from fastformula_training.encoding.dataset import Encoded, encode_file
from fastformula_training.encoding.packing import Block, make_blocks
from fastformula_training.run import loop
from fastformula_training.run.hardware import Precision
from own_data import Own, make_own, mean_loss

ROWS = 8
"""Rows in a batch of the others, as TRL has it; blocks hold as many tokens."""

Make = Callable[[], Any]


def main() -> None:
    """Train in every way and print the table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--formulas", type=int, default=30)
    arguments.add_argument("--hidden", type=int, default=192)
    arguments.add_argument("--layers", type=int, default=6)
    arguments.add_argument("--vocabulary", type=int, default=4096)
    arguments.add_argument("--context", type=int, default=512)
    arguments.add_argument("--rows", type=int, default=160)
    found = "cuda" if torch.cuda.is_available() else "cpu"
    arguments.add_argument("--device", choices=("cuda", "cpu"), default=found)
    given = arguments.parse_args()
    warnings.filterwarnings("ignore")
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    datasets.disable_progress_bars()
    if given.device == "cpu":
        torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        own = make_own(
            Path(folder),
            given.formulas,
            {
                "context": given.context,
                "longest_middle": 64,
                "rows": given.rows,
                "batch_size": 1,
                "accumulation": 1,
                "learning_rate": 1e-3,
                "epochs": 1.0,
                "schedule": "constant",
                "text_weight": 0.0,
                "instruction_weight": 0.0,
            },
            hidden=given.hidden,
            intermediate=given.hidden * 8 // 3 // 64 * 64,
            layers=given.layers,
            heads=given.hidden // 64,
            vocabulary=given.vocabulary,
        )
        device = "cpu" if given.device == "cpu" else "auto"
        compare(replace(own, recipe=replace(own.recipe, device=device)))


def compare(own: Own) -> None:
    """Print a line for every way."""
    source = find_base(str(own.base), "")
    tokenizer = bases.load_tokenizer(source, False)
    fmt = bases.choose_format("", tokenizer)
    encoded = encode_file(own.data / "train.jsonl", tokenizer, fmt, own.recipe)
    tokens = len(encoded.ids)
    blocks = make_blocks(encoded, own.recipe.context, True, 0.0, 1)
    # As many tokens in a batch as the others have in theirs.
    size = max(1, round(ROWS * tokens / len(encoded) / own.recipe.context))
    print(
        f"{len(encoded)} rows of {tokens / len(encoded):.0f} tokens on average, "
        f"{int(encoded.middle.sum())} of {tokens} with a loss; {len(blocks)} blocks\n\n"
        f"| {'way':44} | tokens/s | ratio | loss before | after | steps |\n"
        f"|---|--:|--:|--:|--:|--:|"
    )
    ways: list[tuple[str, Make]] = [
        ("plain Trainer", lambda: plain(own, encoded, True)),
        ("plain Trainer, no checkpoints", lambda: plain(own, encoded, False)),
    ]
    if importlib.util.find_spec("trl"):
        ways += [
            ("TRL", lambda: trl(own, encoded, False, True)),
            ("TRL, packing", lambda: trl(own, encoded, True, True)),
            ("TRL, packing, no checkpoints", lambda: trl(own, encoded, True, False)),
        ]
    ways += [
        ("train, checkpoints", lambda: ours(own, blocks, size, True)),
        ("train", lambda: ours(own, blocks, size, False)),
    ]
    slowest = 0.0
    for name, make in ways:
        torch.manual_seed(1)
        trainer = make()
        trainer.remove_callback(transformers.PrinterCallback)
        before = mean_loss(trainer.model, blocks)
        started = now(own)
        trainer.train()
        rate = tokens / (now(own) - started)
        slowest = slowest or rate
        print(
            f"| {name:44} | {rate:,.0f} | {rate / slowest:.2f} | {before:.4f} "
            f"| {mean_loss(trainer.model, blocks):.4f} | {trainer.state.global_step} |",
            flush=True,
        )


def model(own: Own, checkpoints: bool) -> Any:
    """The base with its LoRA."""
    config = replace(own.recipe, gradient_checkpointing=checkpoints)
    source = find_base(str(own.base), "")
    torch.manual_seed(1)
    loaded = bases.load_model(source, config, precision(own))
    return bases.add_lora(loaded, source, config, [], [])


def ours(own: Own, blocks: list[Block], size: int, checkpoints: bool) -> Any:
    """The trainer of `train`."""
    # Away from the data, there is nothing to evaluate on the way.
    config = replace(
        own.recipe,
        batch_size=size,
        gradient_checkpointing=checkpoints,
        data=own.data / "none",
    )
    arguments = loop.make_arguments(config, precision(own))
    # As for the others, none of the time is that of saving.
    arguments.save_strategy = transformers.trainer_utils.SaveStrategy.NO
    return loop.WeightedTrainer(
        model=model(own, checkpoints),
        args=arguments,
        data_collator=functools.partial(loop.make_batch, pad=0),
        train_dataset=blocks,
    )


def plain(own: Own, encoded: Encoded, checkpoints: bool) -> Any:
    """A Trainer as one writes it first."""
    arguments = transformers.TrainingArguments(
        output_dir=str(own.recipe.output / "plain"),
        activation_checkpointing=checkpoints,
        activation_checkpointing_kwargs={"use_reentrant": False},
        **common(own),
    )
    tokenizer = bases.load_tokenizer(find_base(str(own.base), ""), False)
    return transformers.Trainer(
        model=model(own, checkpoints),
        args=arguments,
        train_dataset=rows(encoded),
        data_collator=transformers.DataCollatorForSeq2Seq(tokenizer),
    )


def trl(own: Own, encoded: Encoded, packing: bool, checkpoints: bool) -> Any:
    """TRL's trainer, told the tokens and their labels."""
    from trl import SFTConfig, SFTTrainer

    settings = common(own)
    if packing:
        mean = len(encoded.ids) / len(encoded)
        size = max(1, round(ROWS * mean / own.recipe.context))
        settings["per_device_train_batch_size"] = size
    arguments = SFTConfig(
        output_dir=str(own.recipe.output / "trl"),
        packing=packing,
        max_length=own.recipe.context,
        gradient_checkpointing=checkpoints,
        gradient_checkpointing_kwargs={"use_reentrant": False},
        **settings,
    )
    tokenizer = bases.load_tokenizer(find_base(str(own.base), ""), False)
    return SFTTrainer(
        model=model(own, checkpoints),
        args=arguments,
        train_dataset=rows(encoded),
        processing_class=tokenizer,
    )


def common(own: Own) -> dict[str, Any]:
    """What all have alike."""
    return {
        "per_device_train_batch_size": ROWS,
        "num_train_epochs": own.recipe.epochs,
        "learning_rate": own.recipe.learning_rate,
        "lr_scheduler_type": "constant",
        "use_cpu": own.recipe.device == "cpu",
        "bf16": own.recipe.device != "cpu",
        "save_strategy": "no",
        "report_to": "none",
        "disable_tqdm": True,
        "logging_strategy": "no",
        "optim": own.recipe.optimizer,
        "seed": 1,
    }


def precision(own: Own) -> Precision:
    """The number format of all ways."""
    return "fp32" if own.recipe.device == "cpu" else "bf16"


def now(own: Own) -> float:
    """Seconds: of work on a CPU, of the clock on a GPU."""
    if own.recipe.device == "cpu":
        return time.process_time()
    torch.cuda.synchronize()
    return time.perf_counter()


def rows(encoded: Encoded) -> datasets.Dataset:
    """The rows as ids and labels, as both libraries take them."""
    taken = []
    for row in range(len(encoded)):
        span = slice(int(encoded.starts[row]), int(encoded.starts[row + 1]))
        ids = encoded.ids[span].tolist()
        spoken = encoded.middle[span].tolist()
        labels = [i if said else -100 for i, said in zip(ids, spoken, strict=True)]
        taken.append({"input_ids": ids, "labels": labels})
    return datasets.Dataset.from_list(taken)


if __name__ == "__main__":
    main()
