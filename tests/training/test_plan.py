"""What a run is said to need, held against what it takes."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from fastformula_training.bases.base import Base, find_base
from fastformula_training.cli import main
from fastformula_training.config import RunConfig, load_config
from fastformula_training.documents import Row, write_jsonl
from fastformula_training.encoding.packing import Block, collate
from fastformula_training.error import TrainingError
from fastformula_training.planning.gpus import GIB, Gpu, gpu_named
from fastformula_training.planning.plan import make_plan, refusal, require_fit
from fastformula_training.recipes import known_recipes, recipe_file

pytestmark = pytest.mark.slow

BASES = {
    "deepseek-ai/deepseek-coder-6.7b-base": (6_740_512_768, 39_976_960),
    "deepseek-ai/deepseek-coder-1.3b-base": (1_346_471_936, 14_991_360),
    "Qwen/Qwen2.5-Coder-0.5B": (494_032_768, 8_798_208),
    "Qwen/Qwen2.5-Coder-1.5B": (1_543_714_304, 18_464_768),
    "Qwen/Qwen2.5-Coder-3B": (3_085_938_688, 29_933_568),
    "Qwen/Qwen2.5-Coder-7B": (7_615_616_512, 40_370_176),
    "microsoft/phi-2": (2_779_683_840, 23_592_960),
}
"""Parameters, and those of LoRA with r 16 on all linear layers."""


def config(base: str, **settings: Any) -> RunConfig:
    return RunConfig(base=base, data=Path("none"), output=Path("none"), **settings)


@pytest.mark.parametrize("name", BASES)
def test_parameters_are_counted_without_weights(name: str) -> None:
    from fastformula_training.bases.shapes import model_shape
    from fastformula_training.planning.memory import estimate

    base = find_base(name, "")
    # A format without sentinels of its own, as phi-2's would be trained too.
    run = config(name, format="starcoder2", context=32)
    memory = estimate(run, base, model_shape(base), "bf16", 0.1, gpu=True)
    assert memory.sizes[:2] == BASES[name]


SHAPES: dict[str, dict[str, Any]] = {
    "llama": {"num_key_value_heads": 4, "tie_word_embeddings": False},
    "qwen2": {"num_key_value_heads": 2, "tie_word_embeddings": True},
    "phi": {"resid_pdrop": 0.1, "tie_word_embeddings": False},
}


def shape(architecture: str) -> Any:
    from transformers import AutoConfig

    return AutoConfig.for_model(
        architecture,
        vocab_size=900,
        hidden_size=128,
        intermediate_size=352,
        num_hidden_layers=5,
        num_attention_heads=4,
        max_position_embeddings=512,
        **SHAPES[architecture],
    )


def batch(rows: int, length: int, vocabulary: int) -> dict[str, Any]:
    """Two packed rows to a block; the second half of each has a loss."""
    ids = np.random.default_rng(1).integers(0, vocabulary, (rows, length))
    half = np.arange(length // 2)
    weights = np.tile((half >= length // 4).astype(np.float32), 2)
    blocks = [Block(each, np.tile(half, 2), each, weights) for each in ids]
    return collate(blocks, 0)


@pytest.mark.parametrize(
    ("architecture", "precision", "quantization", "method", "checkpointing"),
    [
        ("llama", "fp32", "none", "lora", False),
        ("llama", "fp32", "none", "lora", True),
        ("qwen2", "fp32", "none", "lora", True),
        ("phi", "fp32", "none", "lora", False),
        ("qwen2", "fp32", "none", "full", False),
        ("llama", "bf16", "none", "lora", True),
        ("llama", "bf16", "nf4", "lora", False),
        ("llama", "bf16", "nf4", "lora", True),
    ],
)
def test_a_step_takes_what_was_estimated(
    architecture: str,
    precision: str,
    quantization: Any,
    method: Any,
    checkpointing: bool,
    tmp_path: Path,
) -> None:
    """Weights, gradients and states exactly, what comes and goes within a tenth.

    Not int8: bitsandbytes computes it in another way on a CPU than on a GPU.
    """
    import torch
    from fastformula_training.bases import base
    from fastformula_training.bases.hollow import Storage
    from fastformula_training.planning.memory import estimate
    from fastformula_training.run import loop
    from transformers import AutoModelForCausalLM, TrainingArguments

    run = config(
        str(tmp_path),
        method=method,
        quantization=quantization,
        gradient_checkpointing=checkpointing,
        context=256,
        batch_size=3,
    )
    wanted = shape(architecture)
    AutoModelForCausalLM.from_config(wanted).save_pretrained(tmp_path)
    source = Base(str(tmp_path), str(tmp_path), "", "", ())
    memory = estimate(run, source, wanted, precision, 0.5, gpu=False)
    parts = dict(memory.parts)

    model = base.load_model(source, run, precision)
    if method == "lora":
        model = base.add_lora(model, source, run, [], [])
    if checkpointing:
        model.activation_checkpointing_enable({"use_reentrant": False})
    model.train()
    trained = [weight for weight in model.parameters() if weight.requires_grad]
    assert memory.sizes.trainable == sum(weight.numel() for weight in trained)
    trainer = loop.WeightedTrainer(
        model=model, args=TrainingArguments("unused", use_cpu=True, report_to="none")
    )
    optimizer = torch.optim.AdamW(trained)
    inputs = batch(run.batch_size, run.context, 900)
    kept: list[int] = []
    for weight in trained:
        weight.grad = torch.zeros_like(weight)
    with Storage() as storage:
        for tensor in (*model.parameters(), *model.buffers(), *inputs.values()):
            storage.count(tensor)
            if tensor.grad is not None:
                storage.count(tensor.grad)
        before = storage.now
        model.get_output_embeddings().register_forward_pre_hook(
            lambda *_: kept.append(storage.now - before)
        )
        with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16"):
            loss = trainer.compute_loss(model, inputs)
        loss.backward()
        most = storage.most - before
    optimizer.step()

    assert kept[0] == pytest.approx(memory.sizes.kept, rel=0.1)
    assert most == pytest.approx(memory.sizes.most, rel=0.1)
    assert parts["gradients"] == sum(weight.grad.nbytes for weight in trained)
    assert parts["state of adamw_torch"] == sum(
        state.nbytes
        for each in optimizer.state.values()
        for name, state in each.items()
        if name != "step"
    )
    weights = sum(
        size for name, size in parts.items() if name.startswith(("weights", "embed"))
    )
    if quantization == "none":
        assert weights == sum(
            weight.nbytes
            for name, weight in model.named_parameters()
            if "lora_" not in name
        )


def plan(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, ["plan", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.parametrize(
    ("recipe", "card"),
    [
        ("qwen2.5-coder-1.5b", "rtx3060"),
        ("overview", "RTX 4080"),
        ("phi-2", "t4"),
    ],
)
def test_recipes_fit_the_cards_they_are_for(recipe: str, card: str) -> None:
    code, said, _ = plan(recipe, "--gpu", card, "--json")
    planned = json.loads(said)
    assert code == 0
    assert planned["fits"]
    assert sum(planned["memory"].values()) == planned["memory_total"]
    assert planned["precision"] == ("fp16" if card == "t4" else "bf16")
    assert planned["step_seconds"] > 0


def test_a_run_that_cannot_fit_is_refused_with_settings_that_make_it_fit() -> None:
    asked = ("deepseek-coder-6.7b", "gradient_checkpointing=false")
    code, said, refused = plan(*asked, "--gpu", "rtx4080")
    assert code == 1
    assert "together" in said
    assert "It would fit with gradient_checkpointing=true (" in refused
    code, _, _ = plan(*asked, "gradient_checkpointing=true", "--gpu", "rtx4080")
    assert code == 0


def test_settings_that_do_only_together_are_named_together() -> None:
    run = config(
        "Qwen/Qwen2.5-Coder-0.5B", context=512, batch_size=4, prompt_loss_weight=1.0
    )
    small = Gpu("a small card", int(3.2 * GIB), 10, bf16=True)
    (change,) = make_plan(run, small).changes
    assert len(change.settings) > 1
    changed = load_config(
        RunConfig,
        None,
        (
            f"base={run.base}",
            "data=none",
            "output=none",
            "context=512",
            "prompt_loss_weight=1.0",
            *change.settings,
        ),
    )
    assert changed.batch_size * changed.accumulation == 4 * run.accumulation
    planned = make_plan(changed, small)
    assert planned.fits
    assert planned.memory.total == change.bytes


def test_a_card_too_small_for_a_base_is_told_of_one_that_it_holds() -> None:
    run = config("Qwen/Qwen2.5-Coder-7B", quantization="nf4", context=512)
    run = replace(run, batch_size=1, gradient_checkpointing=True)
    planned = make_plan(run, Gpu("a small card", 3 * GIB, 10, bf16=True))
    assert planned.changes == ()
    said = refusal(planned, run)
    assert "the largest that does: deepseek-ai/deepseek-coder-1.3b-base." in said


def test_an_unknown_card_is_answered_by_the_known_ones() -> None:
    with pytest.raises(TrainingError, match="did you mean rtx4090"):
        gpu_named("RTX 4099")
    assert gpu_named("NVIDIA GeForce RTX 4080".split(maxsplit=2)[2]).name == "rtx4080"


def test_steps_are_counted_from_the_rows(tmp_path: Path) -> None:
    row = Row("a" * 3000, "b" * 60, "c" * 240, "body", "own", "d")
    write_jsonl(tmp_path / "train.jsonl", [row] * 320)
    given = (f"data={tmp_path}", "packing=false", "--gpu", "h100", "--json")
    code, said, _ = plan("qwen2.5-coder-1.5b", *given)
    assert (code, json.loads(said)["steps"]) == (0, 3 * 320 // 16)
    assert json.loads(said)["seconds"] > 0


def test_a_run_that_the_computer_cannot_hold_does_not_start() -> None:
    require_fit(config("Qwen/Qwen2.5-Coder-0.5B", device="cpu", context=64))
    huge = config("deepseek-ai/deepseek-coder-6.7b-base", device="cpu", method="full")
    with pytest.raises(TrainingError, match=r"It would fit with|larger card is needed"):
        require_fit(huge)


def test_nothing_is_refused_of_which_nothing_is_known(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    config = RunConfig(base="bigcode/starcoder2-3b", data=tmp_path, output=tmp_path)
    require_fit(config)
    with pytest.raises(TrainingError, match="not known before it is fetched"):
        make_plan(config, gpu_named("h200"))


def test_recipes_come_with_the_package() -> None:
    names = [name for name, _ in known_recipes()]
    assert {"overview", "cpu-tiny", "phi-2", "qwen2.5-coder-3b"} <= set(names)
    overview = load_config(RunConfig, recipe_file("overview"))
    assert (overview.lora_r, overview.lora_alpha, overview.epochs) == (16, 32, 3)
    assert (overview.batch_size, overview.accumulation) == (2, 8)
    assert (overview.learning_rate, overview.context) == (2e-4, 2048)
    result = CliRunner().invoke(main, ["recipes", "overview"])
    file = recipe_file("overview")
    assert file is not None
    assert result.output == file.read_text(encoding="utf-8")
    with pytest.raises(TrainingError, match="neither a file nor a recipe of ours"):
        recipe_file("overveiw")
