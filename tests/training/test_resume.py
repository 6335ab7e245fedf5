"""Runs that are killed, at any moment, end as if they had not been."""

import json
import os
import random
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastformula_training.config import RunConfig
from fastformula_training.run import checkpoints, finish
from fastformula_training.run.watch import read_log

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="kills its own children"),
]

Recipe = Callable[[Path, Path, Path], RunConfig]


def in_a_child(work: Callable[[], object]) -> int:
    """Run `work` in a copy of this process, which has all libraries loaded."""
    child = os.fork()
    if child:
        return child
    try:
        work()
        os._exit(0)
    except BaseException:
        os._exit(1)


def kill_myself(*_: object, **__: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def killed_within(run: RunConfig, where: Any, name: str, calls: int) -> None:
    """Train until the function `name` of `where` has been called `calls` times."""
    from fastformula_training.run.train import train

    whole, count = getattr(where, name), 0

    def counted(*given: Any, **named: Any) -> Any:
        nonlocal count
        count += 1
        return kill_myself() if count == calls else whole(*given, **named)

    def work() -> None:
        setattr(where, name, counted)
        train(run, resume=True, quiet=True)

    _, status = os.waitpid(in_a_child(work), 0)
    assert os.WIFSIGNALED(status), f"{name} was not called {calls} times"


def losses(folder: Path) -> list[dict[str, Any]]:
    clock = {"seconds", "tokens_per_second"}
    return [
        {key: value for key, value in line.items() if key not in clock}
        for line in read_log(folder / "log.jsonl")
    ]


def test_a_run_killed_at_any_moment_ends_as_if_it_had_not_been(
    bases: dict[str, Path], data: Path, recipe: Recipe, tmp_path: Path
) -> None:
    import torch
    from fastformula_training.run.train import train

    whole = replace(
        recipe(bases["phi"], data, tmp_path / "whole"),
        max_steps=40,
        lora_dropout=0.1,
        batch_size=1,
        accumulation=2,
        log_steps=3,
        save_steps=5,
        evaluation_steps=7,
        keep_checkpoints=1,
    )
    killed = replace(whole, output=tmp_path / "killed")
    expected = train(whole, quiet=True)
    folder = killed.output / "checkpoints"

    # Within a checkpoint: its third file, its naming, the removal of an old one.
    killed_within(killed, torch, "save", 2)
    assert list((folder / "part").glob("*/*"))
    assert not checkpoints.saved(folder)
    killed_within(killed, checkpoints, "put_in_place", 1)
    killed_within(killed, checkpoints, "clear", 3)
    assert checkpoints.saved(folder)
    # Between any two instructions.
    dice = random.Random(5)
    for _ in range(4):
        child = in_a_child(lambda: train(killed, resume=True, quiet=True))
        time.sleep(dice.uniform(0.2, 1.2))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    # At the end, with half of the adapter written.
    killed_within(killed, finish, "save_card", 1)
    assert not (killed.output / "adapter").exists()
    assert (killed.output / "adapter.part").exists()

    assert train(killed, resume=True, quiet=True) == replace(
        expected, folder=killed.output / "adapter"
    )
    assert losses(killed.output) == losses(whole.output)
    weights = "adapter/adapter_model.safetensors"
    assert (killed.output / weights).read_bytes() == (
        whole.output / weights
    ).read_bytes()
    assert {path.name for path in killed.output.iterdir()} == {
        path.name for path in whole.output.iterdir()
    }


def test_a_run_that_learns_no_more_stops_and_ends_with_its_best_weights(
    bases: dict[str, Path], data: Path, recipe: Recipe, tmp_path: Path
) -> None:
    from fastformula_training.run.train import train

    run = replace(
        recipe(bases["llama"], data, tmp_path),
        learning_rate=3e-2,
        schedule="constant",
        warmup=0.0,
        max_steps=200,
        evaluation_steps=2,
        patience=2,
        keep_checkpoints=1,
    )
    result = train(run, quiet=True)
    lines = read_log(tmp_path / "log.jsonl")
    held_out = {
        line["step"]: line["validation_loss"]
        for line in lines
        if "validation_loss" in line
    }
    best = min(held_out, key=lambda step: held_out[step])
    assert result.validation_loss == held_out[best]
    assert list(held_out) == list(range(2, best + 5, 2))
    assert result.steps == best + 4 < 200
    kept = {path.name for path in (tmp_path / "checkpoints").iterdir()}
    assert kept == {f"checkpoint-{best}", f"checkpoint-{best + 4}"}
    weights = "adapter_model.safetensors"
    assert (result.folder / weights).read_bytes() == (
        tmp_path / "checkpoints" / f"checkpoint-{best}" / weights
    ).read_bytes()
    # There is nothing left to do.
    assert train(run, resume=True, quiet=True) == result
    state = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    assert state["processes"] == 1
