"""What `train` adds to transformers' Trainer: the weighted loss, the log, the bar.

Imports torch and transformers, so it is itself imported inside `train`.
"""

from __future__ import annotations

import json
import math
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from transformers import (
    Trainer,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
)

from fastformula_training.documents import write_lines
from fastformula_training.error import TrainingError

COMPLETE = "complete"
"""The file that a checkpoint's folder gets last; without it there is none."""


class WeightedTrainer(Trainer):
    """A Trainer whose batches say what each prediction costs.

    The loss is the weighted mean over all tokens of an optimiser step, so it does
    not depend on how the step is cut into batches. Logits are computed only where
    the weight is not zero: with a large vocabulary they are most of the memory.
    """

    loss_is_scaled_for_ga = True

    def compute_loss(
        self,
        model: torch.nn.Module,
        inputs: dict[str, Any],
        return_outputs: bool = False,
        num_items_in_batch: torch.Tensor | int | None = None,
    ) -> Any:
        """The batch's share of the step's loss; raises TrainingError when not finite.

        `num_items_in_batch` is the sum of the step's weights over all processes.
        """
        weights = inputs["weights"]
        counted = weights > 0
        outputs = model(
            input_ids=inputs["input_ids"],
            position_ids=inputs["position_ids"],
            use_cache=False,
            logits_to_keep=counted,
        )
        losses = torch.nn.functional.cross_entropy(
            outputs.logits.float(), inputs["labels"][counted], reduction="none"
        )
        total = weights.sum() if num_items_in_batch is None else num_items_in_batch
        loss = (losses * weights[counted]).sum() / total
        if not torch.isfinite(loss):
            raise TrainingError(
                f"The loss is no longer a number at step {self.state.global_step + 1}; "
                "lower `learning_rate` or use bf16 or fp32 as `precision`."
            )
        if model.training and self.args.average_tokens_across_devices:
            # Gradients are averaged over the processes, the total is their sum.
            loss = loss * self.accelerator.num_processes
        return (loss, outputs) if return_outputs else loss

    def _get_num_items_in_batch(
        self, batch_samples: list[dict[str, torch.Tensor]], device: torch.device
    ) -> torch.Tensor:
        """The sum of the weights of a step's batches, over all processes."""
        weights = [batch["weights"].sum() for batch in batch_samples]
        total = torch.stack(weights).sum().to(device)
        if self.args.world_size > 1:
            total = self.accelerator.gather(total).sum()
        return total


class Log(TrainerCallback):
    """Keeps every loss in a JSONL file, and drops lines that a resume replays."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.started = 0.0
        self.tokens = 0

    def on_train_begin(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **_: Any,
    ) -> None:
        """Keep what was logged up to the checkpoint that the run goes on from."""
        kept = [
            line for line in read_log(self.path) if line["step"] <= state.global_step
        ]
        write_lines(self.path, (json.dumps(line) + "\n" for line in kept))
        self.started = time.perf_counter()

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: Mapping[str, float] | None = None,
        **_: Any,
    ) -> None:
        """Append the losses and what goes with them."""
        names = {
            "loss": "loss",
            "eval_loss": "validation_loss",
            "learning_rate": "learning_rate",
            "grad_norm": "gradient_norm",
        }
        values = {
            names[key]: value for key, value in (logs or {}).items() if key in names
        }
        if not values or not state.is_world_process_zero:
            return
        line = {
            "step": state.global_step,
            "epoch": round(state.epoch or 0.0, 4),
            **values,
            "seconds": round(time.perf_counter() - self.started, 2),
        }
        with self.path.open("a", encoding="utf-8", newline="\n") as file:
            file.write(json.dumps(line) + "\n")


def read_log(path: Path) -> list[dict[str, Any]]:
    """The whole lines of a log; the last may have been cut off by a kill."""
    if not path.is_file():
        return []
    lines = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            lines.append(json.loads(line))
        except json.JSONDecodeError:
            break
    return lines


class Bar(TrainerCallback):
    """A progress bar with the last loss."""

    def __init__(self) -> None:
        self.progress = Progress(
            TextColumn("[bold]training"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[loss]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
        )
        self.task = self.progress.add_task("training", total=None, loss="")

    def on_train_begin(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **_: Any,
    ) -> None:
        """Show the bar, already filled as far as a resumed run has come."""
        if state.is_world_process_zero:
            self.progress.update(
                self.task, total=state.max_steps, completed=state.global_step
            )
            self.progress.start()

    def on_step_end(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **_: Any,
    ) -> None:
        """Move on by a step."""
        self.progress.update(self.task, completed=state.global_step)

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: Mapping[str, float] | None = None,
        **_: Any,
    ) -> None:
        """Show the loss."""
        for key, name in (("loss", "loss"), ("eval_loss", "validation loss")):
            if logs and key in logs:
                self.progress.update(self.task, loss=f"{name} {logs[key]:.4f}")

    def stop(self) -> None:
        """Leave the terminal as it was, whatever ended the run."""
        self.progress.stop()


class Checkpoints(TrainerCallback):
    """Marks a checkpoint complete once all of it is written, then drops old ones."""

    def __init__(self, keep: int) -> None:
        self.keep = keep

    def on_save(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **_: Any,
    ) -> None:
        """Mark the checkpoint that has just been written."""
        if not state.is_world_process_zero:
            return
        folder = Path(str(args.output_dir))
        write_lines(folder / f"checkpoint-{state.global_step}" / COMPLETE, ())
        for old in complete_checkpoints(folder)[: -self.keep]:
            shutil.rmtree(old)


def complete_checkpoints(folder: Path) -> list[Path]:
    """The complete checkpoints in a folder, by step."""
    found = [
        path
        for path in folder.glob("checkpoint-*")
        if (path / COMPLETE).is_file() and path.name.rpartition("-")[2].isdigit()
    ]
    return sorted(found, key=lambda path: int(path.name.rpartition("-")[2]))


def draw_curve(log: Path, picture: Path) -> None:
    """Draw the losses of a log over the steps as a PNG."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    lines = read_log(log)
    figure, axes = pyplot.subplots(figsize=(7, 4), dpi=120)
    for key, label, style in (
        ("loss", "training", "-"),
        ("validation_loss", "validation", "o-"),
    ):
        points = [
            (line["step"], line[key])
            for line in lines
            if key in line and math.isfinite(line[key])
        ]
        if points:
            axes.plot(*zip(*points, strict=True), style, label=label, markersize=3)
    axes.set_xlabel("step")
    axes.set_ylabel("loss (nats per token)")
    axes.grid(alpha=0.3)
    axes.legend()
    figure.tight_layout()
    part = picture.with_name(picture.name + ".part")
    figure.savefig(part, format="png")
    pyplot.close(figure)
    part.replace(picture)
