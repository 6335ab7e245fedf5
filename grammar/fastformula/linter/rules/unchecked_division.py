"""A divisor is never compared with zero.

Division by zero ends the formula at run time: Oracle says "Divide by zero", and the
person's process fails. Ask first, and say what counts where the divisor is zero. This
is a hint, once for each divisor that no condition above mentions.

Bad:
    INPUTS ARE salary (NUMBER), weekly_hours (NUMBER)
    hourly_rate = salary / weekly_hours
    RETURN hourly_rate

Good:
    INPUTS ARE salary (NUMBER), weekly_hours (NUMBER)
    IF weekly_hours = 0 THEN
        hourly_rate = 0
    ELSE
        hourly_rate = salary / weekly_hours
    RETURN hourly_rate

Good:
    INPUTS ARE salary (NUMBER), weekly_hours (NUMBER)
    divisor = GREATEST(weekly_hours, 1)
    hourly_rate = salary / divisor
    RETURN hourly_rate
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Access, Analysis, Symbol
from fastformula.diagnostic import Severity
from fastformula.linter.guards import first_tests
from fastformula.linter.nodes import inner, own_nodes
from fastformula.linter.regions import head
from fastformula.linter.rule import Finding, Rule
from fastformula.syntax import walk
from fastformula.syntax.tree import Assign, Binary, Call, Expression, Name, Number


def check(analysis: Analysis) -> Iterator[Finding]:
    """The first division by each name."""
    text = analysis.parsed.text
    tests = first_tests(analysis)
    told: set[str] = set()
    for placed in analysis.statements:
        if "/" not in head(placed.statement).text_in(text):
            continue
        for node in own_nodes(placed.statement):
            if not isinstance(node, Binary) or node.operator != "/":
                continue
            divisor = inner(node.right)
            symbol = analysis.symbol_of(divisor) if isinstance(divisor, Name) else None
            if symbol is None or symbol.key in told:
                continue
            told.add(symbol.key)
            at = divisor.span.start
            if tests.get(symbol.key, at) >= at and not _is_safe(
                analysis, symbol, tests, at
            ):
                yield Finding(
                    divisor.span,
                    f"Nothing above asks whether `{symbol.name}` is zero. Where it is, "
                    "the formula ends with: Divide by zero. Test it first.",
                )


def _is_safe(
    analysis: Analysis, symbol: Symbol, tests: dict[str, int], at: int
) -> bool:
    """Whether the values a local gets are asked about, or cannot be zero."""
    if symbol.kind != "local" or not symbol.writes:
        return False
    for use in symbol.writes:
        if use.access is Access.OUT or not isinstance(use.statement, Assign):
            return True
        value = inner(use.statement.value)
        if isinstance(value, Number):
            if not value.text.strip("0."):
                return False
        elif not (_is_bounded(value) or _is_tested(analysis, value, tests, at)):
            return False
    return True


def _is_bounded(value: Expression) -> bool:
    """Whether a computed value is kept from zero: GREATEST, or something added."""
    return any(
        (isinstance(each, Call) and each.function.key == "GREATEST")
        or (
            isinstance(each, Binary)
            and each.operator == "+"
            and (isinstance(each.left, Number) or isinstance(each.right, Number))
        )
        for each in walk(value)
    )


def _is_tested(
    analysis: Analysis, value: Expression, tests: dict[str, int], at: int
) -> bool:
    keys = {
        symbol.key
        for each in walk(value)
        if isinstance(each, Name) and (symbol := analysis.symbol_of(each)) is not None
    }
    return any(tests.get(key, at) < at for key in keys)


RULE = Rule("unchecked-division", "suspicious", Severity.HINT, check)
