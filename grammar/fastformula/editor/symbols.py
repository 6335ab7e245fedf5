"""The outline of a formula: what it takes, how it branches, what it hands back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from fastformula.editor.declarations import Run, find_runs
from fastformula.syntax import Parsed, walk
from fastformula.syntax.tree import (
    Alias,
    Assign,
    Body,
    CallFormula,
    CallStatement,
    ChangeContexts,
    Declaration,
    Default,
    DefaultData,
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
from fastformula.text import Span

SymbolKind = Literal[
    "group",
    "alias",
    "default",
    "input",
    "context",
    "output",
    "block",
    "call",
    "return",
]

DEPTH = 40
"""Blocks nested deeper are left out; no author writes them, only machines do."""

WIDTH = 60
"""Longer conditions, values and lists are cut, in code points."""

_TITLES = {
    "aliases": "Aliases",
    "defaults": "Defaults",
    "inputs": "Inputs",
    "contexts": "Contexts needed",
}


@dataclass(frozen=True, slots=True)
class Symbol:
    """A line of the outline; `selection` is where choosing it puts the cursor."""

    name: str
    detail: str
    kind: SymbolKind
    span: Span
    selection: Span
    children: tuple[Symbol, ...] = ()


def outline(parsed: Parsed) -> tuple[Symbol, ...]:
    """Declarations in groups, blocks with what they hold, outputs and calls."""
    outputs = frozenset(
        name.key
        for node in walk(parsed.tree)
        if isinstance(node, Return)
        for name in node.names
    )
    groups = [_group(parsed.text, run) for run in find_runs(parsed.tree)]
    rest = _statements(parsed.text, parsed.tree.statements, outputs, depth=0)
    return tuple(sorted([*groups, *rest], key=lambda symbol: symbol.span))


def _group(text: str, run: Run) -> Symbol:
    children = tuple(
        symbol
        for each in run.declarations
        for symbol in _declared(text, each)
        # A name that the author has still to write is empty.
        if symbol.name
    )
    first = run.declarations[0].span
    return Symbol(
        _TITLES[run.kind], str(len(children)), "group", run.span, first, children
    )


def _declared(text: str, declaration: Declaration) -> Iterator[Symbol]:
    span = declaration.span
    match declaration:
        case Alias(item=item, alias=alias):
            yield Symbol(alias.text, item.text, "alias", span, alias.span)
        case Default(name=name, value=value) | DefaultData(name=name, value=value):
            yield Symbol(name.text, _line(text, value), "default", span, name.span)
        case NeedContext(context=context):
            yield Symbol(context.text, "", "context", span, context.span)
        case Inputs(inputs=inputs):
            for each in inputs:
                type_name = each.type.name if each.type else ""
                yield Symbol(
                    each.name.text, type_name, "input", each.span, each.name.span
                )


def _statements(
    text: str, statements: Sequence[Statement], outputs: frozenset[str], depth: int
) -> Iterator[Symbol]:
    for statement in statements:
        span = statement.span
        match statement:
            case If():
                yield from _branches(text, statement, outputs, depth)
            case While(condition=condition, body=body):
                name = f"WHILE {_line(text, condition)}"
                yield _block(text, name, span, body, outputs, depth)
            case ChangeContexts(settings=settings, body=body):
                name = f"CHANGE_CONTEXTS {', '.join(s.context.text for s in settings)}"
                yield _block(text, name, span, body, outputs, depth)
            case Assign(target=target, value=value):
                variable = _variable(target)
                if variable.text and variable.key in outputs:
                    detail = _line(text, value)
                    yield Symbol(variable.text, detail, "output", span, variable.span)
            case CallFormula(formula=formula):
                name = f"CALL_FORMULA {_line(text, formula)}"
                yield Symbol(name, "", "call", span, formula.span)
            case CallStatement(call=call) if call.function.key == "EXECUTE":
                name = f"EXECUTE {', '.join(_line(text, a) for a in call.arguments)}"
                yield Symbol(name, "", "call", span, call.function.span)
            case Return(names=names):
                detail = _cut(", ".join(name.text for name in names))
                yield Symbol("RETURN", detail, "return", span, span)


def _branches(
    text: str, statement: If, outputs: frozenset[str], depth: int
) -> Iterator[Symbol]:
    """IF, every ELSE IF and ELSE side by side, as authors write them."""
    word = "IF"
    while True:
        name = f"{word} {_line(text, statement.condition)}"
        span = Span(statement.span.start, statement.then.span.end)
        yield _block(text, name, span, statement.then, outputs, depth)
        orelse = statement.orelse
        if orelse is None:
            return
        only = orelse.statements[0] if orelse.statements else None
        if not (isinstance(only, If) and not orelse.bracketed):
            yield _block(text, "ELSE", orelse.span, orelse, outputs, depth)
            return
        word, statement = "ELSE IF", only


def _block(
    text: str,
    name: str,
    span: Span,
    body: Body,
    outputs: frozenset[str],
    depth: int,
) -> Symbol:
    inner = body.statements if depth < DEPTH else ()
    children = tuple(_statements(text, inner, outputs, depth + 1))
    return Symbol(name, "", "block", span, Span(span.start, span.start), children)


def _variable(target: Name | Index | TypedName) -> Name:
    match target:
        case Index(array=array):
            return array
        case TypedName(name=name):
            return name
        case Name():
            return target


def _line(text: str, node: Node) -> str:
    """`node` as written, on one line and not too long."""
    return _cut(" ".join(node.span.text_in(text).split()))


def _cut(line: str) -> str:
    return line if len(line) <= WIDTH else f"{line[: WIDTH - 1]}…"
