"""The type of every expression, and what its operators object to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastformula.analysis.calls import infer_call
from fastformula.analysis.draft import Draft, Variable, constant_type
from fastformula.analysis.model import Access
from fastformula.analysis.words import a_type, wrap
from fastformula.diagnostic import Fix
from fastformula.language.types import ARRAYS, index_type, value_type
from fastformula.syntax import walk
from fastformula.syntax.tree import (
    Binary,
    BooleanCall,
    Call,
    Compare,
    Condition,
    ConditionGroup,
    ContextSetting,
    Date,
    EmptyArray,
    Exists,
    Expression,
    Group,
    Index,
    Like,
    Logic,
    Method,
    Name,
    Node,
    Not,
    Number,
    Text,
    Unary,
    Was,
)

DEEPEST = 60
"""Parentheses nested deeper are written by programs only: names in them are noted,
types are not, so that no text exhausts the stack."""


def infer(draft: Draft, node: Expression, depth: int = 0) -> str | None:
    """The type of `node`; notes the names in it, and what does not fit."""
    if depth > DEEPEST:
        note_names(draft, node)
        return None
    kind = _INFER[type(node)](draft, node, depth)
    draft.types[id(node)] = kind
    return kind


def _infer_name(draft: Draft, node: Name, _depth: int) -> str | None:
    if node.key == "NULL":
        return None
    variable = draft.use(node, Access.READ)
    return variable.type if variable.is_sure else None


def _infer_unary(draft: Draft, node: Unary, depth: int) -> str:
    _require(draft, node.operator, node.operand, infer(draft, node.operand, depth + 1))
    return "NUMBER"


def _infer_group(draft: Draft, node: Group, depth: int) -> str | None:
    return infer(draft, node.inner, depth + 1)


def _infer_binary(draft: Draft, node: Binary, depth: int) -> str | None:
    # A long sum leans to the left, as deep as it is long: no recursion there.
    spine = [node]
    while type(spine[-1].left) is Binary:
        spine.append(spine[-1].left)
    kind = infer(draft, spine[-1].left, depth + 1)
    for binary in reversed(spine):
        right = infer(draft, binary.right, depth + 1)
        kind = _combine(draft, binary, kind, right)
        draft.types[id(binary)] = kind
    return kind


def _combine(
    draft: Draft, node: Binary, left: str | None, right: str | None
) -> str | None:
    operator = node.operator
    if operator == "||":
        # The first side that does not fit is enough: one mistake, one problem.
        _ = _require(draft, operator, node.left, left, "TEXT") and _require(
            draft, operator, node.right, right, "TEXT"
        )
        return "TEXT"
    if operator == "+" and "TEXT" in (left, right):
        if left == right or left is None or right is None:
            return "TEXT"
        number, kind = (node.left, left) if right == "TEXT" else (node.right, right)
        if kind == "NUMBER":
            draft.report(
                "operator-types",
                node.span,
                "`+` adds two numbers or joins two texts, but here one side is a "
                "number and the other a text. Convert one of them: TO_CHAR makes a "
                "text of a number, TO_NUMBER a number of a text.",
                (wrap(draft.parsed.text, number, "TO_CHAR"),),
            )
        else:
            _require(draft, operator, number, kind, "TEXT")
        return "TEXT"
    _ = _require(draft, operator, node.left, left) and _require(
        draft, operator, node.right, right
    )
    # What comes of reckoning with dates is anyone's guess: no second problem of it.
    if "DATE" in (left, right) or (operator == "+" and left is None and right is None):
        return None
    return "NUMBER"


def _require(
    draft: Draft,
    operator: str,
    operand: Expression,
    kind: str | None,
    wanted: str = "NUMBER",
) -> bool:
    """Report an operand of a type that the operator does not take."""
    if kind is None or kind == wanted:
        return True
    written = f"`{operand.span.text_in(draft.parsed.text)}`"
    if kind in ARRAYS:
        advice = "Arrays take no operators: use an element of it, such as `a[i]`."
    elif kind == "DATE":
        advice = (
            "To join it to a text, write TO_CHAR with a format."
            if wanted == "TEXT"
            else "Dates take no operators: use ADD_DAYS, ADD_MONTHS, DAYS_BETWEEN or "
            "MONTHS_BETWEEN."
        )
    elif wanted == "TEXT":
        advice = "Convert it with TO_CHAR."
    else:
        advice = "If it holds digits, convert it with TO_NUMBER."
    convert = {"TEXT": "TO_CHAR", "NUMBER": "TO_NUMBER"}[wanted]
    can_convert = kind == "NUMBER" or (kind == "TEXT" and wanted == "NUMBER")
    draft.report(
        "operator-types",
        operand.span,
        f"`{operator}` works on {_PLURALS[wanted]}, but {written} is {a_type(kind)}. "
        + advice,
        (wrap(draft.parsed.text, operand, convert),) if can_convert else (),
    )
    return False


_PLURALS = {"NUMBER": "numbers", "TEXT": "texts"}


# Arrays


def array_type(draft: Draft, variable: Variable, name: Name) -> str | None:
    """The type of the array that `name` should be; None where it is not known."""
    kind = variable.type if variable.is_sure else None
    if kind is not None and kind not in ARRAYS:
        draft.report(
            "inconsistent-types",
            name.span,
            f"`{name.text}` is {a_type(kind)}, not an array, so it has no elements.",
            related=draft.origin_of(variable),
        )
        return None
    return kind


def check_index(
    draft: Draft, array: Name, kind: str | None, node: Expression, index: str | None
) -> None:
    """Report an index of the wrong type."""
    if kind is None or index is None or index == index_type(kind):
        return
    draft.report(
        "inconsistent-types",
        node.span,
        f"The elements of `{array.text}` are found by {a_type(index_type(kind))}, but "
        f"this index is {a_type(index)}.",
    )


def _infer_index(draft: Draft, node: Index, depth: int) -> str | None:
    index = infer(draft, node.index, depth + 1)
    kind = array_type(draft, draft.use(node.array, Access.ELEMENT), node.array)
    check_index(draft, node.array, kind, node.index, index)
    return None if kind is None else value_type(kind)


def _infer_method(draft: Draft, node: Method, depth: int) -> str | None:
    found = [infer(draft, each, depth + 1) for each in node.arguments]
    kind = array_type(draft, draft.use(node.array, Access.KEYS), node.array)
    for argument, index in zip(node.arguments, found, strict=True):
        check_index(draft, node.array, kind, argument, index)
    if node.method == "COUNT":
        return "NUMBER"
    return index_type(kind) if kind else next(filter(None, found), None)


# Conditions


def check_condition(draft: Draft, node: Condition, depth: int = 0) -> None:
    """Note the names of a condition, and what does not fit in it."""
    if depth > DEEPEST:
        note_names(draft, node)
        return
    match node:
        case Compare():
            _check_compare(draft, node)
        case Logic(operands=operands):
            for each in operands:
                check_condition(draft, each, depth + 1)
        case Not(operand=inner) | ConditionGroup(inner=inner):
            check_condition(draft, inner, depth + 1)
        case Like(subject=subject, pattern=pattern):
            for side in (subject, pattern):
                _require(draft, "LIKE", side, infer(draft, side), "TEXT")
        case Was(subject=subject):
            if isinstance(subject, Name):
                draft.use(subject, Access.TEST)
            else:
                infer(draft, subject)
        case Exists(array=array, index=index):
            found = infer(draft, index)
            kind = array_type(draft, draft.use(array, Access.KEYS), array)
            check_index(draft, array, kind, index, found)
        case BooleanCall(call=call):
            infer(draft, call)


def _check_compare(draft: Draft, node: Compare) -> None:
    left, right = infer(draft, node.left), infer(draft, node.right)
    for side, kind in ((node.left, left), (node.right, right)):
        if kind in ARRAYS:
            draft.report(
                "operator-types",
                side.span,
                f"`{side.span.text_in(draft.parsed.text)}` is an array, and arrays "
                "cannot be compared. Compare elements, or `.COUNT`.",
            )
            return
    if left is None or right is None or left == right:
        return
    fixes: tuple[Fix, ...] = ()
    for side, kind, other in ((node.left, left, right), (node.right, right, left)):
        # Of a literal the author sees the digits; a variable has to be converted.
        if kind == "TEXT" and other == "NUMBER" and not fixes:
            fixes = (wrap(draft.parsed.text, side, "TO_NUMBER"),)
    draft.report(
        "operator-types",
        node.span,
        f"{a_type(left).capitalize()} is compared with {a_type(right)}; both sides of "
        f"`{node.operator}` must have the same type. Convert one of them.",
        fixes,
    )


def note_names(draft: Draft, node: Node) -> None:
    """Note the names below `node` as read, and nothing else about them."""
    others = set()
    for each in walk(node):
        if isinstance(each, Call):
            others.add(id(each.function))
        elif isinstance(each, ContextSetting):
            others.add(id(each.context))
        elif isinstance(each, Name) and id(each) not in others:
            draft.use(each, Access.READ)


_INFER: dict[type, Callable[[Draft, Any, int], str | None]] = {
    Name: _infer_name,
    Number: lambda _draft, _node, _depth: "NUMBER",
    Text: lambda _draft, _node, _depth: "TEXT",
    Date: lambda _draft, _node, _depth: "DATE",
    EmptyArray: lambda _draft, node, _depth: constant_type(node),
    Group: _infer_group,
    Unary: _infer_unary,
    Binary: _infer_binary,
    Index: _infer_index,
    Method: _infer_method,
    Call: lambda draft, node, depth: infer_call(draft, node, depth, infer),
}
