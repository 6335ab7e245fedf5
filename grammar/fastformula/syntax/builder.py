"""One function per construct: from what a rule matched to a node of the tree.

The functions are named in `formula.lark`. Each gets the text and the children, in
order: nodes, and tokens for every terminal of the rule.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from fastformula.syntax import tree
from fastformula.syntax.tokens import Token
from fastformula.text import Span

Child = Any
"""A Token or a Node; which one, the rule in the grammar says."""

Build = Callable[[str, Span, list[Child]], Child]


def _nodes(children: list[Child]) -> tuple[Any, ...]:
    return tuple(child for child in children if not isinstance(child, Token))


def _name(text: str, span: Span, children: list[Child]) -> tree.Name:
    return tree.Name(span, children[0].text_in(text))


def _type(text: str, span: Span, children: list[Child]) -> tree.TypeName:
    return tree.TypeName(span, children[0].text_in(text).upper())


def _number(text: str, span: Span, children: list[Child]) -> tree.Number:
    return tree.Number(span, children[0].text_in(text))


def _unquoted(text: str, token: Token) -> str:
    written = token.text_in(text)
    closed = len(written) > 1 and written[-1] in "'\u2018\u2019\u201c\u201d\""
    return written[1:-1].replace("''", "'") if closed else written[1:]


def _text(text: str, span: Span, children: list[Child]) -> tree.Text:
    return tree.Text(span, _unquoted(text, children[0]))


def _date(text: str, span: Span, children: list[Child]) -> tree.Date:
    return tree.Date(span, _unquoted(text, children[0]))


def _empty_array(text: str, span: Span, children: list[Child]) -> tree.EmptyArray:
    word = children[0].text_in(text).upper()
    return tree.EmptyArray(span, word.removeprefix("EMPTY_"))


def _unary(text: str, span: Span, children: list[Child]) -> tree.Unary:
    sign = children[0].text_in(text)
    return tree.Unary(span, "+" if sign == "+" else "-", children[1])


def _signed_number(text: str, span: Span, children: list[Child]) -> tree.Unary:
    number = children[1]
    operand = tree.Number(number.span, number.text_in(text))
    return _unary(text, span, [children[0], operand])


def _binary(text: str, span: Span, children: list[Child]) -> tree.Expression:
    left = children[0]
    for at in range(1, len(children), 2):
        right = children[at + 1]
        reach = Span(left.span.start, right.span.end)
        left = tree.Binary(reach, left, children[at].text_in(text), right)
    return cast("tree.Expression", left)


def _group(text: str, span: Span, children: list[Child]) -> tree.Group:
    return tree.Group(span, children[1])


def _index(text: str, span: Span, children: list[Child]) -> tree.Index:
    return tree.Index(span, children[0], children[2])


def _method(text: str, span: Span, children: list[Child]) -> tree.Method:
    array, *arguments = _nodes(children)
    method = children[2].text_in(text).upper()
    return tree.Method(span, array, method, tuple(arguments))


def _call(text: str, span: Span, children: list[Child]) -> tree.Call:
    function, *arguments = _nodes(children)
    return tree.Call(span, function, tuple(arguments))


def _logic(text: str, span: Span, children: list[Child]) -> tree.Condition:
    if len(children) == 1:
        return cast("tree.Condition", children[0])
    operator = "AND" if children[1].kind == "AND" else "OR"
    return tree.Logic(span, operator, _nodes(children))  # type: ignore[arg-type]


def _not(text: str, span: Span, children: list[Child]) -> tree.Not:
    return tree.Not(span, children[1])


def _condition_group(
    text: str, span: Span, children: list[Child]
) -> tree.ConditionGroup:
    return tree.ConditionGroup(span, children[1])


def _compare(text: str, span: Span, children: list[Child]) -> tree.Compare:
    return tree.Compare(span, children[0], children[1].text_in(text), children[2])


def _like(text: str, span: Span, children: list[Child]) -> tree.Like:
    return tree.Like(span, children[0], len(children) == 4, children[-1])


def _was(text: str, span: Span, children: list[Child]) -> tree.Was:
    test = "FOUND" if children[-1].kind == "FOUND" else "DEFAULTED"
    return tree.Was(span, children[0], len(children) == 4, test)  # type: ignore[arg-type]


def _exists(text: str, span: Span, children: list[Child]) -> tree.Exists:
    return tree.Exists(span, children[0], children[4])


def _keyword_call(text: str, span: Span, children: list[Child]) -> tree.Call:
    word = children[0]
    function = tree.Name(word.span, word.text_in(text))
    return tree.Call(span, function, _nodes(children))


def _boolean_call(text: str, span: Span, children: list[Child]) -> tree.BooleanCall:
    return tree.BooleanCall(span, _keyword_call(text, span, children))


def _alias(text: str, span: Span, children: list[Child]) -> tree.Alias:
    return tree.Alias(span, children[1], children[3])


def _default(text: str, span: Span, children: list[Child]) -> tree.Default:
    nodes = _nodes(children)
    return tree.Default(
        span, nodes[0], nodes[1] if len(nodes) == 3 else None, nodes[-1]
    )


def _default_data(text: str, span: Span, children: list[Child]) -> tree.DefaultData:
    return tree.DefaultData(span, children[2], children[4])


def _input(text: str, span: Span, children: list[Child]) -> tree.Input:
    return tree.Input(span, children[0], children[2] if len(children) > 1 else None)


def _inputs(text: str, span: Span, children: list[Child]) -> tree.Inputs:
    return tree.Inputs(span, _nodes(children))


def _need_context(text: str, span: Span, children: list[Child]) -> tree.NeedContext:
    return tree.NeedContext(span, children[2])


def _target(text: str, span: Span, children: list[Child]) -> Child:
    # A call here is `name (TYPE)`, or a mistake that `checks` reports.
    return children[0] if len(children) == 1 else _index(text, span, children)


def _assign(text: str, span: Span, children: list[Child]) -> tree.Assign:
    target = children[0]
    if isinstance(target, tree.Call):
        target = _typed_name(target)
    return tree.Assign(span, target, children[2])


def _typed_name(call: tree.Call) -> tree.TypedName:
    end = call.span.end
    note: tree.Node = call.arguments[0] if call.arguments else tree.Node(Span(end, end))
    word = note.text if isinstance(note, tree.Name) else ""
    return tree.TypedName(
        call.span, call.function, tree.TypeName(note.span, word.upper())
    )


def _call_statement(text: str, span: Span, children: list[Child]) -> tree.CallStatement:
    return tree.CallStatement(span, children[0])


def _wsa_delete(text: str, span: Span, children: list[Child]) -> tree.CallStatement:
    return tree.CallStatement(span, _keyword_call(text, span, children))


def _array_delete(text: str, span: Span, children: list[Child]) -> tree.ArrayDelete:
    return tree.ArrayDelete(span, children[0], children[4] if children[3:] else None)


def _exit(text: str, span: Span, children: list[Child]) -> tree.Exit:
    return tree.Exit(span)


def _return(text: str, span: Span, children: list[Child]) -> tree.Return:
    return tree.Return(span, _nodes(children))


def _formula_input(text: str, span: Span, children: list[Child]) -> tree.FormulaInput:
    *value, name = _nodes(children)
    return tree.FormulaInput(span, value[0] if value else None, name)


def _formula_output(text: str, span: Span, children: list[Child]) -> tree.FormulaOutput:
    target, name, *default = _nodes(children)
    return tree.FormulaOutput(span, target, name, default[0] if default else None)


def _call_formula(text: str, span: Span, children: list[Child]) -> tree.CallFormula:
    formula, *arguments = _nodes(children)
    return tree.CallFormula(span, formula, tuple(arguments))


def _body(text: str, span: Span, children: list[Child]) -> tree.Body:
    return tree.Body(span, isinstance(children[0], Token), _nodes(children))


def _if(text: str, span: Span, children: list[Child]) -> tree.If:
    condition, then, *orelse = _nodes(children)
    return tree.If(span, condition, then, orelse[0] if orelse else None)


def _while(text: str, span: Span, children: list[Child]) -> tree.While:
    return tree.While(span, children[1], children[3])


def _context_setting(
    text: str, span: Span, children: list[Child]
) -> tree.ContextSetting:
    return tree.ContextSetting(span, children[0], children[2])


def _change_contexts(
    text: str, span: Span, children: list[Child]
) -> tree.ChangeContexts:
    *settings, body = _nodes(children)
    return tree.ChangeContexts(span, tuple(settings), body)


def _unknown(text: str, span: Span, children: list[Child]) -> tree.Unknown:
    return tree.Unknown(span)


def _formula(text: str, span: Span, children: list[Child]) -> tree.Formula:
    return tree.Formula(Span(0, len(text)), _nodes(children))


BUILDERS: dict[str, Build] = {
    "alias": _alias,
    "array_delete": _array_delete,
    "assign": _assign,
    "binary": _binary,
    "body": _body,
    "boolean_call": _boolean_call,
    "call": _call,
    "call_formula": _call_formula,
    "call_statement": _call_statement,
    "change_contexts": _change_contexts,
    "compare": _compare,
    "condition_group": _condition_group,
    "context_setting": _context_setting,
    "date": _date,
    "default": _default,
    "default_data": _default_data,
    "empty_array": _empty_array,
    "exists": _exists,
    "exit": _exit,
    "formula": _formula,
    "formula_input": _formula_input,
    "formula_output": _formula_output,
    "group": _group,
    "if_": _if,
    "index": _index,
    "input": _input,
    "inputs": _inputs,
    "like": _like,
    "logic": _logic,
    "method": _method,
    "name": _name,
    "need_context": _need_context,
    "not_": _not,
    "number": _number,
    "return_": _return,
    "signed_number": _signed_number,
    "target": _target,
    "text": _text,
    "type": _type,
    "unary": _unary,
    "unknown": _unknown,
    "was": _was,
    "wsa_delete": _wsa_delete,
    "while_": _while,
}
