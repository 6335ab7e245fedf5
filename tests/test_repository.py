"""The promises that ARCHITECTURE.md makes, kept."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = ("grammar", "server", "training")
MODULES = sorted(path for folder in SOURCES for path in (ROOT / folder).rglob("*.py"))
SCRIPTS = sorted((ROOT / "tools").glob("*.py"))
LONGEST = 400


def name(path):
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", [*MODULES, *SCRIPTS], ids=name)
def test_a_module_opens_with_what_it_is_for_and_is_not_too_long(path):
    text = path.read_text(encoding="utf-8")
    docstring = ast.get_docstring(ast.parse(text))
    assert docstring and re.match(r"\S.*[.:]$", docstring.splitlines()[0])
    assert len(text.splitlines()) <= LONGEST


@pytest.mark.parametrize("folder", [*SOURCES, "editors", "tests"])
def test_a_source_root_is_no_package(folder):
    assert not (ROOT / folder / "__init__.py").exists()


def test_the_map_in_the_architecture_names_every_module():
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    missing = [
        name(path)
        for path in MODULES
        if path.name not in ("__init__.py", "__main__.py")
        # docs/rules.md is the map of the rules, generated and tested.
        and path.parent.name != "rules"
        and not re.search(rf"\b{re.escape(path.stem)}\b", text)
    ]
    assert not missing


def test_layers_hold():
    run = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command as main; main()",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert run.returncode == 0, run.stdout


HEAVY = ("torch", "transformers", "peft", "tokenizers")


@pytest.mark.parametrize(
    ("module", "without"),
    [
        ("fastformula", ("pygls", "lsprotocol", "numpy", "lark", *HEAVY)),
        ("fastformula_models", ("pygls", "fastformula", *HEAVY)),
        ("fastformula_completion", ("pygls", "numpy", *HEAVY)),
        ("fastformula_server.server", ("numpy", "lark", *HEAVY)),
        ("fastformula_training.cli", ("pygls", "fastformula_server", *HEAVY)),
    ],
)
def test_importing_loads_nothing_it_need_not(module, without):
    script = f"import sys, {module}; print([m for m in {without} if m in sys.modules])"
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"


def test_no_text_names_a_path_of_the_machine_it_was_written_on():
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    # Written apart, so that this file does not name one itself.
    private = re.compile(r"/(?:ro" r"ot|wo" r"rk)/")
    guilty = []
    for file in tracked:
        path = ROOT / file
        if path.suffix in {".py", ".md", ".toml", ".ts", ".lua", ".mjs", ".json"}:
            text = path.read_text(encoding="utf-8", errors="replace")
            guilty += [f"{file}: {found}" for found in private.findall(text)]
    assert not guilty
