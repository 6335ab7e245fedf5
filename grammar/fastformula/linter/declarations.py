"""Where declarations stand, and where new ones go."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fastformula.analysis import Analysis, Symbol
from fastformula.language.database_item import looks_like_item
from fastformula.language.types import ARRAYS, value_type
from fastformula.linter.regions import broken_regions, overlap
from fastformula.syntax.tree import (
    Alias,
    Declaration,
    Default,
    DefaultData,
    Inputs,
    NeedContext,
    Statement,
    Unknown,
)
from fastformula.text import Edit, Span

_LITERALS = {
    "NUMBER": "0",
    "TEXT": "' '",
    "DATE": "'4712/12/31 00:00:00' (DATE)",
}

_LOCAL_NAME = re.compile(
    r"""(?:L|LN|LV|LD|LC|LT|V|P|OUT|TMP|TEMP|MY|TOTAL|SUM|NEW|LOCAL|RESULT|CALC|FINAL
      |UNDEFINED|UNDECLARED|UNINITIALI[SZ]ED|UNASSIGNED|UNKNOWN|UNSET)_.*
      |.*_(?:VAR|VARIABLE|TMP|TEMP|COUNTER|RESULT)
      |[^_]*""",
    re.VERBOSE,
)
"""Items and globals have several words, and other ones."""


def is_local_name(key: str) -> bool:
    """Whether people give such an upper-case name to locals only."""
    return _LOCAL_NAME.fullmatch(key) is not None


def seems_item(analysis: Analysis, symbol: Symbol) -> bool:
    """Whether a local variable has a DEFAULT and the name of a database item.

    Then the item is meant, and the formula assigns it.
    """
    catalogue = analysis.environment.catalogue
    return (
        symbol.default is not None
        and not symbol.is_returned
        and not is_local_name(symbol.key)
        and (
            catalogue.find_item(symbol.key) is not None
            or (looks_like_item(symbol.key) and not catalogue.is_complete)
        )
    )


def declarations(analysis: Analysis) -> Iterator[tuple[Declaration, bool]]:
    """All declarations in source order, each with whether it stands too late.

    That is behind a statement that does something. What is read from a place with a
    syntax error is a guess, so it makes nothing late.
    """
    broken = broken_regions(analysis)
    is_late = False
    for statement, *_ in analysis.statements:
        if isinstance(statement, Alias | Default | DefaultData | Inputs | NeedContext):
            yield statement, is_late
        elif not is_late:
            is_late = not isinstance(statement, Unknown) and not any(
                overlap(statement.span, region) for region in broken
            )


def first_executable(analysis: Analysis) -> Statement | None:
    """The first statement that is no declaration."""
    for statement in analysis.parsed.tree.statements:
        if not isinstance(
            statement, Alias | Default | DefaultData | Inputs | NeedContext
        ):
            return statement
    return None


def declare(analysis: Analysis, declaration: str) -> Edit:
    """The edit that adds a DEFAULT behind those that are there.

    Where there are none it comes first.
    """
    text = analysis.parsed.text
    last: Statement | None = None
    statements = analysis.parsed.tree.statements
    for statement in statements:
        if isinstance(statement, Alias | Default | DefaultData):
            last = statement
        elif not isinstance(statement, Inputs | NeedContext):
            break
    if last is None:
        start = statements[0].span.start if statements else len(text)
        return Edit(Span(start, start), f"{declaration}\n")
    end = last.span.end
    return Edit(Span(end, end), f"\n{declaration}")


def cut(text: str, span: Span) -> Span:
    """`span`, with the whole lines around it where they hold nothing else."""
    start, end = span
    while start and text[start - 1] in " \t":
        start -= 1
    while end < len(text) and text[end] in " \t":
        end += 1
    starts_line = start == 0 or text[start - 1] in "\r\n"
    ends_line = end == len(text) or text[end] in "\r\n"
    if not (starts_line and ends_line):
        return span
    if text.startswith("\r\n", end):
        return Span(start, end + 2)
    return Span(start, min(end + 1, len(text)))


def default_for(name: str, kind: str) -> str:
    """The DEFAULT of a name of that type, with the value that people mostly take."""
    return f"DEFAULT FOR {name} IS {default_literal(kind)}"


def default_literal(kind: str) -> str:
    """The value of that type that people mostly take for a default."""
    return f"EMPTY_{kind}" if kind in ARRAYS else _LITERALS[kind]


def default_data_for(name: str, kind: str) -> str:
    """The DEFAULT_DATA_VALUE of an array of that type."""
    return f"DEFAULT_DATA_VALUE FOR {name} IS {_LITERALS[value_type(kind)]}"
