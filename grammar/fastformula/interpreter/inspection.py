"""What names hold at a moment, for errors and traces."""

from __future__ import annotations

from collections.abc import Iterable

from fastformula.analysis import Symbol
from fastformula.interpreter.activation import Activation, Frame
from fastformula.interpreter.compilation import Compilation
from fastformula.interpreter.errors import FormulaError
from fastformula.interpreter.values import UNSET, Value, take_out
from fastformula.syntax import walk
from fastformula.syntax.tree import ChangeContexts, If, Name, Statement, While
from fastformula.text import Span


def values_of(
    c: Compilation, frame: Frame, symbols: Iterable[Symbol]
) -> dict[str, Value]:
    """What the variables hold, and the items that have been read, by their names."""
    activation: Activation = frame[0]
    values: dict[str, Value] = {}
    for symbol in symbols:
        place = c.places.get(symbol.key)
        if place is not None:
            value = frame[place]
        else:
            fetched = activation.cache.get(symbol.key)
            value = UNSET if fetched is None or fetched.problem else fetched.value
        if value is not UNSET:
            values[symbol.name] = take_out(value)
    return values


def head_span(statement: Statement) -> Span:
    """The statement without the ones in it: a condition, or the contexts that change.

    It is what a `Step` tells of.
    """
    match statement:
        case If(condition=condition) | While(condition=condition):
            return condition.span
        case ChangeContexts(settings=(*_, last)):
            return Span(statement.span.start, last.span.end)
    return statement.span


def note_values(c: Compilation, frame: Frame, error: FormulaError) -> None:
    """Keep in `error` what the names in its place hold, if that is not known yet."""
    if error.values is not None:
        return
    names = () if error.node is None else walk(error.node)
    symbols = (c.analysis.symbol_of(each) for each in names if isinstance(each, Name))
    error.values = values_of(c, frame, (each for each in symbols if each is not None))
