"""What a run was made of, and whether a folder may go on with it."""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

from fastformula_training.config import RunConfig, plain
from fastformula_training.documents import file_hash, write_atomically
from fastformula_training.error import TrainingError

RUN_FILE = "run.json"
"""The run's settings, data and versions, in its folder and beside its weights."""

MAY_CHANGE = {
    "data",
    "output",
    "download",
    "log_steps",
    "save_steps",
    "keep_checkpoints",
    "tensorboard",
    "threads",
}
"""Settings that a resumed run may have other values of, as they change no weight."""


def run_settings(config: RunConfig, processes: int) -> dict[str, Any]:
    """What a run is made of, for `RUN_FILE`; raises TrainingError without data."""
    rows = config.data / "train.jsonl"
    if not rows.is_file():
        raise TrainingError(
            f"{rows} is not there; `fastformula-train prepare` makes it."
        )
    packages = ("fastformula", "torch", "transformers", "peft", "tokenizers")
    return {
        "config": plain(config),
        "data_hash": file_hash(rows),
        "processes": processes,
        "versions": {package: version(package) for package in packages},
    }


def write_settings(settings: dict[str, Any], folder: Path) -> None:
    """Write `RUN_FILE` into a folder."""
    write_atomically(folder / RUN_FILE, json.dumps(settings, indent=2) + "\n")


def check_folder(config: RunConfig, settings: dict[str, Any], resume: bool) -> None:
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
    if earlier["processes"] != settings["processes"]:
        raise TrainingError(
            f"This run began with {earlier['processes']} processes and has "
            f"{settings['processes']} now, which would deal out other batches; use as "
            "many as then or start another run."
        )
    for key, value in settings["config"].items():
        if key not in MAY_CHANGE and earlier["config"].get(key) != value:
            raise TrainingError(
                f"`{key}` was {earlier['config'].get(key)!r} when this run began and "
                f"is {value!r} now; set it back or start another run."
            )


def has_validation_rows(config: RunConfig) -> bool:
    """Whether there is anything held out to take losses on."""
    path = config.data / "validation.jsonl"
    return path.is_file() and path.stat().st_size > 0


def finished_folder(config: RunConfig) -> Path:
    """Where the run's adapter or model stands once it is finished."""
    return config.output / ("adapter" if config.method == "lora" else "model")
