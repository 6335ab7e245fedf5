"""A variable is given a value that nothing reads and nobody gets.

Mostly the name is misspelt in one of the two places, or a RETURN is missing a name. If
not, the line only makes the formula longer: every variable is a parameter of what
Oracle makes of it.

A variable that takes what a function gives that is called for its effect, such as
ESS_LOG_WRITE, is not meant, as FastFormula has no other way to call one.

Bad:
    INPUTS ARE hours (NUMBER)
    rate = 12
    bonus = hours * 2
    pay = hours * rate
    RETURN pay

Good:
    INPUTS ARE hours (NUMBER)
    rate = 12
    pay = hours * rate
    l_log = ESS_LOG_WRITE('Pay: ' || TO_CHAR(pay))
    RETURN pay
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Access, Analysis, Symbol
from fastformula.diagnostic import Fix, Related, Severity
from fastformula.linter.effects import has_call, may_have_effect
from fastformula.linter.misspellings import meant_elsewhere
from fastformula.linter.removal import removable, remove
from fastformula.linter.rule import Finding, Rule
from fastformula.syntax.tree import Assign


def check(analysis: Analysis) -> Iterator[Finding]:
    """The first assignment of each such variable."""
    contract = analysis.formula_type.type if analysis.formula_type else None
    misspelt = meant_elsewhere(analysis)
    can_go = removable(analysis)
    for symbol in analysis.locals:
        values = _assigned(symbol)
        if symbol.key in misspelt or not values:
            continue
        if any(may_have_effect(each.value) for each in values):
            continue
        if contract and contract.find_return(symbol.key):
            # Told by missing-output.
            continue
        fixes: tuple[Fix, ...] = ()
        if all(id(each) in can_go and not has_call(each.value) for each in values):
            edits = remove(analysis.parsed.text, values)
            fixes = (Fix(f"Remove what sets {symbol.name}", edits),)
        first, *others = symbol.writes
        yield Finding(
            first.name.span,
            f"`{symbol.name}` is given a value, but nothing reads or returns it.",
            fixes,
            tuple(
                Related(use.name.span, "It is given a value here too.")
                for use in others[:5]
            ),
        )


def _assigned(symbol: Symbol) -> list[Assign]:
    """Its assignments, where it has nothing but such."""
    if any(
        use.access not in (Access.WRITE, Access.ELEMENT_WRITE) for use in symbol.uses
    ):
        return []
    statements = [use.statement for use in symbol.uses]
    found = [each for each in statements if isinstance(each, Assign)]
    return found if len(found) == len(statements) else []


RULE = Rule(
    "unused-local",
    "suspicious",
    Severity.HINT,
    check,
    unnecessary=True,
    needs_whole=True,
)
