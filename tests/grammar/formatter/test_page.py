"""docs/formatting.md shows what really comes out, and the defaults that really hold."""

import re
import tomllib
from pathlib import Path

from fastformula import parse
from fastformula.formatter import Style, format_text

PAGE = Path(__file__).parents[3] / "docs/formatting.md"


def test_the_page_is_right() -> None:
    text = PAGE.read_text(encoding="utf-8")
    before, after = re.findall(r"```fastformula\n(.*?)```", text, re.DOTALL)
    assert format_text(parse(before), Style()).text == after
    example = re.search(r"```toml\n(.*?)```", text, re.DOTALL)
    assert example
    said = tomllib.loads(example[1])["format"]
    said["width"] = said.pop("line-width")
    assert Style(**said) == Style()
    for name in ("line-width", *said):
        assert name == "width" or f"| `{name}` |" in text
