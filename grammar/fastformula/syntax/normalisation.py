"""What authors write that is not FastFormula: named, and read as what was meant.

Habits from PL/SQL and other languages would each cost several errors far from the
place. Before parsing, such tokens are put into the words of the language, with one
error that says what to write instead. What is listed is listed because people, blogs
and language models write it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fastformula.diagnostic import Diagnostic
from fastformula.syntax.end_blocks import END_WORDS, close_blocks
from fastformula.syntax.foreign_phrases import PHRASE_KINDS, PHRASES, RELATIONS
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


def looks_far(text: str, tokens: Sequence[Token]) -> bool:
    """Whether what some of `tokens` are read as may hang on tokens far from them.

    All else is told by what stands in the same statement.
    """
    for at, token in enumerate(tokens):
        kind = token.kind
        if kind == "NAME":
            if token.text_in(text).upper() in _FAR_WORDS:
                return True
        elif kind in SIGNS:
            return True
        elif kind in _LOCAL:
            near = [each.kind for each in tokens[max(0, at - 1) : at + 3]]
            near = near if at else ["", *near]
            if _LOCAL[kind](*near, *[""] * (4 - len(near))):
                return True
    return False


_FAR_WORDS = _WORDS.keys() | END_WORDS

_LOCAL: dict[str, Callable[[str, str, str, str], bool]] = {
    "CONCAT": lambda before, kind, first, second: second in RELATIONS,
    "FOR": lambda before, kind, first, second: not before.startswith("DEFAULT"),
    "RETURN": lambda before, kind, first, second: "LPAR" in (first, second),
    "RETURN_LIST": lambda before, kind, first, second: "LPAR" in (first, second),
    "TEXT": lambda before, kind, first, second: (
        first == "EQUAL" and before in ("LPAR", "COMMA")
    ),
}
"""By the kind of a token and its neighbours, whether its handler looks far."""


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
