"""The walk over the statements: which variables have a value where."""

from __future__ import annotations

from collections.abc import Sequence

from fastformula.analysis.draft import SURE_EVIDENCE, Draft
from fastformula.analysis.expressions import (
    array_type,
    check_condition,
    check_index,
    infer,
    note_names,
)
from fastformula.analysis.model import Access, Placed, Scope
from fastformula.analysis.words import a_type
from fastformula.language.types import DATA_TYPES, array_of, value_type
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
    Expression,
    FormulaInput,
    FormulaOutput,
    If,
    Index,
    Inputs,
    Name,
    NeedContext,
    Node,
    Return,
    Statement,
    TypedName,
    While,
)

DEEPEST = 60
"""Blocks nested deeper are written by programs only: names in them are noted, their
order is not, so that no text exhausts the stack."""


def follow(draft: Draft) -> bool:
    """Walk the whole formula; whether a path reaches its end."""
    statements = draft.parsed.tree.statements
    return _block(draft, statements, draft.scope, [], 0, is_reachable=True)


def _block(
    draft: Draft,
    statements: Sequence[Statement],
    scope: Scope,
    exits: list[tuple[int, int]],
    depth: int,
    *,
    is_reachable: bool,
) -> bool:
    """Walk a list of statements; whether a path reaches its end.

    `exits` collects what has a value at each EXIT of the loop around. What cannot be
    reached is walked as if it could, so that it gives no errors of its own.
    """
    if depth > DEEPEST:
        for statement in statements:
            draft.scope, draft.statement = scope, statement
            note_names(draft, statement)
        return is_reachable
    for statement in statements:
        draft.scope, draft.statement = scope, statement
        draft.statements.append(Placed(statement, scope, is_reachable))
        kind = type(statement)
        if kind is Assign:
            _assign(draft, statement)  # type: ignore[arg-type]
        elif isinstance(statement, If):
            after = _if(draft, statement, scope, exits, depth, is_reachable)
            is_reachable = is_reachable and after
        elif isinstance(statement, While):
            _while(draft, statement, scope, depth, is_reachable)
        elif isinstance(statement, ChangeContexts):
            for setting in statement.settings:
                infer(draft, setting.value)
            for setting in statement.settings:
                _set_context(draft, setting.context, setting.value)
            inner = Scope(statement, statement.body, scope)
            after = _block(
                draft,
                statement.body.statements,
                inner,
                exits,
                depth + 1,
                is_reachable=is_reachable,
            )
            is_reachable = is_reachable and after
        elif kind is Return or kind is Exit:
            if isinstance(statement, Return):
                for name in statement.names:
                    draft.use(name, Access.RETURN)
            elif scope.loop is None:
                # Oracle takes no EXIT there, so nothing is known of what follows.
                continue
            elif is_reachable:
                exits.append((draft.maybe, draft.sure))
            is_reachable = False
        else:
            _simple(draft, statement)
    return is_reachable


def _if(
    draft: Draft,
    statement: If,
    scope: Scope,
    exits: list[tuple[int, int]],
    depth: int,
    is_reachable: bool,
) -> bool:
    """Walk an IF; a chain of ELSE IFs without recursion, as it may be long."""
    ends: list[tuple[int, int]] = []
    around = scope
    while True:
        check_condition(draft, statement.condition)
        before = (draft.maybe | _from_last_round(draft, scope), draft.sure)
        draft.maybe = before[0]
        if _branch(
            draft, statement, statement.then, around, exits, depth, is_reachable
        ):
            ends.append((draft.maybe, draft.sure))
        draft.maybe, draft.sure = before
        orelse = statement.orelse
        if orelse is None:
            ends.append(before)
            break
        only = orelse.statements[0] if len(orelse.statements) == 1 else None
        if orelse.bracketed or not isinstance(only, If):
            if _branch(draft, statement, orelse, around, exits, depth, is_reachable):
                ends.append((draft.maybe, draft.sure))
            break
        around = Scope(statement, orelse, around)
        statement = only
        draft.scope, draft.statement = around, statement
        draft.statements.append(Placed(statement, around, is_reachable))
    if not ends:
        return False
    draft.maybe, draft.sure = ends[0]
    for maybe, sure in ends[1:]:
        draft.maybe |= maybe
        draft.sure &= sure
    return True


def _branch(
    draft: Draft,
    node: If,
    body: Body,
    scope: Scope,
    exits: list[tuple[int, int]],
    depth: int,
    is_reachable: bool,
) -> bool:
    inner = Scope(node, body, scope)
    after = _block(
        draft, body.statements, inner, exits, depth + 1, is_reachable=is_reachable
    )
    # In dead code both branches go on, or what follows would be dead twice.
    return after or not is_reachable


def _from_last_round(draft: Draft, scope: Scope) -> int:
    """What earlier rounds of the loops around may have given a value.

    It counts from the first branch inside a loop on: what comes before that is
    reached in the first round for certain, with no round before it.
    """
    bits = 0
    for each in scope.chain():
        if isinstance(each.node, While):
            bits |= draft.bits_of(each.node)
    return bits


def _while(
    draft: Draft, statement: While, scope: Scope, depth: int, is_reachable: bool
) -> None:
    check_condition(draft, statement.condition)
    draft.maybe |= _from_last_round(draft, scope)
    before = (draft.maybe, draft.sure)
    left: list[tuple[int, int]] = [before]
    inner = Scope(statement, statement.body, scope)
    if _block(
        draft,
        statement.body.statements,
        inner,
        left,
        depth + 1,
        is_reachable=is_reachable,
    ):
        left.append((draft.maybe, draft.sure))
    draft.maybe, draft.sure = before
    for maybe, sure in left:
        draft.maybe |= maybe
        draft.sure &= sure


def _assign(draft: Draft, statement: Assign) -> None:
    value = infer(draft, statement.value)
    _put(draft, statement.target, value, statement.value)


def _put(
    draft: Draft, target: Name | Index | TypedName, value: str | None, node: Node
) -> None:
    """Give `target` a value of type `value`, which `node` says."""
    if isinstance(target, Index):
        index = infer(draft, target.index)
        variable = draft.use(target.array, Access.ELEMENT_WRITE)
        if variable.type is None and value is not None and index is not None:
            draft.set_type(variable, array_of(value, index), target)
        kind = array_type(draft, variable, target.array)
        check_index(draft, target.array, kind, target.index, index)
        if kind and value is not None and value != value_type(kind):
            draft.report(
                "inconsistent-types",
                node.span,
                f"`{target.array.text}` holds {a_type(value_type(kind))} in each "
                f"element, but this is {a_type(value)}.",
                related=draft.origin_of(variable),
            )
        draft.assign(variable)
        return
    name = target.name if isinstance(target, TypedName) else target
    variable = draft.use(name, Access.WRITE)
    if isinstance(target, TypedName) and target.type.name in DATA_TYPES:
        draft.set_type(variable, target.type.name, target)
    kind = variable.type if variable.is_sure else None
    if kind is None:
        draft.set_type(variable, value, target)
    elif value is not None and value != kind:
        draft.report(
            "inconsistent-types",
            node.span,
            f"`{name.text}` is {a_type(kind)}, but here it is given {a_type(value)}. A "
            "variable has one type throughout a formula.",
            related=draft.origin_of(variable),
        )
    draft.assign(variable)


def _set_context(draft: Draft, name: Name, value: Expression) -> None:
    context = draft.use_context(name, Access.SET_CONTEXT)
    kind = draft.types.get(id(value))
    is_firm = context is not None and context.evidence in SURE_EVIDENCE
    if context and is_firm and kind not in (None, context.type):
        draft.report(
            "inconsistent-types",
            value.span,
            f"The context {context.name} is {a_type(context.type)}, but here it is "
            f"given {a_type(kind or '')}.",
        )


def _simple(draft: Draft, statement: Statement) -> None:
    match statement:
        case CallStatement(call=call):
            infer(draft, call)
        case CallFormula():
            _call_formula(draft, statement)
        case ArrayDelete(array=array, index=index):
            found = infer(draft, index) if index else None
            kind = array_type(draft, draft.use(array, Access.DELETE), array)
            if index:
                check_index(draft, array, kind, index, found)
        case Alias(item=item, alias=alias):
            draft.use(item, Access.ALIASED)
            draft.use(alias, Access.ALIAS)
        case Default(name=name):
            draft.use(name, Access.DEFAULT)
        case DefaultData(name=name):
            draft.use(name, Access.DEFAULT_DATA)
        case Inputs(inputs=inputs):
            for each in inputs:
                draft.use(each.name, Access.INPUT)
        case NeedContext(context=context):
            draft.use_context(context, Access.CONTEXT)


def _call_formula(draft: Draft, statement: CallFormula) -> None:
    """All inputs are set before the call, and all outputs taken after it."""
    infer(draft, statement.formula)
    for argument in statement.arguments:
        if isinstance(argument, FormulaInput):
            if argument.value is not None:
                infer(draft, argument.value)
            infer(draft, argument.name)
    for argument in statement.arguments:
        if isinstance(argument, FormulaOutput):
            infer(draft, argument.name)
            kind = infer(draft, argument.default) if argument.default else None
            if isinstance(argument.target, Name | Index):
                _put(draft, argument.target, kind, argument.default or argument.target)
