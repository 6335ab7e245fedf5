"""Outlines of whole formulas, drawn as an editor shows them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastformula import LineIndex, parse
from fastformula.editor.symbols import DEPTH, Symbol, outline

FORMULAS = Path(__file__).parents[2] / "data/outline"


def draw(text: str, symbols: tuple[Symbol, ...], indent: str = "") -> Iterator[str]:
    index = LineIndex(text)
    for symbol in symbols:
        first = index.position(symbol.span.start).line + 1
        last = index.position(symbol.span.end).line + 1
        detail = f"  {symbol.detail}" if symbol.detail else ""
        yield f"{indent}{symbol.kind} {symbol.name}{detail}  ({first}-{last})"
        yield from draw(text, symbol.children, indent + "    ")


@pytest.mark.parametrize("formula", sorted(FORMULAS.glob("*.ff")), ids=lambda f: f.stem)
def test_outline(formula: Path, golden: Callable[[str, str], None]) -> None:
    text = formula.read_text(encoding="utf-8")
    drawn = "\n".join(draw(text, outline(parse(text)))) + "\n"
    golden(f"outline/{formula.stem}.txt", drawn)


def test_offsets_count_code_points() -> None:
    text = "/* 😀 */ pay = 1 RETURN pay"
    pay, _ = outline(parse(text))
    assert pay.selection.text_in(text) == "pay"
    assert pay.span.text_in(text) == "pay = 1"


def test_only_outputs_are_listed_in_any_case() -> None:
    symbols = outline(parse("pay = l_hours * 2 l_hours = 3 RETURN PAY"))
    assert [symbol.name for symbol in symbols] == ["pay", "RETURN"]


def test_a_chain_of_a_thousand_branches() -> None:
    chain = "IF x = 1 THEN y = 1 " + "ELSE IF x = 2 THEN y = 2 " * 1000
    assert len(outline(parse(chain + "RETURN y"))) == 1002


def test_very_deep_nesting_is_cut() -> None:
    depth = 0
    level = outline(parse("IF x = 1 THEN (" * 300 + "y = 1" + ")" * 300))
    while level:
        depth += 1
        level = level[0].children
    assert depth == DEPTH + 1


def test_nothing_to_outline() -> None:
    assert outline(parse("")) == ()
    assert outline(parse("/* only a comment */")) == ()
