"""What all tests share: formulas with a cursor in them, and files to compare with."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from fastformula import Parsed, parse
from hypothesis import settings

DATA = Path(__file__).parent / "data"
CORPUS = Path(__file__).parents[2] / "shared/corpus"

# The plain run tries the same examples each time, so that it is green or red for a
# reason in the change; the soak looks for new ones, and for longer.
settings.register_profile("plain", derandomize=True, deadline=None)
settings.register_profile("soak", deadline=None, max_examples=2_000)
settings.load_profile("soak" if os.environ.get("FASTFORMULA_SOAK") == "1" else "plain")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update", action="store_true", help="write golden files anew, then compare"
    )


@pytest.fixture
def sample() -> Callable[[str], tuple[Parsed, int]]:
    """From a formula with `$0` in it to what it says and where `$0` stood."""

    def read(marked: str) -> tuple[Parsed, int]:
        assert marked.count("$0") == 1, f"not one cursor: {marked!r}"
        return parse(marked.replace("$0", "")), marked.index("$0")

    return read


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare a text with a file below tests/data; `--update` writes the file."""

    def compare(path: str, text: str) -> None:
        file = DATA / path
        if request.config.getoption("--update"):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="\n")
        assert text == file.read_text(encoding="utf-8")

    return compare


@pytest.fixture(scope="session")
def own_formulas() -> dict[str, str]:
    """Whole valid formulas of our own, by file name."""
    folders = (
        DATA / "outline",
        DATA.parent / "training/formulas",
        DATA.parents[1] / "docs/examples",
    )
    texts = {
        file.name: file.read_text(encoding="utf-8")
        for folder in folders
        for file in sorted(folder.glob("*.ff"))
    }
    return {name: text for name, text in texts.items() if not parse(text).errors}


@pytest.fixture(scope="session")
def corpus() -> dict[str, str]:
    """The intact formulas of the corpus beside the repository, by path."""
    if not CORPUS.is_dir():
        pytest.skip(f"the corpus of published formulas is not at {CORPUS}")
    lines = (CORPUS / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    entries = [entry for line in lines if (entry := json.loads(line))["intact"]]
    return {
        entry["file"]: (CORPUS / entry["file"]).read_bytes().decode("utf-8", "replace")
        for entry in entries
    }
