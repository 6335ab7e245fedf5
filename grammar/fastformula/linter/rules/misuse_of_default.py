"""A DEFAULT is given to something that takes none.

DEFAULT says what an input or database item is when nothing else does, and
DEFAULT_DATA_VALUE what an empty element of an array database item is. For other names
Oracle's guides call it "Misuse of DEFAULT"; formulas of its own have it all the same,
and the local variable begins with that value. Assign the value instead. A context has
its default in GET_CONTEXT.

Bad:
    DEFAULT FOR bonus IS 0
    INPUTS ARE hours (NUMBER)
    IF hours > 40 THEN
        bonus = 100
    RETURN bonus

Bad:
    DEFAULT_DATA_VALUE FOR hours IS 0
    INPUTS ARE hours (NUMBER_NUMBER)
    pay = hours[1] * 12
    RETURN pay

Good:
    DEFAULT FOR hours IS 0
    INPUTS ARE hours (NUMBER)
    bonus = 0
    IF hours > 40 THEN
        bonus = 100
    RETURN bonus
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from fastformula.analysis import Analysis, Symbol
from fastformula.diagnostic import Fix, Related, Severity
from fastformula.language.types import SCALARS
from fastformula.linter.declarations import (
    cut,
    first_executable,
    seems_item,
)
from fastformula.linter.products import find_context
from fastformula.linter.rule import Finding, Rule
from fastformula.syntax.tree import Default, DefaultData
from fastformula.text import Edit, Span

_LOCAL = re.compile(r"(?:L|LN|LV|LD|LC|LT|V)_")
"""How people begin the names of locals, and of nothing else."""


def check(analysis: Analysis) -> Iterator[Finding]:
    """The first DEFAULT and DEFAULT_DATA_VALUE of each name that takes none."""
    for symbol in analysis.symbols.values():
        if symbol.key in analysis.contexts:
            # Told by misuse-of-context.
            continue
        if symbol.default is not None:
            finding = _judge_default(analysis, symbol, symbol.default)
            if finding is not None:
                yield finding
        if symbol.default_data is not None:
            finding = _judge_data(analysis, symbol, symbol.default_data)
            if finding is not None:
                yield finding


def _judge_default(analysis: Analysis, symbol: Symbol, node: Default) -> Finding | None:
    name = node.name
    if symbol.kind == "local":
        if seems_item(analysis, symbol):
            # Told by misuse-of-assignment.
            return None
        if find_context(analysis, symbol.key) is not None and not symbol.writes:
            return Finding(
                name.span,
                f"`{name.text}` is a context. Its default is given where it is read: "
                f"GET_CONTEXT({name.text}, {_literal(analysis, node)}).",
            )
        if not symbol.writes and analysis.environment.catalogue.is_complete:
            return _unknown(analysis, symbol)
        return Finding(
            name.span,
            f"`{name.text}` is a local variable, and only inputs and database items "
            "take a DEFAULT. Oracle may say: Misuse of DEFAULT. Assign the value "
            "before the first use instead.",
            _assigning(analysis, node),
            tuple(
                Related(use.name.span, "It is assigned here.")
                for use in symbol.writes[:1]
            ),
        )
    if symbol.item is None or symbol.item.evidence != "shape":
        return None
    if _LOCAL.match(symbol.key):
        return Finding(
            name.span,
            f"`{name.text}` looks like a local variable, and only inputs and database "
            "items take a DEFAULT. Oracle may say: Misuse of DEFAULT.",
            _assigning(analysis, node),
        )
    return None


def _unknown(analysis: Analysis, symbol: Symbol) -> Finding:
    """A name that nothing assigns, and that the whole catalogue does not have."""
    name = symbol.name
    similar = analysis.environment.catalogue.similar_items(symbol.key)
    advice = f" Did you mean {' or '.join(similar)}?" if similar else ""
    fixes: tuple[Fix, ...] = ()
    if similar:
        edits = tuple(
            Edit(use.name.span, similar[0])
            for use in symbol.uses
            if use.name.key == symbol.key
        )
        fixes = (Fix(f"Write {similar[0]} everywhere", edits),)
    return Finding(
        symbol.uses[0].name.span,
        f"There is no input, database item or global value `{name}`, so it is always "
        f"its default.{advice} Oracle may say: Misuse of DEFAULT.",
        fixes,
        severity=Severity.ERROR,
    )


def _judge_data(
    analysis: Analysis, symbol: Symbol, node: DefaultData
) -> Finding | None:
    fixes: tuple[Fix, ...] = ()
    if symbol.kind == "input":
        what = "an input"
    elif symbol.kind == "local":
        context = find_context(analysis, symbol.key)
        is_complete = analysis.environment.catalogue.is_complete
        if context is None and is_complete and not symbol.writes:
            return _unknown(analysis, symbol)
        what = "a local variable" if context is None else "a context"
    elif symbol.item is not None and symbol.item.type in SCALARS:
        if symbol.item.evidence not in ("catalogue", "documented"):
            return None
        what = "no array"
        if symbol.default is None:
            fixes = (_plain(node),)
    else:
        return None
    return Finding(
        node.name.span,
        f"`{node.name.text}` is {what}, and DEFAULT_DATA_VALUE is for the elements of "
        "database items that are arrays. Oracle may say: Misuse of DEFAULT.",
        fixes,
    )


def _plain(node: DefaultData) -> Fix:
    start = node.span.start
    return Fix(
        "Write DEFAULT FOR",
        (Edit(Span(start, start + len("DEFAULT_DATA_VALUE")), "DEFAULT"),),
    )


def _literal(analysis: Analysis, node: Default) -> str:
    return node.value.span.text_in(analysis.parsed.text)


def _assigning(analysis: Analysis, node: Default) -> tuple[Fix, ...]:
    before = first_executable(analysis)
    if before is None or before.span.start < node.span.end:
        return ()
    start = before.span.start
    return (
        Fix(
            "Assign the value instead",
            (
                Edit(cut(analysis.parsed.text, node.span), ""),
                Edit(
                    Span(start, start),
                    f"{node.name.text} = {_literal(analysis, node)}\n",
                ),
            ),
        ),
    )


RULE = Rule(
    "misuse-of-default",
    "compiler",
    Severity.WARNING,
    check,
    yields_to=("statement-order",),
)
