"""A variable back to the expression that it stands for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fastformula.analysis import Access, Analysis, Symbol, Use
from fastformula.analysis.model import Placed
from fastformula.editor.refactoring.place import Place, Refactoring, is_intact
from fastformula.linter.declarations import cut
from fastformula.linter.nodes import is_steady
from fastformula.syntax import path_to, walk
from fastformula.syntax.tree import (
    Assign,
    Binary,
    ChangeContexts,
    Expression,
    Name,
    Statement,
    Unary,
)
from fastformula.text import Edit, Span


def inline(place: Place) -> Iterator[Refactoring]:
    """Write what the variable at the cursor is computed of wherever it is read."""
    use = place.use
    symbol = place.analysis.symbols.get(use.key) if use else None
    if symbol is None or symbol.kind != "local" or symbol.default is not None:
        return
    found = _only_assignment(place.analysis, symbol)
    if found is None:
        return
    placed, value = found
    analysis = place.analysis
    reads = [each for each in symbol.uses if each.access is not Access.WRITE]
    if not reads or any(each.access is not Access.READ for each in reads):
        return
    if not is_steady(value) or not _holds_until(analysis, placed, value, reads):
        return
    text = place.written(value)
    gone = Edit(cut(place.text, placed.statement.span), "")
    edits = (gone, *(_put(analysis, each, value, text) for each in reads))
    yield Refactoring(f"Inline {symbol.name}", "inline", edits)


def _only_assignment(
    analysis: Analysis, symbol: Symbol
) -> tuple[Placed, Expression] | None:
    """The statement that gives the variable its value, if it can go, and the value."""
    writes = symbol.writes
    if len(writes) != 1 or not isinstance(writes[0].statement, Assign):
        return None
    statement = writes[0].statement
    if writes[0].access is not Access.WRITE or not is_intact(analysis, statement):
        return None
    placed = next(each for each in analysis.statements if each.statement is statement)
    body = placed.scope.body
    if body is not None and len(body.statements) == 1:
        return None
    return placed, statement.value


def _holds_until(
    analysis: Analysis, placed: Placed, value: Expression, reads: Sequence[Use]
) -> bool:
    """Whether the value would be the same at each of `reads`."""
    siblings = _siblings(analysis, placed)
    first, last = reads[0].name.span.start, reads[-1].name.span.start
    start = placed.statement.span.end
    if first < start or not siblings or last >= siblings[-1].span.end:
        return False
    if any(not is_intact(analysis, each.statement) for each in reads):
        return False
    reach = next(each for each in siblings if last < each.span.end)
    # What the last statement assigns, it assigns once it has read.
    end = reach.span.start if isinstance(reach, Assign) else reach.span.end
    parts = {
        symbol.key
        for node in walk(value)
        if isinstance(node, Name) and (symbol := analysis.symbol_of(node)) is not None
    }
    changed = any(
        use.access.writes or use.access is Access.DELETE
        for use in analysis.uses
        if use.key in parts and start <= use.name.span.start < end
    )
    outside = {id(each) for each in placed.scope.context_changes}
    moved = any(
        id(change) not in outside for use in reads for change in _changes_around(use)
    )
    return not changed and not moved


def _siblings(analysis: Analysis, placed: Placed) -> list[Statement]:
    """The statements behind that of `placed` in its block."""
    body = placed.scope.body
    block = analysis.parsed.tree if body is None else body
    start = placed.statement.span.end
    return [each for each in block.statements if each.span.start >= start]


def _changes_around(use: Use) -> Iterator[ChangeContexts]:
    yield from use.scope.context_changes
    if isinstance(use.statement, ChangeContexts):
        yield use.statement


def _put(analysis: Analysis, use: Use, value: Expression, text: str) -> Edit:
    """Write `text`, in brackets where what stands around would tear it apart."""
    if isinstance(value, Binary | Unary):
        path = path_to(analysis.parsed.tree, use.name.span.start)
        around = next(
            (
                outer
                for outer in reversed(path)
                if outer.span != use.name.span and not isinstance(outer, Name)
            ),
            None,
        )
        if isinstance(around, Binary | Unary):
            text = f"({text})"
    return Edit(Span(*use.name.span), text)
