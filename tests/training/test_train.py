"""Training on tiny bases of the three architectures, on the CPU."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from fastformula_models import BackendSettings, Request, open_backend
from fastformula_models.card import load_card
from fastformula_training.bases.init import BaseConfig, init_base
from fastformula_training.cli import main
from fastformula_training.config import RunConfig, plain
from fastformula_training.documents import Document, Row, read_rows, write_jsonl
from safetensors.numpy import load_file

pytestmark = pytest.mark.slow

Recipe = Callable[[Path, Path, Path], RunConfig]

ARCHITECTURES = ("llama", "qwen2", "phi")


def log(folder: Path, key: str = "loss") -> list[float]:
    lines = map(json.loads, (folder / "log.jsonl").open(encoding="utf-8"))
    return [line[key] for line in lines if key in line]


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_an_adapter_is_trained_loaded_and_asked(
    bases: dict[str, Path],
    data: Path,
    tmp_path: Path,
    architecture: str,
    recipe: Recipe,
) -> None:
    from fastformula_training.run.train import train

    run = recipe(bases[architecture], data, tmp_path)
    result = train(run, quiet=True)
    losses = log(tmp_path)
    assert len(losses) == 8
    assert losses[-1] < 0.8 * losses[0]
    assert 0 < result.trainable < result.parameters
    assert result.folder == tmp_path / "adapter"
    names = {path.name for path in result.folder.iterdir()}
    assert {
        "adapter_model.safetensors",
        "adapter_config.json",
        "tokenizer.json",
        "fastformula.json",
        "run.json",
    } <= names
    assert not [name for name in names if name.endswith((".bin", ".pt", ".pkl"))]
    card = load_card(result.folder)
    assert (card.format, card.base) == ("fastformula", str(bases[architecture]))
    assert (tmp_path / "loss.png").read_bytes().startswith(b"\x89PNG")

    backend = open_backend(BackendSettings("local", adapter=str(result.folder)))
    row = next(read_rows(data / "train.jsonl"))
    answer = backend.complete(Request(row.prefix, row.suffix, max_tokens=8))
    backend.close()
    assert isinstance(answer, str)
    assert "<fim" not in answer


def test_what_was_learnt_by_heart_is_completed(
    bases: dict[str, Path], data: Path, tmp_path: Path, recipe: Recipe
) -> None:
    from fastformula_training.run.train import train

    rows = [row for row in read_rows(data / "train.jsonl") if len(row.middle) < 40][:8]
    write_jsonl(tmp_path / "train.jsonl", rows)
    run = replace(
        recipe(bases["llama"], tmp_path, tmp_path / "run"),
        method="full",
        max_steps=150,
        learning_rate=5e-3,
    )
    result = train(run, quiet=True)
    assert result.trainable == result.parameters
    backend = open_backend(BackendSettings("local", base=str(result.folder)))
    answers = [backend.complete(Request(row.prefix, row.suffix)) for row in rows]
    backend.close()
    assert answers == [row.middle for row in rows]


def test_accumulated_steps_are_those_of_a_large_batch(
    bases: dict[str, Path], data: Path, tmp_path: Path, recipe: Recipe
) -> None:
    from fastformula_training.run.train import train

    run = replace(recipe(bases["qwen2"], data, tmp_path / "1"), max_steps=4)
    run = replace(run, log_steps=1, prompt_loss_weight=0.2)
    train(replace(run, batch_size=16), quiet=True)
    train(replace(run, batch_size=2, accumulation=8, output=tmp_path / "2"), quiet=True)
    assert log(tmp_path / "2") == pytest.approx(log(tmp_path / "1"), rel=1e-3)


def test_sentinels_are_taught_to_a_base_without_them(
    data: Path, tmp_path: Path, recipe: Recipe
) -> None:
    from fastformula_training.run.train import train

    base = init_base(
        BaseConfig(
            documents=data / "documents.jsonl",
            output=tmp_path / "base",
            architecture="phi",
            hidden=64,
            intermediate=128,
            layers=2,
            heads=2,
            vocabulary=512,
            spare=8,
            sentinels=False,
        )
    )
    run = replace(recipe(base, data, tmp_path / "run"), format="phi-2")
    result = train(run, quiet=True)
    losses = log(tmp_path / "run")
    assert losses[-1] < losses[0]
    weights = load_file(result.folder / "adapter_model.safetensors")
    (rows,) = [weight for name, weight in weights.items() if "token" in name]
    assert rows.shape == (5, 64)
    assert np.abs(rows).max(axis=1).min() > 0
    backend = open_backend(BackendSettings("local", adapter=str(result.folder)))
    assert isinstance(backend.complete(Request("x = ", "", max_tokens=4)), str)
    backend.close()


def run_command(run: RunConfig, *options: str) -> tuple[int, str]:
    overrides = [
        f"{key}={json.dumps(value)}" for key, value in plain(run).items() if value
    ]
    result = CliRunner().invoke(main, ["train", *overrides, "--quiet", *options])
    assert "Traceback" not in result.output
    return result.exit_code, result.stderr.strip()


def test_what_is_wrong_is_said_in_one_line(
    bases: dict[str, Path],
    data: Path,
    tmp_path: Path,
    documents: list[Document],
    recipe: Recipe,
) -> None:
    run = recipe(bases["llama"], data, tmp_path / "run")
    no_rows = tmp_path / "no_rows"
    write_jsonl(no_rows / "train.jsonl", [])
    torn = tmp_path / "torn"
    torn.mkdir()
    (torn / "train.jsonl").write_text('{"prefix": "x"}\n{"pre', encoding="utf-8")
    words = tuple(f"WORD_{number}" for number in range(30))
    long = tmp_path / "long"
    text = documents[0].text * 4
    write_jsonl(long / "train.jsonl", [Row("", text, "", "body", "own", "d")])
    for wrong, message in (
        (replace(run, base="no/such-model"), "neither a folder nor a known base"),
        (replace(run, base="Qwen/Qwen2.5-Coder-0.5B"), "cannot be loaded from this"),
        (replace(run, base=str(data)), "is not a model: it has no config.json"),
        (replace(run, data=tmp_path), "train.jsonl is not there"),
        (replace(run, data=no_rows), "holds no row"),
        (replace(run, data=torn), "train.jsonl, line 1: not a row"),
        (replace(run, data=long), "holds no row that fits"),
        (replace(run, format="qwen2.5-coder"), "The tokenizer has no token <|fim_pr"),
        (replace(run, domain_tokens=words), "too few for 30 more tokens"),
        (replace(run, format="qwen"), "no prompt format called 'qwen'"),
        (replace(run, lora_targets=("c_attn",)), "LoRA cannot be put on c_attn"),
        (replace(run, context=64), "leaves no room for a prompt"),
        (replace(run, precision="fp16"), "fp16 needs a GPU"),
    ):
        code, said = run_command(wrong)
        assert code == 1, message
        assert message in said
        assert said.count("\n") == 0, said
        assert not (tmp_path / "run" / "adapter").exists()


def test_a_loss_that_explodes_ends_the_run(
    bases: dict[str, Path], data: Path, tmp_path: Path, recipe: Recipe
) -> None:
    run = replace(recipe(bases["llama"], data, tmp_path), method="full", clip=0.0)
    code, said = run_command(replace(run, learning_rate=1e30, optimizer="sgd"))
    assert code == 1
    assert "The loss is no longer a number at step" in said
    assert "lower `learning_rate`" in said
    assert not (tmp_path / "model").exists()


def test_two_runs_are_not_mixed(
    bases: dict[str, Path], data: Path, tmp_path: Path, recipe: Recipe
) -> None:
    run = replace(recipe(bases["llama"], data, tmp_path), max_steps=2)
    assert run_command(run) == (0, "")
    code, said = run_command(run)
    assert (code, "holds an earlier run: add --resume" in said) == (1, True)
    code, said = run_command(replace(run, lora_r=4), "--resume")
    assert (code, "`lora_r` was 16 when this run began and is 4 now" in said) == (
        1,
        True,
    )
    other = tmp_path / "other"
    write_jsonl(other / "train.jsonl", list(read_rows(data / "train.jsonl"))[:5])
    code, said = run_command(replace(run, data=other), "--resume")
    assert (code, "has changed since this run began" in said) == (1, True)
