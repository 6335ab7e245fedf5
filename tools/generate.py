"""Write every file that repeats what another file says.

    python tools/generate.py [--check]

writes those that are stale; with --check only says which they are, and exits 1 if there
are any.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import highlighting
import manifest
import protocol_page
import reference
import rules_page
from fastformula.syntax.compilation import generate_tables

ROOT = Path(__file__).parents[1]
COMMAND = "python tools/generate.py"

GENERATED: tuple[tuple[str, Callable[[], str]], ...] = (
    ("grammar/fastformula/syntax/tables.json", generate_tables),
    ("docs/functions.md", reference.functions_page),
    ("docs/contexts.md", reference.contexts_page),
    ("docs/formula-types.md", reference.formula_types_page),
    ("docs/rules.md", rules_page.rules_page),
    ("docs/settings.md", reference.settings_page),
    ("docs/protocol.md", protocol_page.protocol_page),
    ("editors/vscode/package.json", manifest.manifest),
    (
        "editors/vscode/syntaxes/fastformula.tmLanguage.json",
        lambda: highlighting.textmate(highlighting.words()),
    ),
    (
        "editors/neovim/syntax/fastformula.vim",
        lambda: highlighting.vim(highlighting.words()),
    ),
)
"""Each generated file, from the root of the repository, and what makes its text."""


def find_stale(root: Path) -> dict[str, str]:
    """The files below `root` that are not as they should be, with that text."""
    stale = {}
    for path, build in GENERATED:
        text = build()
        file = root / path
        if not file.is_file() or file.read_text(encoding="utf-8") != text:
            stale[path] = text
    return stale


def main() -> int:
    """Write or check all files; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare")
    check = parser.parse_args().check
    stale = find_stale(ROOT)
    for path, text in stale.items():
        if check:
            print(f"{path} is stale; run: {COMMAND}")
        else:
            print(f"writing {path}")
            file = ROOT / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="\n")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
