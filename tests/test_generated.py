"""Generated files say what their sources say."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture
def generate(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(ROOT / "tools")
    spec = importlib.util.spec_from_file_location(
        "generate", ROOT / "tools/generate.py"
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_generated_files_are_fresh() -> None:
    run = subprocess.run(
        [sys.executable, "tools/generate.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_check_names_the_stale_file_and_the_command(
    generate: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "old.md").write_text("as it was\n", encoding="utf-8")
    monkeypatch.setattr(generate, "ROOT", tmp_path)
    table = (
        ("old.md", lambda: "as it is\n"),
        ("docs/missing.md", lambda: "new\n"),
    )
    monkeypatch.setattr(generate, "GENERATED", table)

    monkeypatch.setattr(sys, "argv", ["generate.py", "--check"])
    assert generate.main() == 1
    printed = capsys.readouterr().out
    assert "old.md is stale" in printed
    assert "docs/missing.md is stale" in printed
    assert "python tools/generate.py" in printed
    assert (tmp_path / "old.md").read_text(encoding="utf-8") == "as it was\n"

    monkeypatch.setattr(sys, "argv", ["generate.py"])
    assert generate.main() == 0
    assert (tmp_path / "old.md").read_text(encoding="utf-8") == "as it is\n"
    assert (tmp_path / "docs/missing.md").read_bytes() == b"new\n"
    monkeypatch.setattr(sys, "argv", ["generate.py", "--check"])
    assert generate.main() == 0
