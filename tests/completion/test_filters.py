"""Completions as they stand in the text, between ├ and ┤, and what is kept of them."""

import tomllib
from pathlib import Path

import pytest
from fastformula_completion.filters import OBJECTIONS, TRIMS, refusal, trim

CASES = sorted((Path(__file__).parents[1] / "data/filters").glob("*.toml"))


def split(marked: str) -> tuple[str, str, str]:
    before, rest = marked.split("├")
    middle, after = rest.split("┤")
    return before, middle, after


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_what_is_kept(path: Path) -> None:
    case = tomllib.loads(path.read_text(encoding="utf-8"))
    before, said, after = split(case["text"])
    middle = trim(before, said, after)
    reason = refusal(before, middle, after) if middle.strip() else "nothing is left"
    if "discard" in case:
        assert reason == case["discard"]
    else:
        assert reason == ""
        assert f"{before}├{middle}┤{after}" == case["expected"]


def test_every_filter_has_a_case() -> None:
    """Each trim changes some sample, and each objection has one."""
    cases = [tomllib.loads(path.read_text(encoding="utf-8")) for path in CASES]
    said = [split(case["text"]) for case in cases]
    for each in TRIMS:
        assert any(each(*parts) != parts[1] for parts in said), each.__name__
    reasons = {case.get("discard") for case in cases}
    assert reasons >= {reason for _, reason in OBJECTIONS}
