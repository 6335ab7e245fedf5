"""What is seen of a run while it trains: the log, TensorBoard, the bar.

Imports torch and transformers, so it is itself imported inside `train`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from transformers import (
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
)

from fastformula_training.documents import write_lines
from fastformula_training.error import TrainingError
from fastformula_training.run.loop import WeightedTrainer

Show = Callable[[Mapping[str, float]], None]
"""Takes a line of the log when it is written."""

NAMES = {
    "loss": "loss",
    "eval_loss": "validation_loss",
    "learning_rate": "learning_rate",
    "grad_norm": "gradient_norm",
}
"""What the log calls what the Trainer calls otherwise."""


class Log(TrainerCallback):
    """Keeps every loss in a JSONL file, and drops lines that a resume replays.

    A line is written at every save and evaluation too. So none is about steps before
    and after a checkpoint, and a resumed run writes the very lines of one that was
    never stopped.
    """

    def __init__(
        self,
        path: Path,
        trainer: WeightedTrainer,
        utilisation: Callable[[float], float | None],
        shown: Sequence[Show],
    ) -> None:
        """`utilisation` is the MFU at a number of tokens a second, where it is known.

        Each of `shown` gets every line.
        """
        self.path = path
        self.trainer = trainer
        self.utilisation = utilisation
        self.shown = shown
        self.before: dict[str, float] = {}
        self.since = 0.0

    def on_train_begin(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **_: Any,
    ) -> None:
        """Keep what was logged up to the checkpoint that the run goes on from."""
        self.since = time.perf_counter()
        if not state.is_world_process_zero:
            return
        kept = [
            line for line in read_log(self.path) if line["step"] <= state.global_step
        ]
        write_lines(self.path, (json.dumps(line) + "\n" for line in kept))
        self.before = next((line for line in reversed(kept) if "tokens" in line), {})

    def on_step_end(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **_: Any,
    ) -> None:
        """Have losses logged before they are left behind."""
        if control.should_save or control.should_evaluate:
            control.should_log = True

    def on_evaluate(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **_: Any,
    ) -> None:
        """Count no time in which nothing is trained."""
        self.since = time.perf_counter()

    on_save = on_evaluate

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: Mapping[str, float] | None = None,
        **_: Any,
    ) -> None:
        """Append the losses and what goes with them."""
        values = {
            NAMES[key]: value for key, value in (logs or {}).items() if key in NAMES
        }
        if not values or not state.is_world_process_zero:
            return
        line = {"step": state.global_step, "epoch": round(state.epoch or 0.0, 4)}
        line |= values
        if "loss" in values:
            line |= self._pace()
        for show in self.shown:
            show(line)
        with self.path.open("a", encoding="utf-8", newline="\n") as file:
            file.write(json.dumps(line) + "\n")

    def _pace(self) -> dict[str, float]:
        """Tokens and seconds since the run began, and the rate since the last line."""
        now = time.perf_counter()
        tokens, seconds = self.trainer.take_tokens(), now - self.since
        self.since = now
        rate = tokens / seconds
        pace: dict[str, float] = {
            "tokens": self.before.get("tokens", 0) + tokens,
            "seconds": round(self.before.get("seconds", 0.0) + seconds, 2),
            "tokens_per_second": round(rate, 1),
        }
        self.before = pace
        share = self.utilisation(rate)
        return pace if share is None else pace | {"mfu": round(share, 4)}


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


def mean_loss(path: Path) -> float:
    """The mean loss over all steps of a log; `nan` where it has none."""
    total, before = 0.0, 0
    for line in read_log(path):
        if "loss" in line:
            total += line["loss"] * (line["step"] - before)
            before = line["step"]
    return total / before if before else float("nan")


class Bar(TrainerCallback):
    """A progress bar with the time left, the last loss, and how fast it goes."""

    def __init__(self) -> None:
        self.progress = Progress(
            TextColumn("[bold]training"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[said]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
        )
        self.task = self.progress.add_task("training", total=None, said="")

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

    def show(self, line: Mapping[str, float]) -> None:
        """Say what the log has just been told."""
        self.progress.update(self.task, said=said(line))

    def stop(self) -> None:
        """Leave the terminal as it was, whatever ended the run."""
        self.progress.stop()


def said(line: Mapping[str, float]) -> str:
    """A line of the log in the few words that a bar has room for."""
    if "validation_loss" in line:
        return f"validation loss {line['validation_loss']:.4f}"
    words = f"loss {line['loss']:.4f}, {line['tokens_per_second']:,.0f} tokens/s"
    return words + (f", MFU {100 * line['mfu']:.0f} %" if "mfu" in line else "")


def tensorboard(folder: Path) -> Show:
    """Write the curves for TensorBoard; raises TrainingError where it is missing."""
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as error:
        raise TrainingError(
            "`tensorboard = true` needs the package tensorboard: run "
            "`pip install tensorboard`, or set it to false."
        ) from error
    writer: Any = SummaryWriter(str(folder))

    def show(line: Mapping[str, float]) -> None:
        for name, value in line.items():
            if name not in ("step", "epoch", "seconds"):
                writer.add_scalar(name, value, line["step"])
        writer.flush()

    return show
