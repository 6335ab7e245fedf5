"""The benchmark for machines with a graphics card, on a model of two layers."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

SCRIPT = Path(__file__).parents[2] / "tools/bench_generation.py"


@pytest.fixture(scope="module")
def bench() -> Any:
    spec = importlib.util.spec_from_file_location("bench_generation", SCRIPT)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_the_whole_table_comes_from_any_machine(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, str(SCRIPT), "--tiny", "--device", "cpu"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=tmp_path,
        timeout=300,
    )
    assert run.returncode == 0, run.stderr
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in run.stdout.splitlines()
        if line.startswith("|")
    ]
    decode, first = rows[2:8], rows[10:]
    assert [(row[0], row[1][:8]) for row in decode] == [
        (weights, how)
        for weights in ("fp32", "int8", "nf4")
        for how in ("eager", "compiled")
    ]
    assert all(float(row[5].replace(",", "")) > 0 for row in decode)
    cells = [
        [int(each) for each in re.findall(r"(\d+) read", " ".join(row))]
        for row in first
    ]
    assert [row[0] for row in first][:2] == ["fp32, new prompt", "fp32, one more word"]
    assert len(first) == 6
    for new, typed in zip(cells[::2], cells[1::2], strict=True):
        assert new == sorted(new) and new[0] > 30
        assert max(typed) < 8


def test_the_big_model_is_the_real_architecture(bench: Any) -> None:
    import torch
    import transformers

    with torch.device("meta"):
        auto: Any = transformers.AutoModelForCausalLM
        model = auto.from_config(transformers.LlamaConfig(**bench.WHOLE.config))
    assert sum(each.numel() for each in model.parameters()) == 6_740_512_768
    rotary = model.model.rotary_emb
    assert rotary.rope_type == "linear"
    assert model.config.rope_parameters["factor"] == 4.0
