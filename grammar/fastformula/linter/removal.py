"""Fixes that take a statement out of a formula, or a name out of a list."""

from __future__ import annotations

from collections.abc import Iterable

from fastformula.analysis import Analysis
from fastformula.linter.declarations import cut
from fastformula.syntax.tree import Inputs, Name, Statement
from fastformula.text import Edit, Span


def removable(analysis: Analysis) -> frozenset[int]:
    """The `id` of each statement that can go and leaves a valid formula.

    The only statement of a branch or loop cannot.
    """
    return frozenset(
        id(placed.statement)
        for placed in analysis.statements
        if placed.scope.body is None or len(placed.scope.body.statements) > 1
    )


def remove(text: str, statements: Iterable[Statement]) -> tuple[Edit, ...]:
    """Edits that take the statements out, with their lines where they stand alone."""
    return tuple(Edit(cut(text, each.span), "") for each in statements)


def remove_input(text: str, inputs: Inputs, name: Name) -> tuple[Edit, ...]:
    """Edits that take one name out of INPUTS ARE; none where a comment is in the way.

    All of the statement goes with its only input.
    """
    if len(inputs.inputs) == 1:
        return remove(text, (inputs,))
    at = next(at for at, each in enumerate(inputs.inputs) if each.name is name)
    here = inputs.inputs[at].span
    if at:
        span = Span(inputs.inputs[at - 1].span.end, here.end)
        between = text[span.start : here.start]
    else:
        span = Span(here.start, inputs.inputs[1].span.start)
        between = text[here.end : span.end]
    return (Edit(span, ""),) if between.strip() == "," else ()
