"""Words and fixes that several messages share."""

from __future__ import annotations

from difflib import get_close_matches

from fastformula.diagnostic import Fix
from fastformula.language.types import ARRAYS, index_type, value_type
from fastformula.syntax.tree import Node
from fastformula.text import Edit, Span

_TYPES = {"NUMBER": "a number", "TEXT": "a text", "DATE": "a date"}


def a_type(kind: str) -> str:
    """`a number`, or `an array of texts found by a number`."""
    if kind in ARRAYS:
        values = _TYPES[value_type(kind)].removeprefix("a ")
        return f"an array of {values}s found by {_TYPES[index_type(kind)]}"
    return _TYPES[kind]


def wrap(text: str, node: Node, function: str) -> Fix:
    """The fix that puts `node` into a call of `function`."""
    written = node.span.text_in(text)
    return Fix(
        f"Write {function}({shorten(written)})",
        (
            Edit(Span(node.span.start, node.span.start), f"{function}("),
            Edit(Span(node.span.end, node.span.end), ")"),
        ),
    )


def replace(node: Node, new: str) -> Fix:
    """The fix that writes `new` in the place of `node`."""
    return Fix(f"Write {new}", (Edit(node.span, new),))


def shorten(written: str, width: int = 40) -> str:
    """`written` on one line, cut where it is too long for a message."""
    line = " ".join(written.split())
    return line if len(line) <= width else f"{line[: width - 1]}…"


def nearest(name: str, known: list[str]) -> str:
    """The one of `known` that `name` is likely a misspelling of, or nothing."""
    return next(iter(get_close_matches(name, known, n=1, cutoff=0.8)), "")
