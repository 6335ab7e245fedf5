"""Running a formula: from its analysis and a world to what it returns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import localcontext
from functools import partial
from typing import Any

from fastformula.analysis import Analysis
from fastformula.interpreter.activation import LogLine, Run, Step
from fastformula.interpreter.contexts import with_contexts
from fastformula.interpreter.errors import ErrorClass, FormulaError, RunError
from fastformula.interpreter.making import make_program
from fastformula.interpreter.program import Program, run_program
from fastformula.interpreter.semantics import Semantics
from fastformula.interpreter.values import (
    Scalar,
    Value,
    bring_in,
    number_context,
    take_out,
)
from fastformula.interpreter.world import World
from fastformula.text import Span

_NAMELESS = "FORMULA"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run has brought."""

    returns: Mapping[str, Value]
    """By upper-case name, only what has a value; empty after an error."""
    log: tuple[LogLine, ...]
    storage: Mapping[str, Value]
    """The working storage area as it was left."""
    error: RunError | None


_LIKELIEST = Semantics()
_EMPTY = World()


def run(
    analysis: Analysis,
    world: World = _EMPTY,
    semantics: Semantics = _LIKELIEST,
    watch: Callable[[Step], None] | None = None,
    *,
    with_values: bool = True,
    heed: Callable[[], None] | None = None,
) -> Outcome:
    """Run a formula; what goes wrong in it is in the outcome, never raised.

    `watch` is told each statement when it is through, which makes the run slower, and
    what it read and wrote, unless that is not wanted. `heed` is called now and then
    while loops go round, and ends the run by raising something, as `watch` may.
    """
    making = partial(
        make_program,
        semantics=semantics,
        answered=frozenset(world.functions),
        watched="" if watch is None else "values" if with_values else "steps",
    )
    state = Run(world, semantics, watch, making, heed)
    name = analysis.environment.formula_name or _NAMELESS
    returns: dict[str, Any] = {}
    error: RunError | None = None
    with localcontext(number_context(semantics.digits)):
        try:
            program = making(analysis, name, None)
            state.storage |= _mapping(world.storage, semantics, program, "stored item")
            contexts = _mapping(world.contexts, semantics, program, "context")
            inputs = _inputs(world, semantics, program)
            returns = run_program(
                state, program, inputs, with_contexts({}, contexts.items()), None
            )
        except FormulaError as stop:
            error = stop.error
    return Outcome(
        returns={key: take_out(value) for key, value in returns.items()},
        log=tuple(state.log),
        storage={key: take_out(value) for key, value in state.storage.items()},
        error=error,
    )


def _inputs(world: World, semantics: Semantics, program: Program) -> dict[str, Any]:
    types = {each.key: each.type for each in program.inputs}
    return {
        key: _bring_in(value, types[key], semantics, program, f"input {key}")
        for key, value in world.inputs.items()
        if key in types
    }


def _mapping(
    values: Mapping[str, Value] | Mapping[str, Scalar],
    semantics: Semantics,
    program: Program,
    what: str,
) -> dict[str, Any]:
    return {
        key: _bring_in(value, None, semantics, program, f"{what} {key}")
        for key, value in values.items()
    }


def _bring_in(
    value: Value, kind: str | None, semantics: Semantics, program: Program, what: str
) -> Any:
    try:
        return bring_in(value, kind, empty_is_null=semantics.empty_text_is_null)
    except ValueError as reason:
        message = f"The value given for the {what} does not fit: {reason}."
        error = FormulaError(ErrorClass.WRONG_VALUE, message)
        error.error = RunError(error.kind, message, program.name, 1, Span(0, 0), {}, ())
        raise error from None
