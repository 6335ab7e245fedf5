"""Which context has which value where, as far as CHANGE_CONTEXTS says."""

from __future__ import annotations

from fastformula.analysis import Analysis
from fastformula.analysis.model import Scope
from fastformula.linter.nodes import inner, is_pure
from fastformula.syntax import walk
from fastformula.syntax.tree import (
    Call,
    ChangeContexts,
    ContextSetting,
    Expression,
    Name,
)


def setting_around(scope: Scope, context: str) -> ContextSetting | None:
    """The innermost setting of a context, by its upper-case name, around a scope."""
    for change in scope.context_changes:
        for setting in change.settings:
            if setting.context.key == context:
                return setting
    return None


def asked_context(expression: Expression) -> str | None:
    """The context whose value it is: PERSON_ID of `GET_CONTEXT(PERSON_ID, 0)`."""
    match inner(expression):
        case Call(function=function, arguments=(Name() as context, *_)):
            if function.key == "GET_CONTEXT":
                return context.key
    return None


def needs_contexts(analysis: Analysis, expression: Expression) -> bool:
    """Whether the expression may have another value in other contexts."""
    for node in walk(expression):
        if isinstance(node, Call) and not is_pure(node):
            return True
        if isinstance(node, Name):
            symbol = analysis.symbol_of(node)
            if symbol is not None and symbol.item is not None:
                return True
    return False


def keys(change: ChangeContexts) -> set[str]:
    """The contexts that a CHANGE_CONTEXTS sets, in upper case."""
    return {setting.context.key for setting in change.settings}
