"""An input is declared, and the formula never uses it.

Whoever runs the formula hands the value over for nothing, and readers look for what it
does. Often the name is misspelt where it should be used. Types of formulas hand over
inputs only to those that declare them, so one that is not needed can go. It is
said once for a formula, with the first of them.

Bad:
    INPUTS ARE hours (NUMBER), rate (NUMBER), grade (TEXT)
    pay = hours * rate
    RETURN pay

Good:
    INPUTS ARE hours (NUMBER), rate (NUMBER)
    pay = hours * rate
    RETURN pay
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Analysis, Symbol
from fastformula.diagnostic import Fix, Related, Severity
from fastformula.linter.misspellings import meant_elsewhere
from fastformula.linter.removal import remove, remove_input
from fastformula.linter.rule import Finding, Rule
from fastformula.syntax.tree import Default, DefaultData, Inputs
from fastformula.text import Edit, Span


def check(analysis: Analysis) -> Iterator[Finding]:
    """The first input of which there are only declarations, with the others."""
    passed_over = meant_elsewhere(analysis) | analysis.contexts.keys()
    unused = [
        symbol
        for symbol in analysis.inputs
        if symbol.key not in passed_over
        and all(use.access.declares for use in symbol.uses)
    ]
    if not unused:
        return
    first, *others = unused
    message = f"The input `{first.name}` is never used."
    if others:
        message += f" The same goes for {len(others)} more."
    yield Finding(
        _declared(first),
        message,
        tuple(fix for each in unused for fix in _fixes(analysis, each)),
        tuple(
            Related(_declared(each), f"`{each.name}` is not used either.")
            for each in others[:5]
        ),
    )


def _declared(symbol: Symbol) -> Span:
    return symbol.input.name.span if symbol.input else symbol.uses[0].name.span


def _fixes(analysis: Analysis, symbol: Symbol) -> tuple[Fix, ...]:
    text = analysis.parsed.text
    edits: list[Edit] = []
    for use in symbol.uses:
        statement = use.statement
        if isinstance(statement, Inputs):
            part = remove_input(text, statement, use.name)
        elif isinstance(statement, Default | DefaultData):
            part = remove(text, (statement,))
        else:
            return ()
        if not part:
            return ()
        edits += part
    return (Fix(f"Remove the input {symbol.name}", tuple(edits)),)


RULE = Rule(
    "unused-input",
    "suspicious",
    Severity.HINT,
    check,
    unnecessary=True,
    needs_whole=True,
    yields_to=("misspelt-input",),
)
