"""Features at many places of whole formulas: never an exception, never a gap."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastformula import Parsed, parse
from fastformula.analysis import analyze
from fastformula.editor.completion import complete
from fastformula.editor.folding import fold
from fastformula.editor.hover import hover
from fastformula.editor.symbols import Symbol, outline
from fastformula.language import find_functions
from fastformula.syntax import KEYWORDS, SOFT_KEYWORDS, Token, path_to
from fastformula.syntax.tree import TypedName, TypeName
from fastformula.text import Span

FORMULAS = sorted((Path(__file__).parents[2] / "data/outline").glob("*.ff"))
WHOLE = [file for file in FORMULAS if file.stem != "half_typed"]
CORPUS = Path(__file__).parents[4] / "shared/corpus"


@pytest.mark.parametrize("formula", FORMULAS, ids=lambda file: file.stem)
def test_half_a_formula_is_no_problem(formula: Path) -> None:
    text = formula.read_text(encoding="utf-8")
    for end in range(0, len(text) + 1, 7):
        parsed = parse(text[:end])
        analysis = analyze(parsed)
        completion = complete(analysis, end)
        assert 0 <= completion.span.start <= completion.span.end == end
        found = hover(analysis, end)
        assert found is None or 0 <= found.span.start <= end <= found.span.end
        check_outline(outline(parsed), Span(0, end))
        for each in fold(parsed):
            assert 0 <= each.span.start < each.span.end <= end


def check_outline(symbols: tuple[Symbol, ...], within: Span) -> None:
    for symbol in symbols:
        assert symbol.name
        assert within.start <= symbol.span.start <= symbol.selection.start
        assert symbol.selection.end <= symbol.span.end <= within.end
        check_outline(symbol.children, symbol.span)


@pytest.mark.parametrize("formula", WHOLE, ids=lambda file: file.stem)
def test_a_text_that_was_analysed_a_moment_ago_gives_the_same_words(
    formula: Path,
) -> None:
    text = formula.read_text(encoding="utf-8")
    for end in range(9, len(text) + 1, 23):
        now = complete(analyze(parse(text[:end])), end)
        then = complete(analyze(parse(text[: end - 9])), end, text[:end])
        assert now.span == then.span
        words_now, words_then = (
            {item.label.upper() for item in each.items if item.kind in LANGUAGE}
            - DECLARING
            for each in (now, then)
        )
        assert words_now == words_then


DECLARING = {"ALIAS", "DEFAULT", "DEFAULT_DATA_VALUE", "INPUTS", "NEED_CONTEXT"}
"""What was half typed a moment ago may have looked as if it came too late for these."""
LANGUAGE = ("keyword", "type", "constant", "function", "method")


def words(parsed: Parsed) -> Iterator[Token]:
    """The keywords, types, methods and known functions that stand in a formula."""
    for at, token in enumerate(parsed.tokens[:-1]):
        word = token.text_in(parsed.text).upper()
        called = parsed.tokens[at + 1].kind == "LPAR"
        if token.kind == "NAME":
            if called and find_functions(word):
                yield token
        elif word in KEYWORDS or parsed.tokens[at - 1].kind == "DOT":
            yield token
        elif word in SOFT_KEYWORDS:
            *_, parent, node = path_to(parsed.tree, token.start)
            # What stands in `name (TYPE) = …` looks like any argument until the `=`.
            if isinstance(node, TypeName) and not isinstance(parent, TypedName):
                yield token


def missing(text: str, most: int = 1000) -> list[str]:
    """The words of `text` that are not offered where they stand; tries `most`."""
    analysis = analyze(parse(text))
    parsed = analysis.parsed
    gaps = []
    tokens = list(words(parsed))
    for token in tokens[:: len(tokens) // most + 1]:
        word = token.text_in(text).upper()
        offered = {item.label.upper() for item in complete(analysis, token.start).items}
        if word not in offered:
            gaps.append(f"{word} at {token.start}")
    return gaps


def test_every_word_is_offered_where_it_stands() -> None:
    (formula,) = (file for file in FORMULAS if file.stem == "overtime")
    text = formula.read_text(encoding="utf-8")
    assert sum(1 for _ in words(parse(text))) > 50
    assert missing(text) == []


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus is not here")
def test_every_word_of_real_formulas_is_offered_where_it_stands() -> None:
    lines = (CORPUS / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if row["intact"]]
    gaps = {
        row["file"]: found
        for row in rows
        if (found := missing((CORPUS / row["file"]).read_text(encoding="utf-8"), 2))
    }
    assert gaps == {}
