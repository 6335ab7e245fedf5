"""Typing at one place of a variable's name and at all others with it."""

from __future__ import annotations

from fastformula.analysis import Analysis
from fastformula.editor.navigation import use_at
from fastformula.editor.rename import Renamable, prepare_rename
from fastformula.text import Span


def find_linked(analysis: Analysis, offset: int) -> tuple[Span, ...]:
    """All places of the local variable or input at `offset`; none where it has one.

    They are written alike to the letter, or what is typed would be put in the wrong
    place of some: an editor counts from the start of each.
    """
    if not isinstance(prepare_rename(analysis, offset), Renamable):
        return ()
    use = use_at(analysis, offset)
    assert use is not None
    symbol = analysis.symbols[use.key]
    if symbol.alias is not None or symbol.item is not None:
        return ()
    names = [each.name for each in symbol.uses]
    if len(names) < 2 or any(
        each.quoted or each.text != use.name.text for each in names
    ):
        return ()
    return tuple(each.span for each in names)
