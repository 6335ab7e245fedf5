"""Formulas written for these tests, and what is made of them."""

from pathlib import Path

import pytest
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
