"""What goes wrong on a machine is said in one sentence; nothing half-done is left."""

import errno
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastformula_training.config import RunConfig
from fastformula_training.error import TrainingError
from fastformula_training.run import hardware

pytestmark = pytest.mark.slow

Recipe = Callable[[Path, Path, Path], RunConfig]


@pytest.fixture
def run(
    bases: dict[str, Path], data: Path, recipe: Recipe, tmp_path: Path
) -> RunConfig:
    return replace(recipe(bases["llama"], data, tmp_path / "run"), max_steps=4)


def said(config: RunConfig, resume: bool = False) -> str:
    from fastformula_training.run.train import train

    with pytest.raises(TrainingError, match=r"[.]$") as caught:
        train(config, resume=resume, quiet=True)
    left = [path.name for path in config.output.rglob("*part*")]
    assert not left
    assert not (config.output / "adapter").exists()
    return str(caught.value)


def failing(error: Exception) -> Callable[..., Any]:
    def fail(*_: object, **__: object) -> Any:
        raise error

    return fail


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        RuntimeError(
            "PytorchStreamWriter failed writing file data/0: file write failed"
        ),
    ],
    ids=["python", "torch"],
)
def test_a_full_disk_leaves_the_checkpoints_that_are_whole(
    run: RunConfig, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    import torch
    from fastformula_training.run.train import train

    run = replace(run, save_steps=2)
    save, saved = torch.save, []

    def fills(value: Any, path: Any) -> None:
        saved.append(path)
        if len(saved) > 3:  # optimiser, schedule and random numbers of the first
            Path(path).write_bytes(b"half")
            raise error
        save(value, path)

    with monkeypatch.context() as patch:
        patch.setattr(torch, "save", fills)
        assert "is full: make room, or lower `keep_checkpoints`" in said(run)
    folder = run.output / "checkpoints"
    assert [path.name for path in folder.iterdir()] == ["checkpoint-2"]
    assert train(run, resume=True, quiet=True).steps == 4


def test_weights_that_do_not_fit_on_the_disk_are_not_left_there(
    run: RunConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    import peft.peft_model
    from safetensors import SafetensorError

    error = SafetensorError("I/O error: No space left on device (os error 28)")
    with monkeypatch.context() as patch:
        patch.setattr(peft.peft_model, "safe_save_file", failing(error))
        assert "is full" in said(run)
    assert not list((run.output / "checkpoints").iterdir())


def test_advice_for_too_little_memory_names_what_is_not_yet_done(
    run: RunConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch
    from fastformula_training.run.loop import WeightedTrainer

    error = torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20 GiB")
    monkeypatch.setattr(WeightedTrainer, "compute_loss", failing(error))
    assert said(run) == (
        "The GPU's memory is not enough: set `gradient_checkpointing = true`; or halve "
        "`batch_size` (now 4) and double `accumulation`; or set `quantization = "
        '"nf4"`; or lower `context` (now 384).'
    )
    tight = replace(run, gradient_checkpointing=True, batch_size=1, quantization="nf4")
    tight = replace(tight, output=run.output.with_name("tight"))
    assert said(tight).endswith("is not enough: lower `context` (now 384).")
    error = RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to")
    monkeypatch.setattr(WeightedTrainer, "compute_loss", failing(error))
    whole = replace(run, method="full", output=run.output.with_name("whole"))
    assert "The memory is not enough: " in said(whole)


def test_a_base_that_is_a_pickle_is_not_loaded(
    run: RunConfig, bases: dict[str, Path], tmp_path: Path
) -> None:
    import shutil

    folder = shutil.copytree(bases["llama"], tmp_path / "base")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    assert "holds its weights as a pickle (pytorch_model.bin), which could run" in said(
        replace(run, base=str(folder))
    )


def test_what_is_not_installed_is_named(
    run: RunConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    find = hardware.importlib.util.find_spec
    monkeypatch.setattr(
        hardware.importlib.util,
        "find_spec",
        lambda name, *rest: None if name == "bitsandbytes" else find(name, *rest),
    )
    assert "needs the package bitsandbytes: run `pip install" in said(
        replace(run, optimizer="lion_8bit")
    )
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    assert "`tensorboard = true` needs the package tensorboard" in said(
        replace(run, tensorboard=True)
    )


def test_pages_need_a_gpu(run: RunConfig) -> None:
    for name in ("paged_adamw_8bit", "paged_lion_8bit"):
        assert "there is no such GPU here; use adamw_8bit" in said(
            replace(run, optimizer=name)
        )


@pytest.mark.parametrize("optimizer", ["adamw_8bit", "lion_8bit", "adafactor"])
def test_optimisers_that_need_no_gpu_learn_without_one(
    run: RunConfig, optimizer: Any
) -> None:
    from fastformula_training.run.train import train
    from fastformula_training.run.watch import read_log

    rate = 1e-3 if optimizer == "lion_8bit" else 1e-2
    run = replace(run, optimizer=optimizer, learning_rate=rate, max_steps=12)
    train(replace(run, log_steps=4), quiet=True)
    losses = [
        line["loss"] for line in read_log(run.output / "log.jsonl") if "loss" in line
    ]
    assert losses[-1] < losses[0]


def test_numbers_are_those_that_the_hardware_computes_with(
    run: RunConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    on_gpu = replace(run, device="auto")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    for own, precision in ((True, "bf16"), (False, "fp16")):
        monkeypatch.setattr(
            torch.cuda, "is_bf16_supported", lambda including_emulation, own=own: own
        )
        assert hardware.find_precision(on_gpu) == precision
    assert hardware.find_precision(run) == "fp32"
    assert hardware.find_precision(replace(on_gpu, precision="fp32")) == "fp32"


def test_evaluation_needs_rows_that_are_held_out(
    run: RunConfig, data: Path, tmp_path: Path
) -> None:
    import shutil

    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copyfile(data / "train.jsonl", folder / "train.jsonl")
    run = replace(run, data=folder, evaluation_steps=2)
    assert "validation.jsonl holds no rows to evaluate on" in said(run)


def test_the_curves_are_written_for_tensorboard_and_as_a_picture(
    run: RunConfig,
) -> None:
    from fastformula_training.run.train import train
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    train(replace(run, tensorboard=True, log_steps=2), quiet=True)
    events = EventAccumulator(str(run.output / "tensorboard")).Reload()
    assert {"loss", "validation_loss", "learning_rate", "tokens_per_second"} <= set(
        events.Tags()["scalars"]
    )
    assert [event.step for event in events.Scalars("loss")] == [2, 4]
    assert (run.output / "loss.png").read_bytes().startswith(b"\x89PNG")


def test_a_hub_that_does_not_answer_is_not_waited_for(
    run: RunConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    away = replace(run, base="bigcode/starcoder2-3b", download=True)
    assert "cannot be loaded from this machine; check the name and the network" in said(
        away
    )
