"""Whether two texts say the same, but for blanks and the case of some words."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from fastformula.syntax import Parsed, Token, children, trivia, walk
from fastformula.syntax.tokens import COMMENT_KINDS
from fastformula.syntax.tree import Call, Name, Node
from fastformula.syntax.visit import field_names
from fastformula.text import LINE_BREAK


def find_difference(before: Parsed, after: Parsed) -> str:
    """What has changed that must not, as a noun; empty if nothing has."""
    pairs = zip_longest(before.tokens, after.tokens)
    if not all(
        one and other and _same_token(before.text, one, after.text, other)
        for one, other in pairs
    ):
        return "a word"
    if list(_remarks(before)) != list(_remarks(after)):
        return "a comment"
    if not same_tree(before.tree, after.tree):
        return "the meaning"
    codes = [[error.code for error in each.errors] for each in (before, after)]
    return "" if codes[0] == codes[1] else "a mistake"


def same_tree(one: Node, other: Node) -> bool:
    """Whether two trees differ in nothing but places and the case of functions."""
    functions: set[int] = set()
    for left, right in zip_longest(walk(one), walk(other)):
        if type(left) is not type(right):
            return False
        if len(list(children(left))) != len(list(children(right))):
            return False
        if isinstance(left, Call):
            functions.add(id(left.function))
        if isinstance(left, Name) and isinstance(right, Name) and id(left) in functions:
            if left.key != right.key:
                return False
        elif _values(left) != _values(right):
            return False
    return True


def _values(node: Node) -> list[object]:
    """What a node says itself."""
    values = (getattr(node, name) for name in field_names(type(node)))
    return [value for value in values if isinstance(value, str | bool)]


def _same_token(before: str, one: Token, after: str, other: Token) -> bool:
    left, right = one.text_in(before), other.text_in(after)
    if one.kind != other.kind:
        return False
    # Of names, those of functions alone may change; the trees tell which those are.
    return left == right or (
        one.kind not in ("TEXT", "QNAME") and left.upper() == right.upper()
    )


def _remarks(parsed: Parsed) -> Iterator[tuple[str, ...]]:
    """The comments and semicolons, whose lines may be indented otherwise."""
    for token in parsed.tokens:
        for piece in trivia(parsed.text, token) if token.lead < token.start else ():
            if piece.kind in COMMENT_KINDS or piece.kind == "separator":
                lines = LINE_BREAK.split(piece.span.text_in(parsed.text))
                yield tuple(line.lstrip(" ") for line in lines)
