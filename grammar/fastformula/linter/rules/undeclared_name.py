"""A name has a DEFAULT, but is neither an input nor a database item that is known.

Without a value from outside it is always its default. Mostly the name is missing from
INPUTS ARE, or misspelt in one of the two places. If it is a database item or global
value of your own pod, say so: import a catalogue (`fastformula catalog`), or list the
name under `database-items` in fastformula.toml.

Bad:
    DEFAULT FOR hours IS 0
    DEFAULT FOR bonus IS 0
    INPUTS ARE hours
    pay = hours * 12 + bonus
    RETURN pay

Good:
    DEFAULT FOR hours IS 0
    DEFAULT FOR bonus IS 0
    INPUTS ARE hours, bonus
    pay = hours * 12 + bonus
    RETURN pay
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Access, Analysis, Symbol
from fastformula.diagnostic import Fix, Severity
from fastformula.language.database_item import looks_like_item
from fastformula.linter.rule import Finding, Rule
from fastformula.syntax.tree import Inputs
from fastformula.text import Edit, Span


def check(analysis: Analysis) -> Iterator[Finding]:
    """Items taken on trust for nothing but their DEFAULT."""
    for symbol in analysis.items:
        if (
            symbol.item is not None
            and symbol.item.evidence == "shape"
            and symbol.alias is None
            and symbol.default is not None
            and symbol.reads
            and not looks_like_item(symbol.key)
        ):
            yield _describe(analysis, symbol)


def _describe(analysis: Analysis, symbol: Symbol) -> Finding:
    name = next(use.name for use in symbol.uses if use.access is Access.DEFAULT)
    claim = analysis.formula_type
    if claim is not None and claim.type.find_input(symbol.key):
        advice = (
            f"Formulas of the type {claim.type.name} are handed it as an input: add it "
            "to INPUTS ARE."
        )
    else:
        advice = (
            "If it is an input, add it to INPUTS ARE; if it is a database item of "
            "yours, tell fastformula by a catalogue or in fastformula.toml."
        )
    return Finding(
        name.span,
        f"`{symbol.name}` has a DEFAULT, but is neither an input nor a database item "
        f"that is known here, so it may always be its default. {advice}",
        _add_input(analysis, symbol),
    )


def _add_input(analysis: Analysis, symbol: Symbol) -> tuple[Fix, ...]:
    for statement in analysis.parsed.tree.statements:
        if isinstance(statement, Inputs):
            end = statement.span.end
            note = "" if symbol.type in (None, "NUMBER") else f" ({symbol.type})"
            edit = Edit(Span(end, end), f",\n    {symbol.name}{note}")
            return (Fix(f"Add {symbol.name} to INPUTS ARE", (edit,)),)
    return ()


RULE = Rule(
    "undeclared-name",
    "suspicious",
    Severity.WARNING,
    check,
    yields_to=("misuse-of-default",),
)
