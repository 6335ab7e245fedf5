"""What the word under the cursor means."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastformula.analysis import Analysis
from fastformula.editor.documentation import describe_functions, describe_keyword
from fastformula.editor.names import describe_name
from fastformula.editor.navigation import use_at
from fastformula.language import (
    Function,
    find_functions,
    find_keyword,
    load_methods,
)
from fastformula.syntax import SOFT_KEYWORDS, Parsed, Token, path_to
from fastformula.syntax.tree import Name
from fastformula.text import Span


@dataclass(frozen=True, slots=True)
class Hover:
    """An explanation in Markdown of what stands at `span`."""

    span: Span
    markdown: str


@dataclass(frozen=True, slots=True)
class LastValues:
    """What names held at the end of a run of the formula as it is."""

    run: str
    """Which run, as the beginning of a sentence: `In the last run`."""
    values: Mapping[str, str]
    """As one writes them, by upper-case name."""


def hover(
    analysis: Analysis, offset: int, last: LastValues | None = None
) -> Hover | None:
    """What is known of the word or name at `offset`, and what it held in a run."""
    found = hover_word(analysis.parsed, offset)
    if found is not None:
        return found
    use = use_at(analysis, offset)
    if use is None:
        return None
    markdown = describe_name(analysis, use)
    symbol = analysis.symbol_of(use.name)
    value = last.values.get(symbol.name.upper()) if last and symbol else None
    if last is not None and value is not None:
        markdown += f"\n\n{last.run}: {_code(value)}"
    return Hover(use.name.span, markdown)


def _code(text: str) -> str:
    """`text` in Markdown, whatever signs are in it."""
    line = " ".join(text.split("\n"))
    ticks = "`" * (1 + max(map(len, re.findall("`+", line)), default=0))
    return f"{ticks}{line}{ticks}"


def hover_word(parsed: Parsed, offset: int) -> Hover | None:
    """What Oracle's word or function at `offset` means; None for names."""
    at = _word_at(parsed, offset)
    if at is None:
        return None
    token = parsed.tokens[at]
    word = token.text_in(parsed.text).upper()
    keyword = find_keyword(word)
    overloads: Sequence[Function] = ()
    if at > 0 and parsed.tokens[at - 1].kind == "DOT":
        overloads = load_methods().get(word, ())
    elif keyword is None or keyword.kind == "function":
        called = parsed.tokens[at + 1].kind == "LPAR"
        overloads = find_functions(word) if called or keyword else ()
    elif word in SOFT_KEYWORDS and _is_name(parsed, token):
        return None
    if overloads:
        markdown = describe_functions(overloads, keyword.example if keyword else "")
        return Hover(token.span, markdown)
    return Hover(token.span, describe_keyword(keyword)) if keyword else None


def _word_at(parsed: Parsed, offset: int) -> int | None:
    for at, token in enumerate(parsed.tokens):
        if token.start <= offset <= token.end:
            written = token.text_in(parsed.text)
            if written[:1].isalpha():
                return at
    return None


def _is_name(parsed: Parsed, token: Token) -> bool:
    return isinstance(path_to(parsed.tree, token.start)[-1], Name)
