"""An input or return has another type than the formula type gives it.

Oracle hands over inputs and takes back returns with their types; where the formula has
another one, the run fails. An input without a type in INPUTS ARE and without a DEFAULT
is a number.

Formula type: Global Absence Plan Duration

Bad:
    INPUTS ARE IV_ABS_START_DATE (TEXT), IV_ABS_END_DATE (DATE)
    duration = DAYS_BETWEEN(IV_ABS_END_DATE, TO_DATE(IV_ABS_START_DATE)) + 1
    RETURN duration

Good:
    INPUTS ARE IV_ABS_START_DATE (DATE), IV_ABS_END_DATE (DATE)
    duration = DAYS_BETWEEN(IV_ABS_END_DATE, IV_ABS_START_DATE) + 1
    RETURN duration

Uncertain: formulas are in use that declare dates as texts. So this is said only for
types whose page gives the types.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fastformula.analysis import Access, Analysis, Symbol
from fastformula.analysis.words import a_type
from fastformula.diagnostic import Fix, Severity
from fastformula.linter.contracts import stated_contract
from fastformula.linter.rule import Finding, Rule
from fastformula.text import Edit


def check(analysis: Analysis) -> Iterator[Finding]:
    """Where types are declared, or values are returned."""
    contract = stated_contract(analysis)
    if contract is None:
        return
    for symbol in analysis.symbols.values():
        if symbol.type is None or not symbol.is_sure:
            continue
        if symbol.input is not None:
            variable = contract.find_input(symbol.key)
            if variable and variable.types and symbol.type not in variable.types:
                yield _declared(contract.name, symbol, variable.types)
            continue
        use = next((use for use in symbol.uses if use.access is Access.RETURN), None)
        result = contract.find_return(use.name.key) if use else None
        if use and result and result.types and symbol.type not in result.types:
            yield Finding(
                use.name.span,
                f"{contract.name} formulas return `{use.name.text}` as "
                f"{_either(result.types)}, but here it is {a_type(symbol.type)}.",
            )


def _declared(contract: str, symbol: Symbol, types: Sequence[str]) -> Finding:
    declared = symbol.input
    assert declared is not None and symbol.type is not None
    fixes: tuple[Fix, ...] = ()
    if declared.type is not None and symbol.default is None:
        fixes = (Fix(f"Write {types[0]}", (Edit(declared.type.span, types[0]),)),)
    return Finding(
        (declared.type or declared.name).span,
        f"{contract} formulas get `{symbol.name}` as {_either(types)}, but here it is "
        f"{a_type(symbol.type)}.",
        fixes,
    )


def _either(types: Sequence[str]) -> str:
    return " or ".join(a_type(each) for each in types)


RULE = Rule("contract-type", "contract", Severity.WARNING, check)
