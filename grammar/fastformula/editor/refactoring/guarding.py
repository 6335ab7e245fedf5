"""A statement that reads an element of an array, done only where there is one."""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Access
from fastformula.editor.refactoring.place import (
    STEP,
    Place,
    Refactoring,
    begins_line,
    indentation,
    newline_of,
)
from fastformula.linter.declarations import default_literal
from fastformula.syntax import walk
from fastformula.syntax.tree import Assign, Body, If, Index, Name, TypedName
from fastformula.text import Edit, Span


def guard(place: Place) -> Iterator[Refactoring]:
    """Put an IF with EXISTS around the assignment that reads the element at the cursor.

    A variable that has no value before gets one where there is no element.
    """
    statement = place.placed.statement
    if not isinstance(statement, Assign) or _would_take_an_else(place):
        return
    read = next(
        (
            node
            for node in reversed(place.path)
            if isinstance(node, Index) and node is not statement.target
        ),
        None,
    )
    if read is None or any(isinstance(each, Index) for each in walk(read.index)):
        return
    test = f"{place.written(read.array)}.EXISTS({place.written(read.index)})"
    otherwise = _otherwise(place, statement)
    if otherwise is None:
        return
    text, span = place.text, statement.span
    if begins_line(text, span.start):
        newline = newline_of(text)
        margin = indentation(text, span.start)
        deeper = f"{newline}{margin}{STEP}"
        ending = f"{newline}{margin}ELSE{deeper}{otherwise}" if otherwise else ""
        heading = f"IF {test} THEN{deeper}"
    else:
        heading, ending = f"IF {test} THEN ", f" ELSE {otherwise}" if otherwise else ""
    edits = (
        Edit(Span(span.start, span.start), heading),
        Edit(Span(span.end, span.end), ending),
    )
    yield Refactoring(f"Test {test} before", "rewrite", edits)


def _otherwise(place: Place, statement: Assign) -> str | None:
    """What to do where there is no element: "" for nothing, None if nobody knows."""
    target = statement.target
    name = target.name if isinstance(target, TypedName) else target
    if not isinstance(name, Name):
        return ""
    write = next(use for use in place.analysis.uses if use.name is name)
    symbol = place.analysis.symbols[write.key]
    earlier = [
        use
        for use in symbol.uses
        if use.access is not Access.RETURN and use.name.span.start < name.span.start
    ]
    if symbol.kind != "local" or symbol.default is not None or earlier:
        return ""
    kind = place.analysis.type_of(statement.value)
    if kind is None:
        return None
    return f"{place.written(target)} = {default_literal(kind)}"


def _would_take_an_else(place: Place) -> bool:
    """Whether an ELSE that follows the statement would fall to the new IF."""
    body: Body | None = place.placed.scope.body
    node = place.placed.scope.node
    if body is None or body.bracketed:
        return False
    return isinstance(node, If) and node.then is body
