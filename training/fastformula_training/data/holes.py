"""Where the tree suggests a hole: a formula to prefixes, middles and suffixes.

Most holes are what an author types as one: a statement, a condition, the arguments
of a call. Whole nodes teach better than random spans (AST-FIM, arXiv 2506.00204);
random spans of characters stay in the mixture, for a cursor may stand inside of a
word (Bavarian et al. 2022, arXiv 2207.14255, section 4.4).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import get_args

from fastformula.syntax import Parsed, tree, walk
from fastformula.text import Span

from fastformula_training.documents import Document, Row

DECLARATIONS = get_args(tree.Declaration)
STATEMENTS = tuple(
    kind for kind in get_args(tree.Statement) if kind not in DECLARATIONS
)

LONGEST_CHARACTERS = 160
"""The longest random span; long enough for three lines."""


def cut_holes(
    parsed: Parsed,
    document: Document,
    shares: Mapping[str, float],
    characters_per_hole: int,
    longest: int,
    seed: int,
    unfinished: float = 0.0,
) -> list[Row]:
    """Cut holes into a formula, about one for every `characters_per_hole`.

    `shares` says how often a hole is of each kind of `KINDS`. Middles are not blank
    and have at most `longest` characters. A share of `unfinished` has no text behind
    it, as when a formula is being written from top to bottom. The same seed and text
    give the same holes, whatever other documents there are.
    """
    rng = random.Random(f"{seed}:{document.id}")
    places = {
        kind: sorted(
            {
                span
                for span in find(parsed, rng)
                if span.end - span.start <= longest
                and parsed.text[span.start : span.end].strip()
            },
            key=lambda span: (span.start, span.end),
        )
        for kind, find in KINDS.items()
        if shares.get(kind, 0) > 0
    }
    rows: list[Row] = []
    taken: set[Span] = set()
    for _ in range(max(1, round(len(parsed.text) / characters_per_hole))):
        kinds = [kind for kind, spans in places.items() if spans]
        if not kinds:
            break
        kind = rng.choices(kinds, [shares[kind] for kind in kinds])[0]
        span = places[kind].pop(rng.randrange(len(places[kind])))
        if span not in taken:
            taken.add(span)
            rows.append(_row(parsed.text, span, kind, document))
    ends = random.Random(f"{seed}:{document.id}:ends")
    return [
        replace(row, suffix=ends.choice(("", "\n")))
        if ends.random() < unfinished
        else row
        for row in rows
    ]


def _row(text: str, span: Span, kind: str, document: Document) -> Row:
    return Row(
        text[: span.start],
        text[span.start : span.end],
        text[span.end :],
        kind,
        document.source,
        document.id,
    )


def _statements(parsed: Parsed, rng: random.Random) -> Iterator[Span]:
    """Every statement but declarations; of a long one, what is left of it.

    An author has often begun a statement when the model is asked, so half of
    them are cut from a token inside.
    """
    for node in walk(parsed.tree):
        if isinstance(node, STATEMENTS):
            start = node.span.start
            if rng.random() < 0.5:
                inside = [
                    token.start
                    for token in parsed.tokens
                    if node.span.start < token.start < node.span.end
                ]
                start = rng.choice(inside) if inside else start
            yield Span(start, node.span.end)


def _declarations(parsed: Parsed, rng: random.Random) -> Iterator[Span]:
    """Declarations, each also from behind its first word."""
    for node in walk(parsed.tree):
        if isinstance(node, DECLARATIONS):
            word = next(t for t in parsed.tokens if t.start >= node.span.start)
            start = word.end if rng.random() < 0.5 else node.span.start
            yield Span(start, node.span.end)


def _expressions(parsed: Parsed, _: random.Random) -> Iterator[Span]:
    """What is assigned, compared with, handed over or looked up."""
    for node in walk(parsed.tree):
        match node:
            case tree.Assign(value=value) | tree.ContextSetting(value=value):
                yield value.span
            case tree.Compare(right=right):
                yield right.span
            case tree.Index(index=index):
                yield index.span
            case tree.Call(arguments=arguments):
                yield from (argument.span for argument in arguments)


def _conditions(parsed: Parsed, _: random.Random) -> Iterator[Span]:
    """Conditions of IF and WHILE, and the operands of AND and OR."""
    for node in walk(parsed.tree):
        match node:
            case tree.If(condition=condition) | tree.While(condition=condition):
                yield condition.span
            case tree.Logic(operands=operands):
                yield from (operand.span for operand in operands)


def _arguments(parsed: Parsed, _: random.Random) -> Iterator[Span]:
    """All arguments of a call, and those from the second on."""
    for node in walk(parsed.tree):
        if isinstance(node, tree.Call | tree.CallFormula | tree.Method):
            arguments = node.arguments
            for first in arguments[:2]:
                yield Span(first.span.start, arguments[-1].span.end)


def _bodies(parsed: Parsed, _: random.Random) -> Iterator[Span]:
    """The statements that a header governs, without their parentheses."""
    for node in walk(parsed.tree):
        if isinstance(node, tree.Body) and node.statements:
            yield Span(node.statements[0].span.start, node.statements[-1].span.end)


def _lines(parsed: Parsed, rng: random.Random) -> Iterator[Span]:
    """The rest of every line, from a random place in it."""
    start = 0
    for line in parsed.text.splitlines(keepends=True):
        end = start + len(line.rstrip())
        first = start + len(line) - len(line.lstrip())
        if first < end:
            yield Span(rng.randrange(first, end), end)
        start += len(line)


def _characters(parsed: Parsed, rng: random.Random) -> Iterator[Span]:
    """Spans without regard to the tree, short ones as often as long ones."""
    size = len(parsed.text)
    for _ in range(max(1, size // 40)):
        length = round(LONGEST_CHARACTERS ** rng.random())
        start = rng.randrange(max(1, size - length + 1))
        yield Span(start, min(size, start + length))


KINDS: Mapping[str, Callable[[Parsed, random.Random], Iterator[Span]]] = {
    "statement": _statements,
    "expression": _expressions,
    "condition": _conditions,
    "arguments": _arguments,
    "body": _bodies,
    "line": _lines,
    "declaration": _declarations,
    "characters": _characters,
}
"""Every kind of hole, with where it may be cut."""
