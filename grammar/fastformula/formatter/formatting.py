"""The formatter: a text in another layout that says the same, or the text as it was."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from fastformula.formatter.edits import cut, find_edits
from fastformula.formatter.intact import has_errors
from fastformula.formatter.sameness import find_difference
from fastformula.formatter.style import Style
from fastformula.syntax import Parsed, children, parse
from fastformula.syntax.tree import Body, Node
from fastformula.text import Edit, Span, apply_edits


class Formatted(NamedTuple):
    """A text in its new layout."""

    text: str
    edits: tuple[Edit, ...] = ()
    """From the text as it was."""
    refusal: str = ""
    """Why the text is as it was, where it could not be formatted; sentences."""


def format_text(parsed: Parsed, style: Style) -> Formatted:
    """The text in the layout of `style`.

    Statements with syntax errors stay as they are. What comes out is read again, and
    is handed out only if it has the same words, comments and tree and would not be
    formatted further.
    """
    edits = tuple(find_edits(parsed, style))
    if not edits:
        return Formatted(parsed.text)
    text = apply_edits(parsed.text, edits)
    after = parse(text)
    difference = find_difference(parsed, after)
    if not difference and any(find_edits(after, style)):
        difference = "its own result"
    return _refuse(parsed, difference) if difference else Formatted(text, edits)


def format_range(parsed: Parsed, style: Style, span: Span) -> Formatted:
    """The statements that `span` touches in the layout of `style`, the rest as is."""
    covered = _covered(parsed.tree.statements, span)
    if not covered:
        return Formatted(parsed.text)
    start, end = covered[0].span.start, covered[-1].span.end
    edits: list[Edit] = []
    for edit in find_edits(parsed, style):
        if start <= edit.span.start and edit.span.end <= end:
            edits.append(edit)
        elif edit.span.end == start:
            edits += cut(parsed.text, edit)
    text = apply_edits(parsed.text, edits)
    difference = find_difference(parsed, parse(text)) if edits else ""
    return _refuse(parsed, difference) if difference else Formatted(text, tuple(edits))


def _refuse(parsed: Parsed, difference: str) -> Formatted:
    left = "so the formula was left as it is"
    if has_errors(parsed):
        # The parser mends what is missing by how lines are indented.
        refusal = (
            "What the syntax errors of this formula mean would be read otherwise in"
            f" another layout, {left}. Mend them first."
        )
    else:
        refusal = (
            f"Formatting would have changed {difference}, {left}. This is a mistake of"
            " the formatter; please report it."
        )
    return Formatted(parsed.text, refusal=refusal)


def _covered(statements: Sequence[Node], span: Span) -> Sequence[Node]:
    """The statements that `span` touches, as deep inside others as it lies."""
    while True:
        touched = [
            each
            for each in statements
            if each.span.start <= span.end and span.start <= each.span.end
        ]
        inner = [
            body
            for each in touched
            for body in children(each)
            if isinstance(body, Body)
            and body.span.start < span.start
            and span.end < body.span.end
        ]
        if len(touched) != 1 or not inner:
            return touched
        statements = inner[0].statements
