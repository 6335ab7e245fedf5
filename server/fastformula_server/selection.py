"""An item that is selected in the editor's own list, which ghost text must continue."""

from __future__ import annotations

from collections.abc import Iterable

from fastformula import apply_edits
from fastformula.text import Edit, Span
from fastformula_completion import Item


def put_in(text: str, selected: Edit) -> tuple[str, int]:
    """`text` with the item, and the offset behind it."""
    return (
        apply_edits(text, [selected]),
        selected.span.start + len(selected.new_text),
    )


def lead_in(items: Iterable[Item], selected: Edit) -> tuple[Item, ...]:
    """Items for the text with `selected` as such for the text without it.

    Each begins with what is selected and replaces what that replaces, as the protocol
    wants it; those that do not stand behind it are left out.
    """
    start, end = selected.span
    behind = start + len(selected.new_text)
    return tuple(
        Item(selected.new_text + item.text, Span(start, item.span.end - behind + end))
        for item in items
        if item.span.start == behind
    )
