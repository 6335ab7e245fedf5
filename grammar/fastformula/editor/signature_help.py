"""Which arguments the function takes whose parentheses the cursor is in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastformula.analysis import Analysis
from fastformula.language import Function, find_functions, load_methods
from fastformula.syntax.tokens import Token
from fastformula.text import Span

_OPENING = {"LPAR": "RPAR", "LSQB": "RSQB"}
_CLOSING = frozenset(_OPENING.values())

_FARTHEST = 2_000
"""Tokens before the cursor that are looked through for the open parenthesis."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One form of a function, for people to read."""

    label: str
    parameters: tuple[Span, ...]
    """Where each parameter stands in `label`."""
    documentation: str


@dataclass(frozen=True, slots=True)
class SignatureHelp:
    """The forms of the function, and where in them the cursor is."""

    signatures: tuple[Signature, ...]
    active: int
    """Which of them fits what is written so far."""
    argument: int
    """Which argument the cursor is in, from 0."""


def help_with_signature(analysis: Analysis, offset: int) -> SignatureHelp | None:
    """The function around `offset`; None outside of calls.

    Looks at tokens alone, so that it answers in the middle of what is being typed.
    """
    tokens = analysis.parsed.tokens
    found = _open_call(tokens, offset)
    if found is None:
        return None
    at, argument = found
    key = tokens[at].text_in(analysis.parsed.text).upper()
    is_method = at > 0 and tokens[at - 1].kind == "DOT"
    overloads = load_methods().get(key, ()) if is_method else find_functions(key)
    if not overloads:
        return None
    active = _active(analysis, overloads, tokens[at].start, argument)
    return SignatureHelp(
        tuple(_describe(each) for each in overloads),
        active,
        _position(overloads[active], argument),
    )


def _open_call(tokens: Sequence[Token], offset: int) -> tuple[int, int] | None:
    """The token before the innermost open parenthesis, and the commas behind that."""
    before = 0
    while before < len(tokens) and tokens[before].start < offset:
        before += 1
    if before and tokens[before - 1].end > offset and _holds_cursor(tokens[before - 1]):
        # Inside a text the commas are the text's own; the text itself is an argument.
        before -= 1
    depth = commas = 0
    for at in range(before - 1, max(0, before - _FARTHEST) - 1, -1):
        kind = tokens[at].kind
        if kind in _CLOSING:
            depth += 1
        elif kind in _OPENING:
            if depth == 0:
                if kind == "LSQB" or at == 0:
                    return None
                return at - 1, commas
            depth -= 1
        elif kind == "COMMA" and depth == 0:
            commas += 1
    return None


def _holds_cursor(token: Token) -> bool:
    return token.kind in ("TEXT", "OPEN_TEXT", "QNAME")


def _active(
    analysis: Analysis, overloads: Sequence[Function], start: int, argument: int
) -> int:
    for site in analysis.calls:
        chosen = site.function
        if chosen is None or site.call.function.span.start != start:
            continue
        if chosen in overloads and _takes(chosen, argument):
            return overloads.index(chosen)
    for at, each in enumerate(overloads):
        if _takes(each, argument):
            return at
    return 0


def _takes(function: Function, argument: int) -> bool:
    repeats = any(each.repeats for each in function.parameters)
    return repeats or argument < max(1, len(function.parameters))


def _position(function: Function, argument: int) -> int:
    """The parameter that an argument is for; the last ones repeat where one does."""
    count = len(function.parameters)
    repeating = sum(each.repeats for each in function.parameters)
    if argument < count or not repeating:
        return argument
    first = count - repeating
    return first + (argument - first) % repeating


def _describe(function: Function) -> Signature:
    label = function.signature
    places = []
    start = label.find("(") + 1
    for parameter in function.parameters:
        start = label.index(parameter.label, start)
        places.append(Span(start, start + len(parameter.label)))
        start = places[-1].end
    return Signature(label, tuple(places), function.description)
