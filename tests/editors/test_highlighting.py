"""The colours of formulas follow the language's tables."""

import re
from pathlib import Path

import pytest
from fastformula.language import load_functions
from fastformula.syntax import KEYWORDS

ROOT = Path(__file__).parents[2]
TEXTMATE = ROOT / "editors/vscode/syntaxes/fastformula.tmLanguage.json"
VIM = ROOT / "editors/neovim/syntax/fastformula.vim"


def words_of(path):
    return set(re.findall(r"\b[A-Z_0-9]+\b", path.read_text(encoding="utf-8").upper()))


@pytest.mark.parametrize("path", [TEXTMATE, VIM], ids=lambda path: path.suffix)
def test_every_keyword_and_function_has_a_colour(path):
    assert KEYWORDS | set(load_functions()) <= words_of(path)
