"""Whether to ask the model at all, and for how much."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from fastformula.syntax import Token, tokenize, trivia
from fastformula.syntax.tokens import COMMENT_KINDS

RIGHT_OF_CURSOR = 8
"""Non-blank characters right of the cursor above which nothing is offered unasked.

As llama.vim has it; more than a closing bracket or two is a line being edited, not
being written.
"""

_NEAR = 500
"""Code points before the cursor in which a block's opening is looked for."""

_BLOCK_OPENER = re.compile(
    r"\b(?:THEN|ELSE|LOOP)\s*\(\s*\Z|\)\s*\(\s*\Z", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Decision:
    """Why not to ask ("" to ask), and whether several lines are wanted."""

    refusal: str
    several_lines: bool = False


def decide(
    text: str, offset: int, *, manual: bool, tokens: Sequence[Token] = ()
) -> Decision:
    """Whether a completion of `text` at `offset` is welcome.

    Whoever asks by hand is refused only where no code can stand. `tokens` are those of
    `text`, if they are at hand.
    """
    tokens = tokens or tokenize(text)
    token = _token_around(tokens, offset)
    if _opens_quote(text, tokens, offset):
        return Decision("inside a text literal or quoted name")
    if token.start < offset < token.end:
        if token.kind in ("TEXT", "CURLY_TEXT"):
            return Decision("inside a text literal")
        if token.kind == "OPEN_COMMENT":
            return Decision("inside a comment")
    if _inside_comment(text, token, offset):
        return Decision("inside a comment")
    if not manual:
        end = text.find("\n", offset)
        right = text[offset : len(text) if end < 0 else end].strip()
        if re.match(r"\w", text[offset : offset + 1]):
            return Decision("inside a word")
        if len(right) > RIGHT_OF_CURSOR:
            return Decision("too much text right of the cursor")
    return Decision("", _opens_block(text, offset))


def _token_around(tokens: Sequence[Token], offset: int) -> Token:
    """The first token that ends behind `offset`."""
    at = bisect_right(tokens, offset, key=lambda token: token.end)
    return tokens[min(at, len(tokens) - 1)]


def _opens_quote(text: str, tokens: Sequence[Token], offset: int) -> bool:
    """Whether a quote is open at the cursor that nothing closes on its line.

    Whatever comes next there is text of the author's. The grammar takes all of it and
    no name can be looked up, so nothing that is said of it can be told right or wrong,
    and where it ends is a guess that all that follows hangs on.
    """
    line = text.rfind("\n", 0, offset) + 1
    at = bisect_left(tokens, offset, key=lambda token: token.start)
    for token in reversed(tokens[:at]):
        if token.end <= line:
            break
        if token.kind == "OPEN_TEXT" and offset <= token.end:
            return True
        if token.kind == "BAD" and token.text_in(text) == '"':
            return True
    return False


def _inside_comment(text: str, token: Token, offset: int) -> bool:
    for piece in trivia(text, token):
        if piece.kind not in COMMENT_KINDS:
            continue
        # A comment to the end of its line goes on with what is typed behind it.
        open_ended = piece.kind != "comment"
        if piece.span.start < offset < piece.span.end + open_ended:
            return True
    return False


def _opens_block(text: str, offset: int) -> bool:
    line_end = text.find("\n", offset)
    rest = text[offset : len(text) if line_end < 0 else line_end].strip()
    near = text[max(0, offset - _NEAR) : offset]
    return rest in ("", ")") and bool(_BLOCK_OPENER.search(near))
