"""Calls: those that are part of the language, and those of functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fastformula.interpreter.activation import Evaluate, Frame
from fastformula.interpreter.answers import compile_answered
from fastformula.interpreter.compilation import Compilation, Compile, refusal
from fastformula.interpreter.contexts import checked_call, is_set
from fastformula.interpreter.errors import ErrorClass, FormulaError
from fastformula.interpreter.formula_calls import (
    compile_execute,
    compile_get_output,
    compile_is_executable,
    compile_set_input,
)
from fastformula.interpreter.function_calls import compile_function
from fastformula.interpreter.functions import BY_NAME
from fastformula.interpreter.storage import (
    compile_wsa_delete,
    compile_wsa_exists,
    compile_wsa_get,
    compile_wsa_set,
)
from fastformula.interpreter.values import UNSET, describe, has_type, type_of
from fastformula.language import find_functions
from fastformula.syntax.tree import Call, Name


def compile_call(c: Compilation, node: Call, compile_: Compile) -> Evaluate:
    """The closure that calls a function; of a condition, it gives True or False."""
    key = node.function.key
    built_in = BUILT_IN.get(key)
    if built_in is None:
        # An answer comes first, so that one can say what RAND gives in a test.
        if key in c.answered or key not in BY_NAME or is_longer_form(node):
            call = compile_answered(c, node, compile_)
        else:
            call = compile_function(c, node, compile_)
        return checked_call(c, node, call)
    least, most, compile_built_in = built_in
    if not least <= len(node.arguments) <= most:
        counts = f"{least}" if least == most else f"{least} to {most}"
        raise refusal(
            f"{key} takes {counts} arguments, but here stand {len(node.arguments)}.",
            node,
        )
    return compile_built_in(c, node, compile_)


def _compile_get_context(c: Compilation, node: Call, compile_: Compile) -> Evaluate:
    name = _context(node)
    default = compile_(c, node.arguments[1])
    kind = c.analysis.type_of(node)

    def get(frame: Frame) -> Any:
        value = frame[0].contexts.get(name, UNSET)
        if value is UNSET:
            return default(frame)
        if kind is not None and not has_type(value, kind):
            raise FormulaError(
                ErrorClass.WRONG_VALUE,
                f"The context {name} is {kind}, but is given {describe(value)}, which "
                f"is {type_of(value)}.",
                node,
            )
        return value

    return get


def _compile_context_is_set(c: Compilation, node: Call, compile_: Compile) -> Evaluate:
    name = _context(node)
    return lambda frame: is_set(frame[0], name)


def _compile_need_context(c: Compilation, node: Call, compile_: Compile) -> Evaluate:
    _context(node)
    return lambda _frame: None


def _context(node: Call) -> str:
    """The context that a call names in its first argument."""
    name = node.arguments[0]
    if not isinstance(name, Name):
        raise refusal(
            f"{node.function.key} takes the name of a context without quotes, such as "
            "PERSON_ID.",
            name,
        )
    return name.key


def is_longer_form(node: Call) -> bool:
    """Whether the function runs by itself, but not the form for so many arguments."""
    count = len(node.arguments)
    return not any(each.accepts(count) for each in BY_NAME[node.function.key]) and any(
        len(each.parameters) == count for each in find_functions(node.function.key)
    )


BUILT_IN: Mapping[
    str, tuple[int, int, Callable[[Compilation, Call, Compile], Evaluate]]
] = {
    "GET_CONTEXT": (2, 2, _compile_get_context),
    "CONTEXT_IS_SET": (1, 1, _compile_context_is_set),
    "NEED_CONTEXT": (1, 1, _compile_need_context),
    "WSA_SET": (2, 2, compile_wsa_set),
    "WSA_GET": (2, 2, compile_wsa_get),
    "WSA_EXISTS": (1, 2, compile_wsa_exists),
    "WSA_DELETE": (0, 1, compile_wsa_delete),
    "SET_INPUT": (1, 2, compile_set_input),
    "EXECUTE": (1, 1, compile_execute),
    "GET_OUTPUT": (2, 2, compile_get_output),
    "IS_EXECUTABLE": (1, 1, compile_is_executable),
}
"""How many arguments each takes at least and at most, and what makes its closure."""
