"""A variable is given a value that nothing reads and nobody gets.

Mostly the name is misspelt in one of the two places, or a RETURN is missing a name. If
not, the line only makes the formula longer: every variable is a parameter of what
Oracle makes of it.

Variables that only ever hold constants are said once for a formula, with the first of
them. One that takes what a function gives that is called for its effect, such as
ESS_LOG_WRITE, is not meant: there is no other way to call one.

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
from fastformula.syntax.tree import (
    Assign,
    Date,
    EmptyArray,
    Expression,
    Number,
    Text,
    Unary,
)


def check(analysis: Analysis) -> Iterator[Finding]:
    """The first assignment of each such variable; of constants, of the first."""
    can_go = removable(analysis)
    constants: list[tuple[Symbol, list[Assign]]] = []
    for symbol, statements in _unused(analysis):
        values = [each.value for each in statements]
        if all(_is_constant(each) for each in values):
            constants.append((symbol, statements))
            continue
        is_free = all(id(each) in can_go for each in statements)
        fixes: tuple[Fix, ...] = ()
        if is_free and not any(has_call(each) for each in values):
            fixes = (_removal(analysis, symbol.name, statements),)
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
    if constants:
        yield _describe(analysis, constants, can_go)


def _describe(
    analysis: Analysis,
    constants: list[tuple[Symbol, list[Assign]]],
    can_go: frozenset[int],
) -> Finding:
    symbol = constants[0][0]
    message = f"`{symbol.name}` is set to a constant, but nothing reads or returns it."
    if len(constants) > 1:
        message += f" The same goes for {len(constants) - 1} more."
    return Finding(
        symbol.writes[0].name.span,
        message,
        tuple(
            _removal(analysis, each.name, statements)
            for each, statements in constants
            if all(id(statement) in can_go for statement in statements)
        ),
        tuple(
            Related(each.writes[0].name.span, f"`{each.name}` is not used either.")
            for each, _ in constants[1:6]
        ),
    )


def _is_constant(value: Expression) -> bool:
    if isinstance(value, Unary):
        value = value.operand
    return isinstance(value, Number | Text | Date | EmptyArray)


def _removal(analysis: Analysis, name: str, statements: list[Assign]) -> Fix:
    return Fix(f"Remove what sets {name}", remove(analysis.parsed.text, statements))


def _unused(analysis: Analysis) -> Iterator[tuple[Symbol, list[Assign]]]:
    """The variables with the statements that set them for nothing."""
    contract = analysis.formula_type.type if analysis.formula_type else None
    misspelt = meant_elsewhere(analysis)
    for symbol in analysis.locals:
        statements = _assigned(symbol)
        if (
            statements
            and symbol.key not in misspelt
            # Else told by misuse-of-context.
            and symbol.key not in analysis.contexts
            and not any(may_have_effect(each.value) for each in statements)
            # Else told by missing-output.
            and not (contract and contract.find_return(symbol.key))
        ):
            yield symbol, statements


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
    yields_to=("misuse-of-assignment",),
)
