"""What the text does not say: inferred types, parameters, defaults in force."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from fastformula.analysis import Access, Analysis, Use
from fastformula.analysis.model import CallSite
from fastformula.analysis.words import shorten
from fastformula.linter.nodes import own_nodes
from fastformula.syntax.tree import (
    Date,
    EmptyArray,
    Expression,
    Number,
    Text,
    TypedName,
    Unary,
    Was,
)
from fastformula.text import Span

HintKind = Literal["type", "parameter", "default"]

_FEWEST = 3
"""A call with fewer literals and computed values than this is easy to read as it is."""

_TELLING = (Number, Text, Date, EmptyArray, Unary)
"""Arguments that do not say what they are for."""


@dataclass(frozen=True, slots=True)
class InlayHint:
    """A short text to show at `offset`; it is not part of the formula."""

    offset: int
    label: str
    kind: HintKind


def hint(analysis: Analysis, span: Span) -> tuple[InlayHint, ...]:
    """The hints within `span`, in order."""
    found = [*_types(analysis), *_parameters(analysis), *_defaults(analysis)]
    return tuple(
        sorted(
            (each for each in found if span.start <= each.offset <= span.end),
            key=lambda each: each.offset,
        )
    )


def _types(analysis: Analysis) -> Iterator[InlayHint]:
    """The type of each local where it first gets a value that does not show it."""
    for symbol in analysis.locals:
        if symbol.type is None or not symbol.is_sure or symbol.default is not None:
            continue
        for use in symbol.writes[:1]:
            statement = use.statement
            target = getattr(statement, "target", None)
            value = getattr(statement, "value", None)
            says_it = isinstance(target, TypedName) or isinstance(value, _TELLING)
            if use.access is Access.WRITE and not says_it:
                yield InlayHint(use.name.span.end, f": {symbol.type}", "type")


def _parameters(analysis: Analysis) -> Iterator[InlayHint]:
    for site in analysis.calls:
        arguments = site.call.arguments
        if site.function is None or len(arguments) < _FEWEST:
            continue
        for argument, name in _named(site):
            if isinstance(argument, _TELLING):
                yield InlayHint(argument.span.start, f"{name}:", "parameter")


def _named(site: CallSite) -> Iterator[tuple[Expression, str]]:
    """The arguments with the names of their parameters, as far as none repeats."""
    assert site.function is not None
    parameters = site.function.parameters
    for argument, parameter in zip(site.call.arguments, parameters, strict=False):
        if parameter.repeats:
            return
        yield argument, parameter.name


def _defaults(analysis: Analysis) -> Iterator[InlayHint]:
    """Behind WAS DEFAULTED, the value that the name then has."""
    for use in analysis.uses:
        if use.access is not Access.TEST:
            continue
        default = analysis.symbols[use.key].default
        test = _test_of(use)
        if default is not None and test is not None and test.test == "DEFAULTED":
            value = shorten(default.value.span.text_in(analysis.parsed.text))
            yield InlayHint(test.span.end, f": {value}", "default")


def _test_of(use: Use) -> Was | None:
    for node in own_nodes(use.statement):
        if isinstance(node, Was) and node.subject.span == use.name.span:
            return node
    return None
