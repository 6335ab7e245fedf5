"""From text to a tree, its tokens and all syntax errors; never raises."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from fastformula.diagnostic import Diagnostic
from fastformula.syntax.builder import BUILDERS
from fastformula.syntax.checks import check
from fastformula.syntax.normalisation import normalise
from fastformula.syntax.recogniser import Stack
from fastformula.syntax.recovery import run
from fastformula.syntax.tables import load_tables
from fastformula.syntax.tokens import END, Token, tokenize
from fastformula.syntax.tree import Formula
from fastformula.text import Span


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a text says.

    `tokens` cover the text without loss, the last is `$END`. The tree is whole even
    where `errors` is not empty: what could not be read stands in it as `Unknown`, and
    what was missing as an empty node.
    """

    text: str
    tree: Formula
    tokens: tuple[Token, ...]
    errors: tuple[Diagnostic, ...]


class _Spliced(tuple[Any, ...]):
    """Children of a rule that has no node; its parent takes them over."""

    __slots__ = ()


def parse(text: str) -> Parsed:
    """Parse `text`, repairing every mistake, so that all are found at once."""
    tokens = tokenize(text)
    work, foreign = normalise(text, tokens)
    _, stacks, errors = run(text, work, partial(_push, text))
    tree: Formula = stacks[-1].below.value  # type: ignore[union-attr]
    errors += foreign
    # What a repair touched is not judged again: one mistake, one error.
    mended = [error.span for error in errors]
    errors += (
        remark
        for remark in check(text, tree, tokens)
        if not any(
            span.start <= remark.span.end and remark.span.start <= span.end
            for span in mended
        )
    )
    errors.sort(key=lambda error: error.span)
    return Parsed(text, tree, tuple(tokens), tuple(errors))


def _push(text: str, stack: Stack, token: Token) -> Stack | None:
    """`Recogniser.feed`, building nodes on the way."""
    tables = load_tables()
    actions, gotos, rules = tables.actions, tables.gotos, tables.rules
    kind = token.kind
    soft = kind in tables.soft
    while True:
        action = actions[stack.state].get(kind)
        if action is None:
            action = actions[stack.state].get("NAME") if soft else None
            if action is None:
                return None
        if action >= 0:
            return Stack(action, stack, token)
        node, origin, length = rules[~action]
        values: list[Any] = []
        below = stack
        spliced = False
        for _ in range(length):
            value = below.value
            spliced = spliced or type(value) is _Spliced
            values.append(value)
            below = below.below  # type: ignore[assignment]
        values.reverse()
        result: Any
        if node == "?":
            result = values[0]
        elif node == "":
            result = values[0] if length == 1 and not spliced else _Spliced(values)
        else:
            if spliced:
                values = _flatten(values)
            result = BUILDERS[node](text, _cover(values), values)
        target = gotos[below.state][origin]
        stack = Stack(target, below, result)
        if kind == END and target == tables.end:
            return Stack(target, stack, None)


def _flatten(values: list[Any]) -> list[Any]:
    # Lists recurse to the left as deep as they are long: no recursion here.
    flat = []
    pending = values
    while pending:
        value = pending.pop()
        if type(value) is _Spliced:
            pending.extend(value)
        else:
            flat.append(value)
    flat.reverse()
    return flat


def _cover(children: list[Any]) -> Span:
    if not children:
        return Span(0, 0)
    first, last = children[0], children[-1]
    start = first.start if isinstance(first, Token) else first.span.start
    end = last.end if isinstance(last, Token) else last.span.end
    return Span(start, end)
