"""A database item that may be empty is read without a DEFAULT.

When an item finds no row, or an empty value, the formula ends with an error, unless a
DEFAULT says what to go on with. Some items are defined so that Oracle does not compile
a formula without it. A DEFAULT_DATA_VALUE does the same for the empty elements of an
item that is an array. Balances are never empty and need none.

Without a catalogue of your pod nobody here can tell which items are never empty, so
this speaks only of those about people, jobs, enrollments and entries, which often are.

Bad:
    IF PER_ASG_GRADE_NAME = 'MANAGER' THEN
        rate = 20
    ELSE
        rate = 12
    RETURN rate

Good:
    DEFAULT FOR PER_ASG_GRADE_NAME IS ' '
    IF PER_ASG_GRADE_NAME = 'MANAGER' THEN
        rate = 20
    ELSE
        rate = 12
    RETURN rate
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Access, Analysis, Symbol
from fastformula.diagnostic import Fix, Severity
from fastformula.language.types import ARRAYS
from fastformula.linter.declarations import declare, default_data_for, default_for
from fastformula.linter.rule import Finding, Rule

_OFTEN_EMPTY = frozenset(
    "ABS ACP ANC BEN CMP HRA HRG HRT HRX HWM HRC IRC ORG PEOPLE PER PTU SCL".split()
)
"""First words of the families whose items are columns that may be empty."""


def check(analysis: Analysis) -> Iterator[Finding]:
    """The first read of each such item."""
    for symbol in analysis.items:
        item = symbol.item
        if item is None or symbol.default is not None:
            continue
        reads = [use for use in symbol.reads if use.access is not Access.RETURN]
        if not reads or any(use.access is Access.TEST for use in reads):
            # WAS DEFAULTED without a DEFAULT is a mistake of its own.
            continue
        if item.default_required and symbol.default_data is None:
            yield Finding(
                reads[0].name.span,
                f"`{item.name}` is defined so that it needs a DEFAULT, and it has "
                "none. Oracle says: Missing DEFAULT Statement.",
                _add(analysis, symbol),
            )
        elif item.default_required is None and _may_be_empty(symbol):
            yield Finding(
                reads[0].name.span,
                f"`{item.name}` has no DEFAULT. When it is empty for somebody, the "
                "formula ends with an error here.",
                _add(analysis, symbol),
                severity=Severity.WARNING,
            )


def _may_be_empty(symbol: Symbol) -> bool:
    if symbol.default_data is not None or symbol.kind == "global":
        return False
    if symbol.type in ARRAYS and not any(
        use.access is Access.ELEMENT for use in symbol.uses
    ):
        return False
    words = symbol.key.split("_")
    is_entry = symbol.key.endswith("_ENTRY_VALUE")
    return is_entry or (len(words) > 2 and words[0] in _OFTEN_EMPTY)


def _add(analysis: Analysis, symbol: Symbol) -> tuple[Fix, ...]:
    kind = symbol.type
    if kind is None:
        return ()
    name = symbol.alias.alias.text if symbol.alias is not None else symbol.name
    line = default_data_for(name, kind) if kind in ARRAYS else default_for(name, kind)
    return (Fix(f"Add {line}", (declare(analysis, line),)),)


RULE = Rule(
    "missing-default",
    "compiler",
    Severity.ERROR,
    check,
    yields_to=("misspelt-item", "misuse-of-assignment"),
)
