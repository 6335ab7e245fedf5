"""What can be typed at the cursor: words, functions, and names of the formula."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from fastformula.language import (
    Function,
    Keyword,
    load_functions,
    load_keywords,
    load_methods,
)
from fastformula.syntax import Parsed, Stack, Token, recogniser, trivia
from fastformula.syntax.recovery import read_prefix
from fastformula.syntax.tables import load_tables
from fastformula.syntax.tokens import COMMENT_KINDS, NAMES
from fastformula.syntax.tree import (
    Alias,
    Default,
    DefaultData,
    Inputs,
    NeedContext,
)
from fastformula.text import Span

ItemKind = Literal["name", "keyword", "type", "constant", "function", "method"]

_DECLARING = frozenset(
    {"ALIAS", "DEFAULT", "DEFAULT_DATA_VALUE", "INPUTS", "NEED_CONTEXT"}
)
_DECLARATIONS = (Alias, Default, DefaultData, Inputs, NeedContext)


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
    documentation: str = ""
    """One sentence."""


@dataclass(frozen=True, slots=True)
class Completion:
    """Items that all replace what stands at `span`, the likeliest first."""

    span: Span
    items: tuple[Item, ...]


def complete(parsed: Parsed, offset: int) -> Completion:
    """What the grammar accepts at `offset`, in words.

    All that fits is offered, whatever part of it is already typed: editors filter.
    Nothing is offered in comments and literals.
    """
    nothing = Completion(Span(offset, offset), ())
    if _in_comment(parsed, offset):
        return nothing
    start = offset
    for token in parsed.tokens:
        if token.start < offset <= token.end:
            written = token.text_in(parsed.text)
            if written[0].isalpha():
                start = token.start
            elif _is_inside(token, written, offset):
                return nothing
    expected = recogniser().expected(_stack_at(parsed.text, start, offset))
    typed = parsed.text[start:offset]
    place = _Place(
        expected=expected,
        lower=typed.islower(),
        open_line=not parsed.text[offset:].partition("\n")[0].strip(),
        called=parsed.text[offset : offset + 1] == "(",
        body=any(
            statement.span.start < start and not isinstance(statement, _DECLARATIONS)
            for statement in parsed.tree.statements
        ),
    )
    items = (
        *(_names(parsed, offset) if "NAME" in expected else ()),
        *_words(place),
        *_functions(place),
    )
    return Completion(Span(start, offset), items)


@dataclass(frozen=True, slots=True)
class _Place:
    expected: frozenset[str]
    lower: bool
    """Whether what is typed already is in lower case."""
    open_line: bool
    """Whether nothing stands behind the cursor on its line."""
    called: bool
    """Whether a parenthesis stands behind the cursor."""
    body: bool
    """Whether statements that are no declarations stand before the cursor."""

    def item(
        self, word: str, kind: ItemKind, snippet: str, detail: str, documentation: str
    ) -> Item:
        """An item in the case in which the author types."""
        if self.lower:
            word, snippet = word.lower(), snippet.lower()
        return Item(word, kind, word, snippet, detail, documentation)


# Where the cursor is


def _in_comment(parsed: Parsed, offset: int) -> bool:
    for token in parsed.tokens:
        if token.lead < offset <= token.start:
            for piece in trivia(parsed.text, token):
                # Behind `*/` a comment is over, behind a line of one it goes on.
                end = piece.span.end - (piece.kind == "comment")
                if piece.kind in COMMENT_KINDS and piece.span.start < offset <= end:
                    return True
    return False


def _is_inside(token: Token, written: str, offset: int) -> bool:
    if token.kind in ("NUMBER", "OPEN_TEXT", "OPEN_COMMENT"):
        return True
    return offset < token.end and written[0] in "'\"\u2018\u201c"


def _stack_at(text: str, start: int, offset: int) -> Stack:
    """The state of the parser where the word begins, mistakes before it repaired."""
    tokens, stacks = read_prefix(text[:start])
    returning = bool(tokens) and tokens[-1].kind == "RETURN"
    # Behind RETURN the names to return are meant, on a new line a statement.
    if returning and "\n" not in text[tokens[-1].end : offset]:
        return recogniser().feed(stacks[-2], "RETURN_LIST") or stacks[-1]
    return stacks[-1]


# What fits there


def _names(parsed: Parsed, offset: int) -> Iterator[Item]:
    """Every name that the formula uses elsewhere, as it is first written."""
    details = _declared(parsed)
    tokens = parsed.tokens
    seen: dict[str, str] = {}
    for at, token in enumerate(tokens):
        if token.kind not in NAMES or token.start < offset <= token.end:
            continue
        # `name (` is a call, but `name (TEXT)` is a name with its type.
        called = tokens[at + 1].kind == "LPAR"
        if called and not tokens[at + 2].kind.startswith("TYPE_"):
            continue
        written = token.text_in(parsed.text)
        seen.setdefault(written.upper(), written)
    for key, written in seen.items():
        yield Item(written, "name", written, detail=details.get(key, ""))


def _declared(parsed: Parsed) -> dict[str, str]:
    details: dict[str, str] = {}
    for statement in parsed.tree.statements:
        match statement:
            case Alias(item=item, alias=alias):
                details[alias.key] = f"alias of {item.text}"
            case Default(name=name) | DefaultData(name=name):
                details.setdefault(name.key, "has a default")
            case Inputs(inputs=inputs):
                for each in inputs:
                    kind = f" {each.type.name}" if each.type else ""
                    details[each.name.key] = f"input{kind}"
    return details


def _words(place: _Place) -> Iterator[Item]:
    terminals = load_tables().keywords
    for word, keyword in load_keywords().items():
        if terminals.get(word) not in place.expected:
            continue
        if place.body and "EXIT" in place.expected and word in _DECLARING:
            continue
        if keyword.kind == "function":
            yield _function_item(place, load_functions()[word])
        elif keyword.kind == "method":
            if word in load_methods():
                yield _function_item(place, load_methods()[word])
        else:
            yield _keyword_item(place, keyword)


def _keyword_item(place: _Place, keyword: Keyword) -> Item:
    kind: ItemKind = "keyword"
    if keyword.kind == "type":
        kind = "type"
    elif keyword.kind == "constant":
        kind = "constant"
    # A whole construct only fits where nothing of it stands yet.
    snippet = keyword.snippet if place.open_line else ""
    return place.item(keyword.name, kind, snippet, keyword.syntax, keyword.meaning)


def _functions(place: _Place) -> Iterator[Item]:
    """Functions with a value in expressions, those without where statements begin."""
    if "NAME" not in place.expected:
        return
    value = "NUMBER" in place.expected
    statement = "EXIT" in place.expected
    for overloads in _plain_functions():
        is_statement = overloads[0].returns == "STATEMENT"
        if statement if is_statement else value:
            yield _function_item(place, overloads)


@cache
def _plain_functions() -> tuple[tuple[Function, ...], ...]:
    """All functions but those whose names are words of the grammar."""
    words = load_tables().keywords
    return tuple(
        overloads for name, overloads in load_functions().items() if name not in words
    )


def _function_item(place: _Place, overloads: Sequence[Function]) -> Item:
    first = overloads[0]
    more = len(overloads) - 1
    detail = first.signature + (f" (+{more} more)" if more else "")
    snippet = "" if place.called else _call_snippet(first)
    kind: ItemKind = "method" if first.is_method else "function"
    return place.item(first.name, kind, snippet, detail, first.description)


def _call_snippet(function: Function) -> str:
    if function.is_method and not function.parameters:
        return ""
    wanted = [
        parameter.name
        for parameter in function.parameters
        if function.is_method or not parameter.optional
    ]
    holes = ", ".join(f"${{{at}:{name}}}" for at, name in enumerate(wanted, start=1))
    return f"{function.name}({holes})"
