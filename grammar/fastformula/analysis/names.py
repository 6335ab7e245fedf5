"""What the statements of a formula say about its names, before any is resolved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType

from fastformula.language import load_functions
from fastformula.syntax import Parsed, walk
from fastformula.syntax.tree import (
    Alias,
    Assign,
    Body,
    Call,
    CallFormula,
    ChangeContexts,
    Default,
    DefaultData,
    Expression,
    FormulaOutput,
    If,
    Index,
    Input,
    Inputs,
    Name,
    Node,
    Return,
    Statement,
    Target,
    TypedName,
    While,
)


@dataclass(slots=True)
class Names:
    """The names of one formula by upper-case spelling; the first mention counts."""

    aliases: dict[str, Alias] = field(default_factory=dict)
    inputs: dict[str, Input] = field(default_factory=dict)
    defaults: dict[str, Default] = field(default_factory=dict)
    default_data: dict[str, DefaultData] = field(default_factory=dict)
    assigned: set[str] = field(default_factory=set)
    """Names that some statement puts a value in."""
    returned: set[str] = field(default_factory=set)
    loops: dict[int, set[str]] = field(default_factory=dict)
    """What is assigned inside each WHILE, by its `id`."""


def collect(parsed: Parsed) -> Names:
    """The names that the formula declares or assigns.

    Walks statements only, without recursion, as expressions assign nothing; but for
    the OUT parameters of a few functions, which are looked for where one is called.
    """
    names = Names()
    pending: list[tuple[Statement | Body, tuple[set[str], ...]]] = [
        (statement, ()) for statement in reversed(parsed.tree.statements)
    ]
    while pending:
        node, loops = pending.pop()
        if isinstance(node, Assign):
            _assign(names, written_name(node.target), loops)
        elif isinstance(node, Body):
            pending += ((each, loops) for each in reversed(node.statements))
        elif isinstance(node, If):
            if node.orelse is not None:
                pending.append((node.orelse, loops))
            pending.append((node.then, loops))
        elif isinstance(node, While):
            inside: set[str] = set()
            names.loops[id(node)] = inside
            pending.append((node.body, (*loops, inside)))
        elif isinstance(node, ChangeContexts):
            pending.append((node.body, loops))
        elif isinstance(node, CallFormula):
            for argument in node.arguments:
                if isinstance(argument, FormulaOutput):
                    _assign(names, written_name(argument.target), loops)
        else:
            _declare(names, node)
    if any(
        token.kind == "NAME" and token.text_in(parsed.text).upper() in out_functions()
        for token in parsed.tokens
    ):
        _collect_out(names, parsed.tree)
    return names


def written_name(target: Target | Expression | None) -> Name | None:
    """The name that an assignment to `target` gives a value, or part of one."""
    match target:
        case Name():
            return target
        case Index(array=name) | TypedName(name=name):
            return name
    return None


def _assign(names: Names, name: Name | None, loops: tuple[set[str], ...]) -> None:
    if name is not None:
        names.assigned.add(name.key)
        for inside in loops:
            inside.add(name.key)


def _declare(names: Names, node: Node) -> None:
    match node:
        case Alias(alias=alias):
            names.aliases.setdefault(alias.key, node)
        case Default(name=name):
            names.defaults.setdefault(name.key, node)
        case DefaultData(name=name):
            names.default_data.setdefault(name.key, node)
        case Inputs(inputs=inputs):
            for each in inputs:
                names.inputs.setdefault(each.name.key, each)
        case Return(names=returned):
            names.returned.update(each.key for each in returned)


@cache
def out_functions() -> Mapping[str, frozenset[int]]:
    """Where functions have OUT parameters in any overload, by upper-case name."""
    places = {
        name: frozenset(
            at
            for each in overloads
            for at, parameter in enumerate(each.parameters)
            if parameter.out
        )
        for name, overloads in load_functions().items()
    }
    return MappingProxyType({name: at for name, at in places.items() if at})


def _collect_out(names: Names, tree: Node) -> None:
    enclosing: list[tuple[int, set[str]]] = []
    for node in walk(tree):
        if isinstance(node, While):
            enclosing.append((node.span.end, names.loops[id(node)]))
        elif isinstance(node, Call):
            loops = tuple(inside for end, inside in enclosing if node.span.start < end)
            for at in out_functions().get(node.function.key, ()):
                if at < len(node.arguments):
                    _assign(names, written_name(node.arguments[at]), loops)
