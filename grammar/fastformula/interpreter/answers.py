"""Functions that ask the application: they give what the run was told they give."""

from __future__ import annotations

from typing import Any

from fastformula.analysis.names import out_functions
from fastformula.interpreter.activation import Activation, Evaluate, Frame
from fastformula.interpreter.compilation import Compilation, Compile
from fastformula.interpreter.contexts import holds, unset_error, unset_in_all
from fastformula.interpreter.errors import ErrorClass, FormulaError, Missing
from fastformula.interpreter.functions.reasons import reason
from fastformula.interpreter.targets import compile_put
from fastformula.interpreter.values import bring_in, describe, take_out
from fastformula.syntax.tree import Call, Index, Name


def compile_answered(c: Compilation, node: Call, compile_: Compile) -> Evaluate:
    """The closure that looks for the answer to the arguments of the moment."""
    key = node.function.key
    places = out_functions().get(key, frozenset())
    given = [
        compile_(c, each)
        for at, each in enumerate(node.arguments)
        if at not in places or not isinstance(each, Name | Index)
    ]
    targets = [
        compile_put(c, each, compile_)
        for at, each in enumerate(node.arguments)
        if at in places and isinstance(each, Name | Index)
    ]
    kind = c.analysis.type_of(node)
    empty_is_null = c.semantics.empty_text_is_null
    null_is_error = c.semantics.null_results == "error"

    def ask(frame: Frame) -> Any:
        activation: Activation = frame[0]
        arguments = tuple(take_out(each(frame)) for each in given)
        answers = [
            each
            for each in activation.run.world.functions.get(key, ())
            if each.arguments is None or each.arguments == arguments
        ]
        unset = unset_in_all(activation, [each.contexts for each in answers])
        if unset:
            raise unset_error(c, node, unset)
        fitting = (each for each in answers if holds(activation, each.contexts))
        answer = next(fitting, None)
        if answer is None:
            raise _not_given(c, node, arguments)
        if answer.error is not None:
            raise _failed(c, node, answer.error)
        try:
            value = bring_in(answer.value, kind, empty_is_null=empty_is_null)
            out = [
                bring_in(each, None, empty_is_null=empty_is_null) for each in answer.out
            ]
        except ValueError as error:
            raise FormulaError(
                ErrorClass.WRONG_VALUE,
                f"The answer given for {key} does not fit: {error}.",
                node,
            ) from None
        out += [None] * (len(targets) - len(out))
        for put, handed in zip(targets, out, strict=False):
            put(frame, handed)
        if value is None and null_is_error:
            raise FormulaError(
                ErrorClass.NULL_RESULT, f"`{c.text(node)}` gives NULL.", node
            )
        return value

    return ask


def _not_given(c: Compilation, node: Call, arguments: tuple[Any, ...]) -> FormulaError:
    shown = ", ".join(describe(each) for each in arguments)
    key = node.function.key
    return FormulaError(
        ErrorClass.NOT_GIVEN,
        f"{key} {reason(key)}, and nothing says what it gives for ({shown}). Give an "
        "answer to that.",
        node,
        Missing("function", key, c.analysis.type_of(node)),
    )


def _failed(c: Compilation, node: Call, text: str) -> FormulaError:
    if text:
        return FormulaError(
            ErrorClass.USER_FUNCTION, f"`{c.text(node)}` fails: {text}", node
        )
    return FormulaError(
        ErrorClass.EXTERNAL_FUNCTION, f"`{c.text(node)}` fails without a reason.", node
    )
