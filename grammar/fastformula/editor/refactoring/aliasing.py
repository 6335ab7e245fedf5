"""A copy of a database item to another name for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from fastformula.analysis import Access
from fastformula.editor.refactoring.place import Place, Refactoring, is_intact
from fastformula.linter.declarations import cut
from fastformula.linter.nodes import inner
from fastformula.syntax.tree import Assign, Declaration, Name
from fastformula.text import Edit, Span


def turn_into_alias(place: Place) -> Iterator[Refactoring]:
    """Declare the local variable at the cursor as an ALIAS of what it is a copy of.

    Not where the contexts change, for the copy keeps what an alias follows.
    """
    use = place.use
    symbol = place.analysis.symbols.get(use.key) if use else None
    if symbol is None or symbol.kind != "local" or len(symbol.writes) != 1:
        return
    write = symbol.writes[0]
    statement = write.statement
    if not isinstance(statement, Assign) or not isinstance(statement.target, Name):
        return
    source = inner(statement.value)
    item = place.analysis.symbol_of(source) if isinstance(source, Name) else None
    if item is None or item.item is None or item.alias is not None:
        return
    if write.scope.body is not None or symbol.is_returned or symbol.default is not None:
        return
    if any(
        each.access is not Access.READ or each.scope.context_changes
        for each in symbol.uses
        if each is not write
    ):
        return
    assert isinstance(source, Name)
    statements = place.analysis.parsed.tree.statements
    if not all(is_intact(place.analysis, each) for each in (statement, statements[0])):
        return
    line = f"ALIAS {source.text} AS {symbol.name}\n"
    first = statements[0].span.start
    gone = Edit(cut(place.text, statement.span), "")
    if statement is statements[0]:
        if any(isinstance(each, get_args(Declaration)) for each in statements):
            return
        edits: tuple[Edit, ...] = (Edit(gone.span, line),)
    else:
        edits = (Edit(Span(first, first), line), gone)
    yield Refactoring(
        f"Turn {symbol.name} into an ALIAS of {source.text}", "rewrite", edits
    )
