"""The line of an edit cut into tokens anew, up to where they are those of before."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import chain, islice
from typing import NamedTuple

from fastformula.syntax.parser import Parsed
from fastformula.syntax.tokens import Token, mark_return_lists, move_tokens, scan
from fastformula.text import Edit

_MARGIN = 3
"""How many tokens before the line of an edit are looked at, too: a RETURN is a list, or
not, by the two behind it."""

_OPEN = frozenset({"OPEN_TEXT", "OPEN_COMMENT"})
"""Tokens that end where they do because of what stands far behind them."""


class Cut(NamedTuple):
    """The new tokens of a text, and between which of the old ones they stand."""

    tokens: Sequence[Token]
    first: int
    last: int


def cut_anew(before: Parsed, edit: Edit, text: str) -> Cut | None:
    """The tokens in `text` that `edit` has changed; None where one has no end."""
    old = before.written
    start, end = edit.span
    shift = len(edit.new_text) - (end - start)
    line = max(before.text.rfind(sign, 0, start) for sign in "\r\n") + 1
    first = max(0, bisect_right(old, line, key=lambda token: token.end) - _MARGIN)
    last = len(old)
    tokens: list[Token] = []
    for token in scan(text, old[first].lead):
        if token.kind in _OPEN:
            return None
        if token.lead > end + shift:
            was = token.lead - shift
            at = bisect_left(old, was, key=lambda token: token.lead)
            if at < len(old) and old[at].lead == was:
                last = at
                break
        tokens.append(token)
    ahead = move_tokens(old[last : last + 2], shift)
    marked = list(islice(mark_return_lists(chain(tokens, ahead)), len(tokens)))
    same = 0
    for token, old_one in zip(marked, old[first:last], strict=False):
        if token != old_one or token.end >= start:
            break
        same += 1
    return Cut(marked[same:], first + same, last)
