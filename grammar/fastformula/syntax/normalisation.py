"""What authors write that is not FastFormula: named, and read as what was meant.

Habits from PL/SQL and other languages would each cost several errors far from the
place. Before parsing, such tokens are put into the words of the language, with one
error that says what to write instead. What is listed is listed because people, blogs
and language models write it.
"""

from __future__ import annotations

from collections.abc import Sequence

from fastformula.diagnostic import Diagnostic
from fastformula.syntax.end_blocks import close_blocks
from fastformula.syntax.foreign_phrases import PHRASE_KINDS, PHRASES
from fastformula.syntax.foreign_return import RETURNS
from fastformula.syntax.foreign_signs import SIGNS
from fastformula.syntax.foreign_words import WORDS
from fastformula.syntax.rewriting import MOST_ERRORS, mistake, replacement
from fastformula.syntax.tokens import Token, trivia
from fastformula.text import Span

_WORDS = WORDS | PHRASES
_KINDS = SIGNS | PHRASE_KINDS | RETURNS

_PADDING = 6
"""How far a handler may look past the end without asking."""


def normalise(
    text: str, tokens: Sequence[Token]
) -> tuple[list[Token], list[Diagnostic]]:
    """Tokens of the language for `tokens`, and an error for each foreign construct."""
    errors = _foreign_comments(text, tokens)
    padded = [*tokens, *[tokens[-1]] * _PADDING]
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        handler = _KINDS.get(token.kind)
        if token.kind == "NAME":
            handler = _WORDS.get(token.text_in(text).upper())
        rewrite = None
        if handler and len(errors) < MOST_ERRORS:
            rewrite = handler(text, padded, at, out)
        if rewrite is None:
            out.append(token)
            at += 1
            continue
        out += rewrite.tokens
        at += rewrite.removed
        if rewrite.error:
            errors.append(rewrite.error)
    closed, block_errors = close_blocks(text, out)
    return closed, errors + block_errors


def _foreign_comments(text: str, tokens: Sequence[Token]) -> list[Diagnostic]:
    if "--" not in text and "//" not in text:
        return []
    errors = []
    for token in tokens:
        for piece in trivia(text, token) if token.lead < token.start else ():
            if piece.kind != "foreign-comment":
                continue
            written = piece.span.text_in(text)
            indent = len(written) - len(written.lstrip())
            span = Span(piece.span.start + indent, piece.span.end)
            words = written.strip().lstrip("-/").strip()
            sign = written.strip()[:2]
            errors.append(
                mistake(
                    "comment",
                    span,
                    f"`{sign}` does not begin a comment. Write /* … */.",
                    replacement("Write /* … */", span, f"/* {words} */"),
                )
            )
    return errors
