"""LoRA, on bases in full and in few bits, learns what helps with formulas unseen."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastformula_models import BackendSettings, Request, open_backend
from fastformula_training.config import RunConfig

pytestmark = pytest.mark.slow

Recipe = Callable[[Path, Path, Path], RunConfig]

METHODS: dict[str, dict[str, Any]] = {
    "lora": {},
    "qlora nf4": {"quantization": "nf4", "gradient_checkpointing": True},
    "qlora int8": {"quantization": "int8"},
}


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rows of formulas unlike those that the bases have begun with."""
    from fastformula_training.data.prepare import PrepareConfig, prepare
    from fastformula_training.data.synthesize import write_formulas

    folder = tmp_path_factory.mktemp("others")
    made = write_formulas(9, 1, folder / "made")
    config = PrepareConfig(characters_per_hole=90, longest=60, validation=0.2)
    prepare([made], folder / "data", config)
    return folder / "data"


@pytest.mark.parametrize("architecture", ["llama", "qwen2", "phi"])
def test_the_loss_on_held_out_holes_falls(
    bases: dict[str, Path],
    others: Path,
    recipe: Recipe,
    tmp_path: Path,
    architecture: str,
) -> None:
    from fastformula_training.run.train import train

    run = replace(recipe(bases[architecture], others, tmp_path / "0"), warmup=0.1)
    # A first step has a rate of 0.
    before = train(replace(run, max_steps=1), quiet=True).validation_loss
    for name, settings in METHODS.items():
        run = replace(run, max_steps=20, output=tmp_path / name, **settings)
        result = train(run, quiet=True)
        assert result.validation_loss < before - 0.1, name
        backend = open_backend(
            BackendSettings(
                "local", adapter=str(result.folder), quantization=run.quantization
            )
        )
        assert isinstance(backend.complete(Request("x = ", "", max_tokens=4)), str)
        backend.close()
