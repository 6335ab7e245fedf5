"""What can be typed: items of the list, and those that the language itself brings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, NamedTuple

from fastformula.editor.snippets import call_snippet, method_snippet
from fastformula.editor.spot import Spot
from fastformula.language import (
    Function,
    Keyword,
    load_functions,
    load_keywords,
    load_methods,
)
from fastformula.language.types import DATA_TYPES
from fastformula.syntax.tables import load_tables

ItemKind = Literal[
    "name",
    "input",
    "output",
    "item",
    "context",
    "keyword",
    "type",
    "constant",
    "function",
    "method",
    "declaration",
    "formula",
    "storage",
]

_DECLARING = frozenset(
    {"ALIAS", "DEFAULT", "DEFAULT_DATA_VALUE", "INPUTS", "NEED_CONTEXT"}
)


@dataclass(frozen=True, slots=True)
class Item:
    """Something to type."""

    label: str
    kind: ItemKind
    text: str
    """What to insert where the editor knows no snippets."""
    snippet: str = ""
    """The same with `${1:placeholders}`; empty where there is nothing to fill in."""
    detail: str = ""


class Candidate(NamedTuple):
    """An item that fits the grammar, and the type that it would give."""

    item: Item
    type: str | None = None


class Line(NamedTuple):
    """What the line of the cursor asks of an item."""

    is_open: bool
    """Whether nothing stands behind the cursor."""
    is_called: bool
    """Whether a parenthesis stands behind the cursor."""
    is_body: bool
    """Whether statements that are no declarations stand before the cursor."""
    array: str | None
    """The type of the array whose dot stands before the cursor."""


def find_words(spot: Spot, line: Line) -> Iterator[Candidate]:
    """The words that the grammar takes."""
    terminals = load_tables().keywords
    for word, keyword in load_keywords().items():
        if terminals.get(word) not in spot.expected:
            continue
        if line.is_body and "EXIT" in spot.expected and word in _DECLARING:
            continue
        if keyword.kind == "function":
            yield _function(spot, line, load_functions()[word])
        elif keyword.kind == "method":
            if word in load_methods():
                yield _function(spot, line, load_methods()[word])
        else:
            yield Candidate(_keyword(spot, line, keyword))


def find_calls(spot: Spot, line: Line) -> Iterator[Candidate]:
    """Functions with a value in expressions, those without where statements begin."""
    value = "NUMBER" in spot.expected
    statement = "EXIT" in spot.expected
    for overloads in _plain_functions():
        is_statement = overloads[0].returns == "STATEMENT"
        if statement if is_statement else value:
            yield _function(spot, line, overloads)


def in_case(spot: Spot, word: str) -> str:
    """A word of Oracle's in the case in which the author types."""
    return word.lower() if spot.typed.islower() else word


def _keyword(spot: Spot, line: Line, keyword: Keyword) -> Item:
    kind: ItemKind = "keyword"
    if keyword.kind == "type":
        kind = "type"
    elif keyword.kind == "constant":
        kind = "constant"
    word = in_case(spot, keyword.name)
    # A whole construct only fits where nothing of it stands yet.
    snippet = in_case(spot, keyword.snippet) if line.is_open else ""
    return Item(word, kind, word, snippet, keyword.syntax)


@cache
def _plain_functions() -> tuple[tuple[Function, ...], ...]:
    """All functions but those whose names are words of the grammar."""
    words = load_tables().keywords
    return tuple(
        overloads for name, overloads in load_functions().items() if name not in words
    )


def _function(spot: Spot, line: Line, overloads: Sequence[Function]) -> Candidate:
    first = overloads[0]
    more = len(overloads) - 1
    detail = first.signature + (f" (+{more} more)" if more else "")
    snippet = ""
    if not line.is_called:
        made = method_snippet(first, line.array) if first.is_method else None
        snippet = in_case(spot, call_snippet(first) if made is None else made)
    kind: ItemKind = "method" if first.is_method else "function"
    word = in_case(spot, first.name)
    type_ = first.returns if first.returns in DATA_TYPES else None
    return Candidate(Item(word, kind, word, snippet, detail), type_)
