"""A name is declared twice.

A second DEFAULT, DEFAULT_DATA_VALUE, ALIAS or input of the same name does nothing new;
where it says something else, no source tells which of the two Oracle takes. Keep one.

Bad:
    DEFAULT FOR hours IS 0
    DEFAULT FOR hours IS 8
    INPUTS ARE hours (NUMBER)
    pay = hours * 12
    RETURN pay

Good:
    DEFAULT FOR hours IS 0
    INPUTS ARE hours (NUMBER)
    pay = hours * 12
    RETURN pay

Uncertain: Whether Oracle's compiler objects, and which of two declarations counts.
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Analysis
from fastformula.diagnostic import Fix, Related, Severity
from fastformula.linter.removal import remove
from fastformula.linter.rule import Finding, Rule
from fastformula.syntax.tree import (
    Alias,
    Default,
    DefaultData,
    Input,
    Inputs,
    Name,
    Node,
)
from fastformula.text import Edit, Span


def check(analysis: Analysis) -> Iterator[Finding]:
    """Every declaration of a name that has one of that kind already."""
    text = analysis.parsed.text
    seen: dict[tuple[str, str], Node] = {}
    fixes: tuple[Fix, ...]
    for statement, *_ in analysis.statements:
        if isinstance(statement, Inputs):
            for at, each in enumerate(statement.inputs):
                first = seen.setdefault(("input", each.name.key), each)
                if first is not each and each.name.text:
                    is_same = _says(text, each) == _says(text, first)
                    fixes = _without(statement, at) if is_same else ()
                    yield _describe(each.name, "an input", first, fixes)
        elif isinstance(statement, Alias | Default | DefaultData):
            kind, name = _kind(statement)
            symbol = analysis.symbol_of(name)
            key = name.key if isinstance(statement, Alias) or not symbol else symbol.key
            first = seen.setdefault((kind, key), statement)
            if first is statement or not name.text:
                continue
            is_same = _says(text, statement) == _says(text, first)
            if is_same or not isinstance(statement, Alias):
                # Told by misuse-of-alias where an ALIAS says something else.
                fixes = (
                    (Fix("Remove the second one", remove(text, [statement])),)
                    if is_same
                    else ()
                )
                yield _describe(name, f"a name with {kind}", first, fixes)


def _kind(statement: Alias | Default | DefaultData) -> tuple[str, Name]:
    match statement:
        case Alias(alias=name):
            return "an ALIAS", name
        case Default(name=name):
            return "a DEFAULT", name
    return "a DEFAULT_DATA_VALUE", statement.name


def _says(text: str, node: Node) -> str | None:
    """What a declaration says of its name."""
    match node:
        case Alias(item=item):
            return item.key
        case Default(value=value) | DefaultData(value=value):
            return value.span.text_in(text)
        case Input(type=kind):
            return kind.name if kind else None
    return None


def _without(statement: Inputs, at: int) -> tuple[Fix, ...]:
    start = statement.inputs[at - 1].span.end
    end = statement.inputs[at].span.end
    return (Fix("Remove the second one", (Edit(Span(start, end), ""),)),)


def _describe(name: Name, what: str, first: Node, fixes: tuple[Fix, ...]) -> Finding:
    advice = (
        "This one says the same and can go."
        if fixes
        else "Oracle does not say which of the two counts. Keep one."
    )
    return Finding(
        name.span,
        f"`{name.text}` is already {what}. {advice}",
        fixes,
        (Related(first.span, "This is the first one."),),
    )


RULE = Rule(
    "repeated-declaration",
    "suspicious",
    Severity.WARNING,
    check,
    safe=True,
    yields_to=("statement-order", "misuse-of-alias"),
)
