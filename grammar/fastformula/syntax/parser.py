"""From text to a tree, its tokens and all syntax errors; never raises."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from fastformula.diagnostic import Diagnostic
from fastformula.syntax.builder import BUILDERS
from fastformula.syntax.checks import check
from fastformula.syntax.normalisation import normalise
from fastformula.syntax.recogniser import Stack
from fastformula.syntax.recovery import Run, run
from fastformula.syntax.tables import load_tables
from fastformula.syntax.tokens import END, Token, tokenize
from fastformula.syntax.tree import Formula, Statement
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
    run: Run = field(compare=False, repr=False)
    """How the automaton got through the text."""
    is_foreign: bool = field(compare=False, repr=False)
    """Whether it was read with words of another language put into those of ours."""


class _Spliced(tuple[Any, ...]):
    """Children of a rule that has no node; its parent takes them over."""

    __slots__ = ()


def parse(text: str) -> Parsed:
    """Parse `text`, repairing every mistake, so that all are found at once."""
    tokens = tokenize(text)
    work, foreign = normalise(text, tokens)
    read = run(text, work, partial(push, text))
    tree: Formula = read.stacks[-1].below.value  # type: ignore[union-attr]
    errors = [*read.errors, *foreign]
    errors += unsaid(check(text, tree, tokens), errors)
    errors.sort(key=lambda error: error.span)
    is_foreign = bool(foreign) or work != tokens
    return Parsed(text, tree, tuple(tokens), tuple(errors), read, is_foreign)


def unsaid(
    remarks: Sequence[Diagnostic], errors: Sequence[Diagnostic]
) -> list[Diagnostic]:
    """Those of `remarks` that speak of nothing mended: one mistake, one error."""
    mended = [error.span for error in errors]
    return [
        remark
        for remark in remarks
        if not any(
            span.start <= remark.span.end and remark.span.start <= span.end
            for span in mended
        )
    ]


def statements_on(stack: Stack | None) -> tuple[Statement, ...]:
    """The statements read so far, where `stack` stands between two of a list."""
    value = stack.value if stack is not None else None
    if value is None:
        return ()
    return tuple(_flatten([value])) if type(value) is _Spliced else (value,)


def push(text: str, stack: Stack, token: Token) -> Stack | None:
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
