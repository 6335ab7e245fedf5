"""Several processes, without GPUs, train as one does and write what one writes."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest
from fastformula_training.config import RunConfig, plain
from fastformula_training.error import TrainingError
from fastformula_training.run.watch import read_log
from safetensors.numpy import load_file

pytestmark = pytest.mark.slow

Recipe = Callable[[Path, Path, Path], RunConfig]

LAUNCHER = """\
import sys
from accelerate.state import DistributedType, PartialState
from transformers import Trainer

create = Trainer.create_accelerator_and_postprocess

def create_sharded(self):
    # accelerate shards on GPUs only, though torch does on CPUs too.
    PartialState._shared_state["distributed_type"] = DistributedType.MULTI_GPU
    create(self)
    assert self.is_fsdp_enabled and self.accelerator.is_fsdp2

if "--sharded" in sys.argv:
    sys.argv.remove("--sharded")
    Trainer.create_accelerator_and_postprocess = create_sharded

from fastformula_training.cli import main
main()
"""

SHARDED = {
    "ACCELERATE_USE_FSDP": "true",
    "FSDP_VERSION": "2",
    "FSDP_AUTO_WRAP_POLICY": "TRANSFORMER_BASED_WRAP",
    "FSDP_STATE_DICT_TYPE": "FULL_STATE_DICT",
    "FSDP_RESHARD_AFTER_FORWARD": "true",
    "FSDP_CPU_RAM_EFFICIENT_LOADING": "false",
}
"""What `accelerate launch` sets for recipes/fsdp2.yaml."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def launch(run: RunConfig, tmp_path: Path, *options: str) -> subprocess.Popen[str]:
    launcher = tmp_path / "launcher.py"
    launcher.write_text(LAUNCHER, encoding="utf-8")
    recipe = tmp_path / f"{run.output.name}.toml"
    lines = (f"{key} = {json.dumps(value)}\n" for key, value in plain(run).items())
    recipe.write_text("".join(lines), encoding="utf-8")
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node=2"]
    command = ["train", str(recipe), "--quiet", "--anyway", *options]
    return subprocess.Popen(
        [*torchrun, f"--master-port={free_port()}", str(launcher), *command],
        env=os.environ | (SHARDED if "--sharded" in options else {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def kill(process: subprocess.Popen[str]) -> None:
    """Kill torchrun and those that it has started, all at once."""
    torchrun = psutil.Process(process.pid)
    for each in (torchrun, *torchrun.children(recursive=True)):
        each.kill()
    process.communicate(timeout=60)


def succeeded(process: subprocess.Popen[str]) -> str:
    out, said = process.communicate(timeout=300)
    assert process.returncode == 0, said
    return out


def losses(folder: Path) -> list[float]:
    """All that a log says of each step but how long it took, and where an epoch is."""
    return [
        value
        for line in read_log(folder / "log.jsonl")
        for key, value in line.items()
        if key in ("step", "loss", "validation_loss", "gradient_norm", "tokens")
    ]


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return one.keys() == other.keys() and all(
        abs(one[name] - other[name]).max() < 1e-5 for name in one
    )


@pytest.mark.skipif(sys.platform == "win32", reason="torchrun's own store fails there")
def test_two_processes_train_as_one_and_go_on_after_a_kill(
    bases: dict[str, Path], data: Path, recipe: Recipe, tmp_path: Path
) -> None:
    from fastformula_training.run.train import train

    one = replace(
        recipe(bases["llama"], data, tmp_path / "one"),
        batch_size=2,
        accumulation=4,
        max_steps=16,
        rows=21,  # with a last step of the epoch that is not full
        packing=False,
        learning_rate=1e-3,
        log_steps=2,
        save_steps=4,
        evaluation_steps=8,
    )
    train(one, quiet=True)
    expected = losses(one.output)
    weights = "adapter/adapter_model.safetensors"

    two = replace(one, accumulation=2, output=tmp_path / "two")
    process = launch(two, tmp_path)
    while not list(two.output.glob("checkpoints/checkpoint-*")):
        assert process.poll() is None, process.communicate(timeout=60)
        time.sleep(0.01)
    kill(process)
    assert not (two.output / "adapter").exists()

    sharded = launch(replace(two, output=tmp_path / "sharded"), tmp_path, "--sharded")
    assert succeeded(launch(two, tmp_path, "--resume")).count("The adapter is in") == 1
    assert succeeded(sharded).count("The adapter is in") == 1
    for output in (two.output, tmp_path / "sharded"):
        assert losses(output) == pytest.approx(expected, rel=1e-4), output.name
        assert same(load_file(output / weights), load_file(one.output / weights))
        assert {path.name for path in output.iterdir()} == {
            path.name for path in one.output.iterdir()
        }

    with pytest.raises(TrainingError, match="with 2 processes and has 1 now"):
        train(two, resume=True, quiet=True)
