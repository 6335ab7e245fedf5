"""Formulas that call others: SET_INPUT, EXECUTE, GET_OUTPUT and CALL_FORMULA."""

from __future__ import annotations

from typing import Any

from fastformula.interpreter.activation import Activation, Evaluate, Frame
from fastformula.interpreter.calling import call, is_executable
from fastformula.interpreter.compilation import Compilation, Compile
from fastformula.interpreter.errors import ErrorClass, FormulaError
from fastformula.interpreter.storage import name_reader
from fastformula.interpreter.targets import compile_put, target_type
from fastformula.interpreter.values import UNSET, copy_of, describe, has_type, type_of
from fastformula.syntax.tree import Call, CallFormula, FormulaInput, FormulaOutput, Node


def compile_set_input(c: Compilation, node: Call, compile_: Compile) -> Evaluate:
    """`SET_INPUT(name, value)`; without a value the input is not passed."""
    name = name_reader(c, node.arguments[0], compile_)
    value = compile_(c, node.arguments[1]) if len(node.arguments) > 1 else None

    def set_input(frame: Frame) -> None:
        activation: Activation = frame[0]
        activation.outputs = {}
        # A copy: an array may change before the call.
        passed = UNSET if value is None else copy_of(value(frame))
        activation.pending[name(frame)] = passed

    return set_input


def compile_execute(c: Compilation, node: Call, compile_: Compile) -> Evaluate:
    """`EXECUTE(formula)`."""
    name = name_reader(c, node.arguments[0], compile_)

    def execute(frame: Frame) -> None:
        _execute(frame[0], name(frame), node)

    return execute


def compile_get_output(c: Compilation, node: Call, compile_: Compile) -> Evaluate:
    """`GET_OUTPUT(name, default)`; the default says which type it has to have."""
    name = name_reader(c, node.arguments[0], compile_)
    default = compile_(c, node.arguments[1])
    static = c.analysis.type_of(node)

    def get(frame: Frame) -> Any:
        activation: Activation = frame[0]
        activation.pending = {}
        otherwise = default(frame)
        return _output(
            activation, name(frame), otherwise, static or type_of(otherwise), node
        )

    return get


def compile_is_executable(c: Compilation, node: Call, compile_: Compile) -> Evaluate:
    """`IS_EXECUTABLE(formula)`."""
    name = name_reader(c, node.arguments[0], compile_)

    return lambda frame: is_executable(frame[0], name(frame))


def compile_call_formula(
    c: Compilation, node: CallFormula, compile_: Compile
) -> Evaluate:
    """`CALL_FORMULA(…)`: all inputs are set, then it is called, then outputs taken."""
    formula = name_reader(c, node.formula, compile_)
    inputs = [
        (
            name_reader(c, each.name, compile_),
            compile_(c, each.value) if each.value is not None else None,
        )
        for each in node.arguments
        if isinstance(each, FormulaInput)
    ]
    outputs = [
        (
            name_reader(c, each.name, compile_),
            compile_(c, each.default) if each.default is not None else None,
            compile_put(c, each.target, compile_),
            target_type(c, each.target),
            each,
        )
        for each in node.arguments
        if isinstance(each, FormulaOutput)
    ]

    def call_formula(frame: Frame) -> None:
        activation: Activation = frame[0]
        activation.outputs = {}
        for name, value in inputs:
            activation.pending[name(frame)] = UNSET if value is None else value(frame)
        _execute(activation, formula(frame), node)
        for name, default, put, kind, output in outputs:
            otherwise = None if default is None else default(frame)
            put(
                frame,
                _output(
                    activation,
                    name(frame),
                    otherwise,
                    kind or type_of(otherwise),
                    output,
                ),
            )

    return call_formula


def _execute(activation: Activation, name: str, node: Node) -> None:
    inputs, activation.pending = activation.pending, {}
    activation.outputs = {}
    activation.outputs = call(activation, name, inputs, node)


def _output(
    activation: Activation, name: str, default: Any, kind: str | None, node: Node
) -> Any:
    value = activation.outputs.get(name, UNSET)
    if value is UNSET:
        return default
    if kind is not None and not has_type(value, kind):
        raise FormulaError(
            ErrorClass.DIFFERENT_TYPES,
            f"The called formula returns {name} as {type_of(value)} "
            f"({describe(value)}), but it is taken for {kind} here. Give a default of "
            "the type that is returned.",
            node,
        )
    return copy_of(value)
