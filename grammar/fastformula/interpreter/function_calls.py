"""Calls of functions that run by themselves."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Subnormal
from typing import Any

from fastformula.interpreter.activation import Evaluate, Frame
from fastformula.interpreter.arithmetic import checked_text
from fastformula.interpreter.compilation import Compilation, Compile, refusal
from fastformula.interpreter.errors import ErrorClass, FormulaError
from fastformula.interpreter.functions import BY_NAME
from fastformula.interpreter.functions.implementation import Implementation
from fastformula.interpreter.values import ZERO, describe, has_type
from fastformula.syntax.tree import Call


def compile_function(c: Compilation, node: Call, compile_: Compile) -> Evaluate:
    """The closure that calls the form of the function that fits its arguments."""
    count = len(node.arguments)
    forms = [each for each in BY_NAME[node.function.key] if each.accepts(count)]
    if not forms:
        raise refusal(
            f"{node.function.key} does not take {count} arguments.", node.function
        )
    arguments = [compile_(c, each) for each in node.arguments]
    kinds = [c.analysis.type_of(each) for each in node.arguments]
    sure = [each for each in forms if _fits(each, kinds)]
    if len(sure) == 1 and None not in kinds:
        form = sure[0]

        def call(frame: Frame) -> Any:
            return _apply(c, node, form, frame, [each(frame) for each in arguments])

        return call

    def choose(frame: Frame) -> Any:
        values = [each(frame) for each in arguments]
        for form in forms:
            if all(has_type(each, form.type_at(at)) for at, each in enumerate(values)):
                return _apply(c, node, form, frame, values)
        shown = ", ".join(describe(each) for each in values)
        raise refusal(f"No form of {node.function.key} takes ({shown}).", node)

    return choose


def _fits(form: Implementation, kinds: Sequence[str | None]) -> bool:
    return all(
        kind is None or form.type_at(at) == kind for at, kind in enumerate(kinds)
    )


def _apply(
    c: Compilation, node: Call, form: Implementation, frame: Frame, values: list[Any]
) -> Any:
    if not form.takes_null and None in values:
        return None
    try:
        if form.takes_activation:
            result = form.call(frame[0], *values)
        else:
            result = form.call(*values)
    except FormulaError as error:
        error.node = error.node or node
        raise
    except Subnormal:
        return ZERO
    except (ArithmeticError, ValueError):
        # Python raises these for dates beyond the years 1 and 9999.
        raise FormulaError(
            ErrorClass.OUT_OF_RANGE,
            f"`{c.text(node)}` gives more than Oracle's numbers or dates can hold.",
            node,
        ) from None
    if result.__class__ is str:
        if not result and c.semantics.empty_text_is_null:
            return None
        return checked_text(c, node, result)
    return result
