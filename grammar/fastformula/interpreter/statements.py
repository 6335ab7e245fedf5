"""Statements as closures; what they give says how the formula goes on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fastformula.interpreter.activation import (
    Activation,
    Evaluate,
    Execute,
    Exited,
    Frame,
    Returned,
    Signal,
)
from fastformula.interpreter.arrays import index_reader
from fastformula.interpreter.calls import compile_call
from fastformula.interpreter.compilation import Compilation, refusal
from fastformula.interpreter.conditions import compile_condition
from fastformula.interpreter.contexts import with_contexts
from fastformula.interpreter.errors import ErrorClass, FormulaError
from fastformula.interpreter.expressions import compile_expression
from fastformula.interpreter.formula_calls import compile_call_formula
from fastformula.interpreter.inspection import note_values
from fastformula.interpreter.items import compile_item
from fastformula.interpreter.targets import check_type, compile_put
from fastformula.interpreter.trace import watched, watched_condition
from fastformula.interpreter.values import UNSET, Array, copy_of, describe
from fastformula.language.types import ARRAYS, SCALARS
from fastformula.syntax.tree import (
    Alias,
    ArrayDelete,
    Assign,
    Body,
    CallFormula,
    CallStatement,
    ChangeContexts,
    Default,
    DefaultData,
    Exit,
    If,
    Index,
    Inputs,
    NeedContext,
    Return,
    Statement,
    TypedName,
    While,
)

_EXIT: Final = Exited()
_DECLARATIONS = (Alias, Default, DefaultData, Inputs, NeedContext)


def compile_block(
    c: Compilation, statements: Sequence[Statement], *, in_loop: bool
) -> Execute:
    """The closure that carries out statements until one gives a signal."""
    steps = tuple(
        compile_statement(c, each, in_loop=in_loop)
        for each in statements
        if not isinstance(each, _DECLARATIONS)
    )
    if len(steps) == 1:
        return steps[0]

    def block(frame: Frame) -> Signal:
        for step in steps:
            signal = step(frame)
            if signal is not None:
                return signal
        return None

    return block


def compile_statement(c: Compilation, node: Statement, *, in_loop: bool) -> Execute:
    """The closure of one statement; raises FormulaError for what does not compile."""
    match node:
        case If():
            return _compile_if(c, node, in_loop)
        case While():
            return _compile_while(c, node)
        case ChangeContexts():
            return _compile_change(c, node, in_loop)
    execute = _compile_simple(c, node, in_loop)
    return watched(c, node, execute) if c.is_watched else execute


def _compile_simple(c: Compilation, node: Statement, in_loop: bool) -> Execute:
    match node:
        case Assign():
            return _compile_assign(c, node)
        case Return():
            return _compile_return(c, node)
        case Exit():
            if not in_loop:
                raise refusal("EXIT leaves a WHILE loop, but there is none here.", node)
            return lambda _frame: _EXIT
        case CallStatement(call=call):
            evaluate = compile_call(c, call, compile_expression)
            return _run(evaluate)
        case CallFormula():
            return _run(compile_call_formula(c, node, compile_expression))
        case ArrayDelete():
            return _compile_delete(c, node)
    raise refusal(f"`{c.text(node)}` is not a statement.", node)


def _run(evaluate: Evaluate) -> Execute:
    """A call whose value nobody takes."""

    def run(frame: Frame) -> None:
        evaluate(frame)

    return run


def _compile_assign(c: Compilation, node: Assign) -> Execute:
    value = compile_expression(c, node.value)
    target = node.target
    if isinstance(target, Index):
        put = compile_put(c, target, compile_expression)
        return lambda frame: put(frame, value(frame))
    name = target.name if isinstance(target, TypedName) else target
    symbol = c.variable(name)
    place, key = c.places[symbol.key], symbol.key
    kind = c.sure_type(symbol)
    found = c.analysis.type_of(node.value)
    clears = c.semantics.assigning_clears_defaulted and symbol.kind == "input"

    def assign(frame: Frame) -> None:
        frame[place] = value(frame)

    def assign_checked(frame: Frame) -> None:
        held = value(frame)
        check_type(name, kind, held)
        frame[place] = copy_of(held)
        if clears:
            frame[0].defaulted.discard(key)

    is_plain = found in SCALARS and kind in (found, None) and not clears
    return assign if is_plain else assign_checked


def _compile_return(c: Compilation, node: Return) -> Execute:
    held = []
    items = []
    for name in node.names:
        symbol = c.symbol(name)
        if symbol.key in c.places:
            held.append((name.key, c.places[symbol.key]))
        else:
            items.append((name.key, compile_item(c, name, symbol)))

    def leave(frame: Frame) -> Returned:
        outputs = {
            key: value for key, place in held if (value := frame[place]) is not UNSET
        }
        for key, read in items:
            outputs[key] = read(frame)
        return Returned(outputs)

    return leave


def _compile_delete(c: Compilation, node: ArrayDelete) -> Execute:
    symbol = c.variable(node.array)
    place, kind = c.places[symbol.key], symbol.type
    at = (
        index_reader(c, node.array, node.index, compile_expression)
        if node.index is not None
        else None
    )

    def delete(frame: Frame) -> None:
        held = frame[place]
        if held is UNSET or held is None:
            frame[place] = Array(kind if kind in ARRAYS else "NUMBER_NUMBER")
        elif held.__class__ is not Array:
            raise refusal(
                f"`{node.array.text}` is {describe(held)}, not an array.", node
            )
        elif at is None:
            held.clear()
        else:
            held.remove(at(frame, held))

    return delete


def _compile_body(c: Compilation, body: Body, *, in_loop: bool) -> Execute:
    return compile_block(c, body.statements, in_loop=in_loop)


def _compile_if(c: Compilation, node: If, in_loop: bool) -> Execute:
    # A chain of ELSE IFs may be long: no recursion there.
    branches: list[tuple[Evaluate, Execute]] = []
    orelse: Execute | None = None
    each: If | None = node
    while each is not None:
        condition = compile_condition(c, each.condition)
        if c.is_watched:
            condition = watched_condition(c, each, condition)
        branches.append((condition, _compile_body(c, each.then, in_loop=in_loop)))
        body, each = each.orelse, None
        if body is not None:
            only = body.statements[0] if len(body.statements) == 1 else None
            if isinstance(only, If):
                each = only
            else:
                orelse = _compile_body(c, body, in_loop=in_loop)
    if len(branches) == 1:
        only_condition, only_then = branches[0]

        def choose(frame: Frame) -> Signal:
            if only_condition(frame):
                return only_then(frame)
            return orelse(frame) if orelse is not None else None

        return choose

    def choose_first(frame: Frame) -> Signal:
        for condition, then in branches:
            if condition(frame):
                return then(frame)
        return orelse(frame) if orelse is not None else None

    return choose_first


def _compile_while(c: Compilation, node: While) -> Execute:
    condition = compile_condition(c, node.condition)
    if c.is_watched:
        condition = watched_condition(c, node, condition)
    body = _compile_body(c, node.body, in_loop=True)
    limit = c.semantics.loop_limit

    def loop(frame: Frame) -> Signal:
        if not condition(frame):
            return None
        for _ in frame[0].run.rounds:
            signal = body(frame)
            if signal is not None:
                return None if signal is _EXIT else signal
            if not condition(frame):
                return None
        raise FormulaError(
            ErrorClass.TOO_MANY_ITERATIONS,
            f"The loop WHILE {c.text(node.condition)} goes on after {limit:,} rounds, "
            "those of other loops counted. Make sure that its condition comes to be "
            "false, or leave it by EXIT.",
            node.condition,
        )

    return loop


def _compile_change(c: Compilation, node: ChangeContexts, in_loop: bool) -> Execute:
    settings = [
        (each.context.key, compile_expression(c, each.value)) for each in node.settings
    ]
    body = _compile_body(c, node.body, in_loop=in_loop)

    def set_contexts(frame: Frame) -> None:
        activation: Activation = frame[0]
        changes = [(key, value(frame)) for key, value in settings]
        for key, held in changes:
            if held.__class__ is Array:
                raise refusal(f"The context {key} cannot be an array.", node)
        activation.contexts = with_contexts(activation.contexts, changes)
        activation.cache = {}

    begin = watched(c, node, set_contexts) if c.is_watched else set_contexts

    def change(frame: Frame) -> Signal:
        activation: Activation = frame[0]
        contexts, cache = activation.contexts, activation.cache
        try:
            begin(frame)
            return body(frame)
        except FormulaError as error:
            # What items gave in these contexts is forgotten with them.
            note_values(c, frame, error)
            raise
        finally:
            activation.contexts, activation.cache = contexts, cache

    return change
