"""The formula type takes back a value that the formula does not return.

What is not named by RETURN is not handed back, even if the formula works it out. Where
the type requires the value, the process that runs the formula fails or goes on with
nothing.

Formula type: Payroll Relationship Group

Bad:
    include_flag = 'Y'
    RETURN

Bad:
    l_include = 'Y'
    RETURN l_include

Good:
    include_flag = 'Y'
    RETURN include_flag
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Analysis, Symbol
from fastformula.diagnostic import Fix, Related, Severity
from fastformula.linter.contracts import known_contract, severity, stated_contract
from fastformula.linter.rule import Finding, Rule
from fastformula.linter.spelling import nearest
from fastformula.syntax.tree import Return
from fastformula.text import Edit, Span


def check(analysis: Analysis) -> Iterator[Finding]:
    """The last RETURN, where it lacks what is assigned only or required."""
    contract = known_contract(analysis)
    returns = [
        placed.statement
        for placed in analysis.statements
        if isinstance(placed.statement, Return)
    ]
    if contract is None or not returns:
        # Without any RETURN it is told by missing-return.
        return
    returned = {name.key for each in returns for name in each.names}
    idle = [
        symbol
        for symbol in analysis.locals
        if symbol.writes
        and not symbol.reads
        and contract.find_return(symbol.key)
        and not nearest(symbol.key, returned)
    ]
    if idle:
        yield _assigned(analysis, contract.name, idle, returns)
        return
    stated = stated_contract(analysis)
    missing = [
        variable.name
        for variable in (stated.returns if stated else ())
        if variable.required
        and not variable.numbered_to
        and variable.name not in returned
        and not nearest(variable.name, returned)
    ]
    if missing:
        names = " and ".join(f"`{name}`" for name in missing)
        yield Finding(
            _head(returns[-1]),
            f"{contract.name} formulas have to return {names}, and this one does not.",
        )


def _assigned(
    analysis: Analysis, contract: str, idle: list[Symbol], returns: list[Return]
) -> Finding:
    names = ", ".join(f"`{symbol.name}`" for symbol in idle[:5])
    if len(idle) > 5:
        names += f" and {len(idle) - 5} more"
    fixes: tuple[Fix, ...] = ()
    if len(returns) == 1:
        end = returns[0].span.end
        added = ", ".join(symbol.name for symbol in idle)
        edit = Edit(Span(end, end), f"{',' if returns[0].names else ''} {added}")
        fixes = (Fix(f"Return {added}", (edit,)),)
    return Finding(
        _head(returns[-1]),
        f"{contract} formulas hand back {names}, but no RETURN names it, so the value "
        "gets lost.",
        fixes,
        tuple(
            Related(symbol.writes[0].name.span, f"`{symbol.name}` gets its value here.")
            for symbol in idle[:5]
        ),
        severity(analysis),
    )


def _head(statement: Return) -> Span:
    start = statement.span.start
    return Span(start, start + len("RETURN"))


RULE = Rule("missing-output", "contract", Severity.WARNING, check, needs_whole=True)
