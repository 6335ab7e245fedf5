"""Formulas written for these tests, and what is made of them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from fastformula_training.config import RunConfig
from fastformula_training.documents import Document

FORMULAS = Path(__file__).parent / "formulas"


@pytest.fixture(scope="session")
def formulas() -> Path:
    return FORMULAS


@pytest.fixture(scope="session")
def documents() -> list[Document]:
    return [
        Document(path.read_text(encoding="utf-8"), "own", "Apache-2.0", path.stem)
        for path in sorted(FORMULAS.glob("*.ff"))
    ]


ARCHITECTURES = ("llama", "qwen2", "phi")


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory, formulas: Path) -> Path:
    """Prepared rows of these formulas."""
    from fastformula_training.data.prepare import PrepareConfig, prepare

    folder = tmp_path_factory.mktemp("training") / "data"
    prepare([formulas], folder, PrepareConfig(characters_per_hole=60, longest=60))
    return folder


@pytest.fixture(scope="session")
def recipe() -> Callable[[Path, Path, Path], RunConfig]:
    """A run of seconds: base, data and output to its settings."""

    def recipe(base: Path, data: Path, output: Path) -> RunConfig:
        return RunConfig(
            base=str(base),
            data=data,
            output=output,
            context=384,
            longest_middle=64,
            text_weight=0.0,
            context_share=0.0,
            lora_r=16,
            lora_dropout=0.0,
            learning_rate=1e-2,
            epochs=1000,
            max_steps=40,
            batch_size=4,
            accumulation=1,
            log_steps=5,
            save_steps=20,
            device="cpu",
            threads=1,
        )

    return recipe


@pytest.fixture(scope="session")
def bases(
    data: Path, recipe: Callable[[Path, Path, Path], RunConfig]
) -> dict[str, Path]:
    """Models that have begun to learn the language: adapters adapt something."""
    from fastformula_training.bases.init import BaseConfig, init_base
    from fastformula_training.run.train import train

    trained = {}
    for architecture in ARCHITECTURES:
        folder = data.parent / architecture
        base = init_base(
            BaseConfig(
                documents=data / "documents.jsonl",
                output=folder / "base",
                architecture=architecture,
                vocabulary=512,
                spare=24,
                context=512,
                hidden=64,
                intermediate=128,
                layers=2,
                heads=2,
            )
        )
        run = replace(recipe(base, data, folder / "run"), method="full", max_steps=60)
        trained[architecture] = train(
            replace(run, learning_rate=5e-3, prompt_loss_weight=0.5), quiet=True
        ).folder
    return trained
