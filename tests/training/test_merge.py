"""An adapter in its base's weights, and what other engines get of it."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from fastformula_models import BackendSettings, Request, open_backend
from fastformula_models.card import load_card
from fastformula_training.cli import main
from fastformula_training.config import RunConfig
from fastformula_training.run import engines, merge

pytestmark = pytest.mark.slow

Recipe = Callable[[Path, Path, Path], RunConfig]

CASES: dict[str, dict[str, Any]] = {
    "llama": {},
    "qwen2": {"rslora": True, "domain_tokens": ("overview",)},
    "phi": {"dora": True, "format": "phi-2"},
}
"""Each architecture, and each way in which an adapter can differ from plain LoRA."""


@pytest.fixture(scope="module")
def adapters(
    bases: dict[str, Path],
    data: Path,
    recipe: Recipe,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Path]:
    from fastformula_training.run.train import train

    out = tmp_path_factory.mktemp("merge")
    return {
        name: train(
            replace(recipe(bases[name], data, out / name), max_steps=8, **settings),
            quiet=True,
        ).folder
        for name, settings in CASES.items()
    }


def run_command(*words: object) -> tuple[int, str]:
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert "Traceback" not in result.output
    return result.exit_code, (result.stderr or result.output).strip()


@pytest.mark.parametrize("name", CASES)
def test_a_merged_model_says_what_base_and_adapter_say(
    bases: dict[str, Path],
    adapters: dict[str, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    if name == "llama":  # in several files
        monkeypatch.setattr(merge, "LONGEST_FILE", 100_000)
    out = tmp_path / "merged"
    assert run_command("merge", adapters[name], "--out", out)[0] == 0
    assert (len(list(out.glob("*.safetensors"))) > 1) == (name == "llama")
    assert not list(tmp_path.glob("*.part"))
    assert load_card(out).format == load_card(adapters[name]).format

    base = AutoModelForCausalLM.from_pretrained(bases[name])
    adapted = PeftModel.from_pretrained(base, adapters[name]).eval()
    merged = AutoModelForCausalLM.from_pretrained(out).eval()
    rows = merged.get_input_embeddings().num_embeddings
    ids = torch.arange(rows).view(8, -1)  # new tokens among them
    with torch.no_grad():
        expected = adapted(ids).logits
        assert torch.allclose(merged(ids).logits, expected, atol=1e-4)
        adapted.disable_adapter_layers()
        assert not torch.allclose(adapted(ids).logits, expected, atol=1e-2)

    request = Request("DEFAULT FOR hours IS 0\nIF hours > ", "\nRETURN hours\n", 8)
    answers = []
    for settings in (
        BackendSettings("local", adapter=str(adapters[name])),
        BackendSettings("local", base=str(out)),
    ):
        backend = open_backend(settings)
        answers.append(backend.complete(request))
        backend.close()
    assert answers[0] == answers[1]


def test_an_adapter_is_merged_into_its_own_base_only(
    bases: dict[str, Path], adapters: dict[str, Path], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    pickled = tmp_path / "pickled"
    pickled.mkdir()
    (pickled / "config.json").write_text("{}", encoding="utf-8")
    (pickled / "pytorch_model.bin").write_bytes(b"")
    full = tmp_path / "full"
    full.mkdir()
    (full / "something").write_text("of the author's", encoding="utf-8")
    llama = adapters["llama"]
    for words, message in (
        ((llama, "--base", bases["phi"]), "does not fit the base"),
        ((llama, "--base", "microsoft/phi-2"), "was trained on"),
        ((llama, "--base", pickled), "holds its weights as a pickle (pytorch_model"),
        ((bases["llama"],), "has no adapter_model.safetensors"),
        ((llama, "--out", full), "is not empty"),
    ):
        code, said = run_command("merge", "--out", out, *words)
        assert (code, message in said) == (1, True), said
        assert said.count("\n") == 0, said
        assert {path.name for path in tmp_path.iterdir()} == {"pickled", "full"}


def test_a_base_that_is_not_here_is_named(
    adapters: dict[str, Path], tmp_path: Path
) -> None:
    import shutil

    moved = shutil.copytree(adapters["llama"], tmp_path / "moved")
    card = json.loads((moved / "fastformula.json").read_text(encoding="utf-8"))
    card["base"] = "microsoft/phi-2"
    (moved / "fastformula.json").write_text(json.dumps(card), encoding="utf-8")
    code, said = run_command("merge", moved, "--out", tmp_path / "out")
    assert (code, said.count("\n")) == (1, 0)
    assert "`fastformula models pull microsoft/phi-2` fetches it" in said


def test_a_folder_for_vllm_is_what_its_loaders_take(
    adapters: dict[str, Path], bases: dict[str, Path], tmp_path: Path
) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    for model in (adapters["phi"], bases["llama"]):
        out = tmp_path / model.parent.name
        code, said = run_command("export", model, "--to", "vllm", "--out", out)
        assert (code, f"vllm serve {out}" in said) == (0, True), said
        names = {path.name for path in out.iterdir()}
        assert {"config.json", "generation_config.json", "tokenizer.json"} <= names
        assert not names & {"adapter_config.json", "run.json.part"}
        tokenizer = AutoTokenizer.from_pretrained(out)
        loaded = AutoModelForCausalLM.from_pretrained(out)
        ids = tokenizer("DEFAULT FOR hours IS 0\n", return_tensors="pt").input_ids
        assert loaded(ids).logits.shape[1] == ids.shape[1]
        assert len(tokenizer) <= loaded.config.vocab_size
    # Our own pieces under an architecture for which transformers has others.
    code, said = run_command(
        "export", adapters["qwen2"], "--to", "vllm", "--out", tmp_path / "qwen2"
    )
    assert (code, "vLLM would read text with Qwen2Tokenizer" in said) == (1, True)
    assert not list(tmp_path.glob("qwen2*"))
    code, said = run_command("export", tmp_path, "--to", "vllm", "--out", "x")
    assert (code, "is neither an adapter" in said) == (1, True)


STAND_IN = """\
import argparse, pathlib
parser = argparse.ArgumentParser()
parser.add_argument("model", type=pathlib.Path)
parser.add_argument("--outfile", type=pathlib.Path)
parser.add_argument("--outtype", choices=["f32", "f16", "bf16", "q8_0"])
options = parser.parse_args()
assert (options.model / "config.json").is_file(), "no config.json"
assert (options.model / "model.safetensors").is_file(), "no weights"
options.outfile.write_text(f"GGUF {options.outtype}")
"""


def test_llama_cpps_own_script_writes_the_gguf(
    adapters: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "convert_hf_to_gguf.py"
    script.write_text(STAND_IN, encoding="utf-8")
    out = tmp_path / "out" / "model.gguf"
    command = ("export", adapters["llama"], "--to", "gguf", "--out", out)
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv(engines.VARIABLE, raising=False)

    code, said = run_command(*command)
    assert (code, said.count("\n")) == (1, 0)
    assert "llama.cpp's convert_hf_to_gguf.py is not here" in said
    assert f"`fastformula-train merge {adapters['llama']} --out" in said
    assert f"--outfile {out} --outtype f16`" in said
    assert not out.parent.exists()

    assert run_command(*command, "--converter", script, "--type", "q8_0")[0] == 0
    assert out.read_text(encoding="utf-8") == "GGUF q8_0"
    monkeypatch.setenv(engines.VARIABLE, str(script))
    assert run_command(*command)[0] == 0
    assert out.read_text(encoding="utf-8") == "GGUF f16"

    script.write_text("raise SystemExit('Model Foo is not supported')", "utf-8")
    code, said = run_command(*command, "--type", "bf16")
    assert (code, said.count("\n")) == (1, 0)
    assert "its last line is: Model Foo is not supported" in said
    assert [path.name for path in out.parent.iterdir()] == ["model.gguf"]
