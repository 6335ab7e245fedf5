"""The value of a DEFAULT has another type than the name it is for.

A DEFAULT also gives a name its type. Where INPUTS ARE or the database item says
another one, Oracle's compiler objects: "Inconsistent Data Type Usage". A date needs
its mark, `'2024/01/01 00:00:00' (DATE)`, or it is a text. An item with several values
takes an empty array as DEFAULT, and DEFAULT_DATA_VALUE for the single values in it.

For the types of database items this is an error only where they are read from a
catalogue of your own pod.

Bad:
    DEFAULT FOR start_day IS '2024/01/01 00:00:00'
    INPUTS ARE start_day (DATE)
    age = DAYS_BETWEEN(ADD_DAYS(start_day, 7), start_day)
    RETURN age

Good:
    DEFAULT FOR start_day IS '2024/01/01 00:00:00' (DATE)
    INPUTS ARE start_day (DATE)
    age = DAYS_BETWEEN(ADD_DAYS(start_day, 7), start_day)
    RETURN age

Uncertain: what Oracle's pages say of an item's type is second-hand here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from fastformula.analysis import Access, Analysis, Symbol
from fastformula.analysis.draft import constant_type
from fastformula.analysis.words import a_type
from fastformula.diagnostic import Fix, Severity
from fastformula.language.types import ARRAYS, DATA_TYPES, value_type
from fastformula.linter.rule import Finding, Rule
from fastformula.syntax.tree import Constant, Default, DefaultData, Number, Text
from fastformula.text import Edit, Span


def check(analysis: Analysis) -> Iterator[Finding]:
    """Each DEFAULT and DEFAULT_DATA_VALUE that contradicts a declaration or item."""
    for symbol in analysis.symbols.values():
        for use in symbol.uses:
            statement = use.statement
            if use.access is Access.DEFAULT and isinstance(statement, Default):
                yield from _check_default(symbol, statement)
            elif use.access is Access.DEFAULT_DATA and isinstance(
                statement, DefaultData
            ):
                yield from _check_data(symbol, statement)


def _check_default(symbol: Symbol, default: Default) -> Iterator[Finding]:
    written, declared = constant_type(default.value), symbol.input
    if written is None:
        return
    if default.type is not None:
        yield from _judge(symbol, default, "marked", default.type.name, written)
    elif declared is not None and declared.type is not None:
        yield from _judge(symbol, default, "declared", declared.type.name, written)
    else:
        yield from _check_item(symbol, default, written)


def _judge(
    symbol: Symbol, default: Default, how: str, wanted: str, written: str
) -> Iterator[Finding]:
    if wanted in DATA_TYPES and wanted != written:
        yield Finding(
            default.value.span,
            f"`{symbol.name}` is {how} as {a_type(wanted)}, but this is "
            f"{a_type(written)}. Oracle says: Inconsistent Data Type Usage.",
            _convert(default.value, wanted),
        )


def _check_item(symbol: Symbol, default: Default, written: str) -> Iterator[Finding]:
    kind = _item_type(symbol)
    if kind is None or kind == written:
        return
    message = f"The item `{symbol.name}` is {a_type(kind)}, but this is "
    message += f"{a_type(written)}."
    fixes = _convert(default.value, kind)
    if kind in ARRAYS and written == value_type(kind):
        message += (
            " DEFAULT_DATA_VALUE says what stands in for a single value; DEFAULT takes "
            f"EMPTY_{kind}."
        )
        empty = Edit(default.value.span, f"EMPTY_{kind}")
        fixes = (Fix(f"Write EMPTY_{kind}", (empty,)),)
    yield Finding(default.value.span, message, fixes, severity=_severity(symbol))


def _check_data(symbol: Symbol, default: DefaultData) -> Iterator[Finding]:
    kind, written = _item_type(symbol), constant_type(default.value)
    # DEFAULT_DATA_VALUE for what is no array is told by misuse-of-default.
    if kind is None or kind not in ARRAYS or written in (None, value_type(kind)):
        return
    yield Finding(
        default.value.span,
        f"The item `{symbol.name}` is {a_type(kind)}, but this is not "
        f"{a_type(value_type(kind))}.",
        _convert(default.value, value_type(kind)),
        severity=_severity(symbol),
    )


def _item_type(symbol: Symbol) -> str | None:
    item = symbol.item
    if item is None or item.evidence not in ("catalogue", "documented"):
        return None
    return item.type


def _severity(symbol: Symbol) -> Severity:
    is_sure = symbol.item is not None and symbol.item.evidence == "catalogue"
    return Severity.ERROR if is_sure else Severity.WARNING


def _convert(value: Constant, wanted: str) -> tuple[Fix, ...]:
    """The fix that writes the same value as a literal of another type."""
    span = value.span
    end = Span(span.end, span.end)
    match value:
        case Text(value=text) if wanted == "DATE" and _DATE.fullmatch(text):
            return (Fix("Mark it as a date", (Edit(end, " (DATE)"),)),)
        case Text(value=text) if wanted == "NUMBER" and _NUMBER.fullmatch(text):
            return (Fix(f"Write {text}", (Edit(span, text),)),)
        case Number(text=text) if wanted == "TEXT":
            return (Fix(f"Write '{text}'", (Edit(span, f"'{text}'"),)),)
    return ()


_DATE = re.compile(
    r"\d{4}[/-]\d\d?[/-]\d\d?([T ]\d\d?:\d\d:\d\d(\.\d+Z)?)?|\d\d?-[A-Z]{3}-\d{4}", re.I
)
_NUMBER = re.compile(r"-?\d+(\.\d+)?")

RULE = Rule("default-type", "compiler", Severity.ERROR, check)
