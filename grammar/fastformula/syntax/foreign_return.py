"""RETURN with a value instead of names; see `normalisation`."""

from __future__ import annotations

from collections.abc import Sequence

from fastformula.diagnostic import Fix
from fastformula.syntax.rewriting import (
    Handler,
    Rewrite,
    find_closer,
    is_name,
    mistake,
    replacement,
    stand_in,
    word,
)
from fastformula.syntax.tokens import END, Token
from fastformula.text import Edit, Span


def _same_line(text: str, one: Token, other: Token) -> bool:
    return "\n" not in text[one.end : other.start]


def _return(
    text: str, tokens: Sequence[Token], at: int, out: list[Token]
) -> Rewrite | None:
    token, first = tokens[at], tokens[at + 1]
    # In the middle of something else a RETURN is itself what is wrong.
    if (
        out
        and out[-1].kind not in _BEFORE_STATEMENT
        and _same_line(text, out[-1], token)
    ):
        return None
    if first.kind == "LPAR":
        closer = find_closer(tokens, at + 1)
        inside = tokens[at + 2 : max(closer, at + 2)]
        names, commas = inside[::2], inside[1::2]
        if (
            names
            and all(is_name(each) for each in names)
            and all(each.kind == "COMMA" for each in commas)
            and len(names) == len(commas) + 1
            and tokens[closer + 1].kind
            not in ("PLUS", "MINUS", "STAR", "SLASH", "CONCAT")
        ):
            edits = (Edit(first.span, " "), Edit(tokens[closer].span, ""))
            error = mistake(
                "return",
                Span(first.start, tokens[closer].end),
                "RETURN takes a plain list of names, without parentheses.",
                Fix("Remove the parentheses", edits),
            )
            read = (stand_in("RETURN_LIST", token), *inside)
            return Rewrite(closer + 1 - at, read, error)
    end = _expression_end(text, tokens, at + 1)
    if end == at + 1 or (end == at + 2 and is_name(first)):
        return None
    if not _same_line(text, token, first):
        return None
    span = Span(first.start, tokens[end - 1].end)
    value = span.text_in(text)
    whole = Span(token.start, span.end)
    write = f"l_result = {value}\n{token.text_in(text)} l_result"
    if out and out[-1].kind in ("THEN", "ELSE", "LOOP"):
        write = f"(\n{write}\n)"
    error = mistake(
        "return",
        span,
        "RETURN hands back variables by name, not a value. Assign the value to the "
        "output first.",
        replacement("Assign it first", whole, write),
    )
    return Rewrite(end - at, (stand_in("RETURN", token),), error)


_BEFORE_STATEMENT = ("THEN", "ELSE", "LOOP", "LPAR", "RPAR", "NUMBER", "TEXT")

_STATEMENT_CALLS = ("WSA_SET", "WSA_DELETE", "SET_INPUT", "EXECUTE")


def _expression_end(text: str, tokens: Sequence[Token], at: int) -> int:
    """Index behind the expression at `at`; `at` itself where there is none."""
    begin = at
    while True:
        while tokens[at].kind in ("MINUS", "PLUS"):
            at += 1
        if tokens[at].kind == "LPAR":
            at = find_closer(tokens, at) + 1
        elif tokens[at].kind in ("TEXT", "NUMBER"):
            at += 1
        elif is_name(tokens[at]) and word(text, tokens[at]) not in _STATEMENT_CALLS:
            at += 1
            if tokens[at].kind == "LPAR":
                at = find_closer(tokens, at) + 1
        else:
            return begin
        # A closer was not found, or what looked like a value is a new statement.
        if at == 0 or tokens[at].kind in ("EQUAL", "LSQB", "DOT"):
            return begin
        if tokens[at].kind not in ("PLUS", "MINUS", "STAR", "SLASH", "CONCAT"):
            return at
        at += 1
        if tokens[at].kind == END:
            return begin


RETURNS: dict[str, Handler] = {"RETURN": _return, "RETURN_LIST": _return}
"""Handlers by the kind of token."""
