"""The checkpoints of a run: whole ones only, the last few and the best."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

PART = "part"
"""Where a checkpoint is while it is written, and while it is thrown away."""


def saved(folder: Path) -> list[Path]:
    """The checkpoints in a folder, by step; what is there under its name is whole."""
    found = [
        path
        for path in folder.glob("checkpoint-*")
        if path.name.rpartition("-")[2].isdigit()
    ]
    return sorted(found, key=step_of)


def step_of(checkpoint: Path) -> int:
    """The optimiser step after which a checkpoint was written."""
    return int(checkpoint.name.rpartition("-")[2])


def put_in_place(folder: Path, step: int, best: int | None, keep: int) -> None:
    """Give the checkpoint in the part folder its name, and drop old ones.

    The last `keep` stay, and that of the step `best`. A folder gets and loses its
    name in one move each, so a kill leaves no half of one under it.
    """
    name = f"checkpoint-{step}"
    (folder / PART / name).replace(folder / name)
    for old in saved(folder)[:-keep]:
        if step_of(old) != best:
            old.replace(folder / PART / old.name)
    clear(folder)


def clear(folder: Path) -> None:
    """Remove what a kill left half-written or half-removed."""
    shutil.rmtree(folder / PART, ignore_errors=True)


def is_last(checkpoint: Path) -> bool:
    """Whether nothing was left to train when a checkpoint was written."""
    control = _state(checkpoint)["stateful_callbacks"]["TrainerControl"]
    return bool(control["args"]["should_training_stop"])


def best(checkpoint: Path) -> Path:
    """The checkpoint of the lowest held-out loss up to one; itself without any."""
    step = _state(checkpoint)["best_global_step"]
    return checkpoint if step is None else checkpoint.with_name(f"checkpoint-{step}")


def lowest_loss(checkpoint: Path) -> float:
    """The lowest held-out loss up to a checkpoint; `nan` where none was taken."""
    loss = _state(checkpoint)["best_metric"]
    return float("nan") if loss is None else float(loss)


def _state(checkpoint: Path) -> dict[str, Any]:
    text = (checkpoint / "trainer_state.json").read_text(encoding="utf-8")
    state: dict[str, Any] = json.loads(text)
    return state
