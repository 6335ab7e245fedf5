"""Where a text names other formulas and their parameters, and itself."""

from __future__ import annotations

import re
from typing import NamedTuple

from fastformula.analysis import Analysis
from fastformula.syntax.tree import Call, Text
from fastformula.text import Span

_HEADER = re.compile(
    r"^[ \t/*#-]*Formula[ _]Name[ \t]*:[ \t]*(?P<name>[^\r\n*]+)",
    re.IGNORECASE | re.MULTILINE,
)
_HEADER_LENGTH = 4000
"""How far into a text its header reaches, in code points."""


class Naming(NamedTuple):
    """A name, upper case, and where it stands."""

    name: str
    span: Span


class NamedCall(NamedTuple):
    """A call of a formula by a text literal; spans are those of literals, in quotes."""

    formula: str
    """Upper case."""
    span: Span
    inputs: tuple[Naming, ...]
    outputs: tuple[Naming, ...]


def find_calls(analysis: Analysis) -> tuple[NamedCall, ...]:
    """The calls of formulas, in source order; names that are computed are left out."""
    found = []
    for call in analysis.formula_calls:
        node = call.node
        name = node.arguments[0] if isinstance(node, Call) else node.formula
        if call.formula and isinstance(name, Text):
            given, taken = (
                tuple(Naming(each.name, each.node.span) for each in part if each.name)
                for part in (call.inputs, call.outputs)
            )
            found.append(NamedCall(call.formula, name.span, given, taken))
    return tuple(found)


def inside(literal: Span) -> Span:
    """A text literal without its quotes."""
    return Span(literal.start + 1, literal.end - 1)


def find_formula_name(analysis: Analysis, offset: int) -> Naming | None:
    """The name of a formula at `offset`: of a called one, or of this in its header.

    Its span is that of the name alone, without quotes.
    """
    for call in find_calls(analysis):
        if call.span.start <= offset <= call.span.end:
            return Naming(call.formula, inside(call.span))
    own = find_header_name(analysis.parsed.text)
    return own if own and own.span.start <= offset <= own.span.end else None


def find_header_name(text: str) -> Naming | None:
    """The name in a comment `Formula Name: …` at the top; blanks are underscores."""
    match = _HEADER.search(text, 0, _HEADER_LENGTH)
    written = match["name"].strip() if match else ""
    if match is None or not written:
        return None
    start = match.start("name") + match["name"].index(written)
    name = written.replace(" ", "_").upper()
    return Naming(name, Span(start, start + len(written)))
