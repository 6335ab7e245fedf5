"""A formula that has become closures, and running it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from fastformula.interpreter.activation import Activation, Execute, Frame, Returned, Run
from fastformula.interpreter.compilation import Compilation
from fastformula.interpreter.contexts import check_needed
from fastformula.interpreter.errors import Caller, ErrorClass, FormulaError, RunError
from fastformula.interpreter.inspection import note_values
from fastformula.interpreter.values import UNSET, copy_of
from fastformula.syntax.tree import NeedContext
from fastformula.text import Span

TOO_DEEP = "The formula is nested too deeply to run."


class InputPlace(NamedTuple):
    """An input and where it goes."""

    key: str
    place: int
    type: str | None
    """Where it is known for certain."""


@dataclass(frozen=True, slots=True)
class Program:
    """A formula, ready to run as often as one likes."""

    name: str
    compilation: Compilation
    frame: tuple[Any, ...]
    """What the variables hold at first; place 0 is the activation's."""
    inputs: tuple[InputPlace, ...]
    defaults: Mapping[str, Any]
    """Of inputs and items, by key."""
    element_defaults: Mapping[str, Any]
    """Of the elements of array items."""
    declared_contexts: tuple[NeedContext, ...]
    """The contexts without which it does not begin."""
    body: Execute


def run_program(
    run: Run,
    program: Program,
    inputs: Mapping[str, Any],
    contexts: dict[str, Any],
    caller: Activation | None,
) -> dict[str, Any]:
    """What the formula returns, by upper-case name; raises FormulaError, placed."""
    activation = Activation(run, program, contexts, caller)
    frame: Frame = [copy_of(each) for each in program.frame]
    frame[0] = activation
    for each in program.inputs:
        value = inputs.get(each.key, UNSET)
        if each.key not in program.defaults or value not in (UNSET, None):
            frame[each.place] = copy_of(value)
        else:
            activation.defaulted.add(each.key)
    try:
        check_needed(activation, program.declared_contexts)
        signal = program.body(frame)
    except FormulaError as error:
        if error.error is None:
            error.error = _tell(error, program, frame)
        raise
    except RecursionError:
        # Blocks and brackets this deep are written by programs only.
        deep = FormulaError(ErrorClass.NOT_COMPILED, TOO_DEEP)
        deep.error = _tell(deep, program, frame)
        raise deep from None
    return signal.outputs if isinstance(signal, Returned) else {}


def stack_of(activation: Activation | None) -> tuple[Caller, ...]:
    """The formulas that have called one another, the first one first."""
    chain = [] if activation is None else list(activation.chain())
    return tuple(
        Caller(each.program.name, each.program.compilation.line(each.node))
        for each in reversed(chain)
        if each.node is not None
    )


def _tell(error: FormulaError, program: Program, frame: Frame) -> RunError:
    activation: Activation = frame[0]
    c = program.compilation
    note_values(c, frame, error)
    return RunError(
        error.kind,
        error.message,
        program.name,
        1 if error.node is None else c.line(error.node),
        Span(0, 0) if error.node is None else error.node.span,
        error.values or {},
        stack_of(activation.caller),
        error.missing,
    )
