"""Formulas as they come and as they are handed out; `--update` writes the latter."""

from collections.abc import Callable
from pathlib import Path

import pytest
from fastformula import parse
from fastformula.formatter import Style, format_text

DATA = Path(__file__).parents[2] / "data/format"

COMPACT = Style(
    keywords="lower",
    functions="keep",
    indent=4,
    width=72,
    brackets="header-end",
    operators="first",
    align=False,
)


@pytest.mark.parametrize(
    "name",
    ["untidy", "declarations", "expressions", "conditions", "comments", "broken"],
)
@pytest.mark.parametrize("style", [Style(), COMPACT], ids=["default", "compact"])
def test_layout(name: str, style: Style, golden: Callable[[str, str], None]) -> None:
    text = (DATA / f"{name}.ff").read_text(encoding="utf-8")
    formatted = format_text(parse(text), style)
    assert not formatted.refusal
    kind = "default" if style == Style() else "compact"
    golden(f"format/{name}.{kind}.ff", formatted.text)
