"""All that can be done at a place: a literal list of functions."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from fastformula.analysis import Analysis
from fastformula.editor.refactoring.aliasing import turn_into_alias
from fastformula.editor.refactoring.branches import bracket, chain, nest
from fastformula.editor.refactoring.declaring import add_defaults, add_inputs
from fastformula.editor.refactoring.extraction import extract
from fastformula.editor.refactoring.guarding import guard
from fastformula.editor.refactoring.inlining import inline
from fastformula.editor.refactoring.logs import log_value, remove_logs
from fastformula.editor.refactoring.place import Place, Refactoring
from fastformula.text import Span

Find = Callable[[Place], Iterator[Refactoring]]

REFACTORINGS: tuple[Find, ...] = (
    extract,
    inline,
    turn_into_alias,
    bracket,
    nest,
    chain,
    guard,
    log_value,
    remove_logs,
    add_defaults,
    add_inputs,
)


def refactor(analysis: Analysis, span: Span) -> tuple[Refactoring, ...]:
    """What can be done with the selection `span`, or at a cursor where it is empty.

    Nothing is offered in a statement with a syntax error.
    """
    place = Place.find(analysis, span)
    if place is None:
        return ()
    return tuple(each for find in REFACTORINGS for each in find(place))
