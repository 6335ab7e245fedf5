"""The examples in the description of the language are what they say."""

import re
from pathlib import Path

import pytest
from fastformula import parse

README = Path(__file__).parents[2] / "grammar/README.md"
BLOCKS = re.findall(
    r"^```(fastformula(?:-wrong)?)\n(.*?)^```",
    README.read_text(encoding="utf-8"),
    re.MULTILINE | re.DOTALL,
)


@pytest.mark.parametrize(
    "example", [text for kind, text in BLOCKS if kind == "fastformula"]
)
def test_example_parses(example: str) -> None:
    assert parse(example).errors == ()


@pytest.mark.parametrize(
    "example", [text for kind, text in BLOCKS if kind == "fastformula-wrong"]
)
def test_wrong_example_has_one_mistake(example: str) -> None:
    (error,) = parse(example).errors
    assert error.span.text_in(example) == "ELSE"


def test_the_page_shows_examples() -> None:
    assert len(BLOCKS) > 5
