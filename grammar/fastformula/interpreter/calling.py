"""One formula calls another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastformula.analysis import Analysis
from fastformula.interpreter.activation import Activation
from fastformula.interpreter.contexts import with_contexts
from fastformula.interpreter.errors import ErrorClass, FormulaError, Missing
from fastformula.interpreter.program import Program, run_program
from fastformula.interpreter.values import UNSET, bring_in, describe, has_type, type_of
from fastformula.interpreter.world import FormulaAnswer
from fastformula.syntax.tree import Node


def call(
    activation: Activation, name: str, inputs: Mapping[str, Any], node: Node
) -> dict[str, Any]:
    """What the formula `name` returns to the one of `activation`; raises FormulaError.

    `inputs` are inputs or contexts; what is UNSET is not passed.
    """
    run = activation.run
    _check_depth(activation, name, node)
    called = run.world.find_formula(name)
    if called is None:
        raise FormulaError(
            ErrorClass.NO_FORMULA,
            f"There is no formula {name} to call. Put it beside this one, or say what "
            "it returns.",
            node,
            Missing("formula", name, None),
        )
    if isinstance(called, FormulaAnswer):
        return _outputs(activation, name, called, node)
    activation.node = node
    try:
        program = _program(activation, name, called)
        _check_types(program, inputs, node)
        contexts = _contexts(activation, program, called, inputs)
        return run_program(run, program, inputs, contexts, activation)
    finally:
        activation.node = None


def is_executable(activation: Activation, name: str) -> bool:
    """Whether there is a formula of that name, and Oracle would compile it."""
    called = activation.run.world.find_formula(name)
    if called is None or isinstance(called, FormulaAnswer):
        return called is not None
    try:
        _program(activation, name, called)
    except FormulaError:
        return False
    return True


def _program(activation: Activation, name: str, called: Analysis) -> Program:
    run = activation.run
    program = run.compiled.get(name)
    if program is None:
        program = run.make(called, name, activation)
        run.compiled[name] = program
    return program


def _outputs(
    activation: Activation, name: str, answer: FormulaAnswer, node: Node
) -> dict[str, Any]:
    empty = activation.run.semantics.empty_text_is_null
    try:
        return {
            key: bring_in(value, None, empty_is_null=empty)
            for key, value in answer.outputs.items()
        }
    except ValueError as error:
        raise FormulaError(
            ErrorClass.WRONG_VALUE,
            f"What {name} is said to return does not fit: {error}.",
            node,
        ) from None


def _contexts(
    activation: Activation,
    program: Program,
    called: Analysis,
    inputs: Mapping[str, Any],
) -> dict[str, Any]:
    """Those of the caller, but for what is set or taken away for this call."""
    own = {each.key for each in program.inputs}
    catalogue = called.environment.catalogue
    # Oracle passes over names that the called formula does not know.
    changes = [
        (key, value)
        for key, value in inputs.items()
        if key not in own and (key in called.contexts or catalogue.find_context(key))
    ]
    return with_contexts(activation.contexts, changes)


def _check_types(program: Program, inputs: Mapping[str, Any], node: Node) -> None:
    for each in program.inputs:
        value = inputs.get(each.key, UNSET)
        if value is not UNSET and each.type and not has_type(value, each.type):
            raise FormulaError(
                ErrorClass.DIFFERENT_TYPES,
                f"The input {each.key} of {program.name} is {each.type}, but it is "
                f"passed {describe(value)}, which is {type_of(value)}.",
                node,
            )


def _check_depth(activation: Activation, name: str, node: Node) -> None:
    run = activation.run
    chain = [each.program.name for each in activation.chain()]
    if name in chain:
        way = " calls ".join([*reversed(chain), name])
        raise FormulaError(
            ErrorClass.RECURSION,
            f"{name} is running already, and no formula may call itself: {way}.",
            node,
        )
    if len(chain) > run.semantics.call_depth:
        raise FormulaError(
            ErrorClass.TOO_MANY_CALLS,
            f"{name} would be the call number {len(chain)} within one another, and "
            f"{run.semantics.call_depth} are the most.",
            node,
        )
    # Calls count as rounds do, or formulas without loops could go on without end.
    if next(run.rounds, None) is None:
        raise FormulaError(
            ErrorClass.TOO_MANY_ITERATIONS,
            f"{name} is called after {run.semantics.loop_limit:,} rounds of loops and "
            "calls of formulas.",
            node,
        )
