"""A condition is true for every value, or for none.

`x <> 'A' OR x <> 'B'` always holds: whatever `x` is, it differs from one of the two.
Read aloud, "not A or B" is meant, which is written with AND. In the same way no value
is both 'A' and 'B', and none is above 10 and below 5.

Bad:
    INPUTS ARE status (TEXT)
    IF status <> 'LEAVE' OR status <> 'SUSPENDED' THEN
        pays = 'Y'
    ELSE
        pays = 'N'
    RETURN pays

Bad:
    INPUTS ARE age (NUMBER)
    IF age > 65 AND age < 18 THEN
        band = 'OUTSIDE'
    ELSE
        band = 'WORKING'
    RETURN band

Good:
    INPUTS ARE status (TEXT), age (NUMBER)
    IF status <> 'LEAVE' AND status <> 'SUSPENDED' THEN
        pays = 'Y'
    ELSE
        pays = 'N'
    IF age > 65 OR age < 18 THEN
        band = 'OUTSIDE'
    ELSE
        band = 'WORKING'
    RETURN pays, band
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from operator import eq, ge, gt, le, lt, ne
from typing import NamedTuple

from fastformula.analysis import Analysis
from fastformula.analysis.words import shorten
from fastformula.diagnostic import Fix, Severity
from fastformula.linter.nodes import (
    COMPARATORS,
    inner,
    inner_condition,
    is_steady,
    shape,
)
from fastformula.linter.rule import Finding, Rule
from fastformula.syntax import walk
from fastformula.syntax.tree import (
    Compare,
    Condition,
    Date,
    Expression,
    If,
    Logic,
    Number,
    Text,
    Unary,
    While,
)
from fastformula.text import Edit, Span

Value = Decimal | str


class Test(NamedTuple):
    """A comparison of something with a literal."""

    node: Compare
    subject: Expression
    operator: str
    value: Value

    def holds(self, value: Value) -> bool:
        """Whether it is true when the subject has this value."""
        return bool(_OPERATIONS[self.operator](value, self.value))


_OPERATIONS = {"=": eq, "<>": ne, "<": lt, "<=": le, ">": gt, ">=": ge}
_MIRRORED = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def check(analysis: Analysis) -> Iterator[Finding]:
    """Every AND and OR, by what its comparisons are about."""
    for placed in analysis.statements:
        if isinstance(placed.statement, If | While):
            for node in walk(placed.statement.condition):
                if isinstance(node, Logic):
                    yield from _judge(analysis, node)


def _judge(analysis: Analysis, logic: Logic) -> Iterator[Finding]:
    groups: dict[tuple[object, ...], list[Test]] = defaultdict(list)
    for operand in logic.operands:
        test = _test(operand)
        if test is not None:
            groups[*shape(test.subject), type(test.value)].append(test)
    for tests in groups.values():
        different = {test.value for test in tests}
        if len(different) < 2 or not is_steady(tests[0].subject):
            continue
        samples = _samples(tests)
        is_or = logic.operator == "OR"
        decide = any if is_or else all
        outcomes = {decide(test.holds(value) for test in tests) for value in samples}
        if outcomes == {is_or}:
            yield _describe(analysis, logic, tests)


def _test(condition: Condition) -> Test | None:
    node = inner_condition(condition)
    if isinstance(node, Compare):
        operator = COMPARATORS.get(node.operator, node.operator)
        for subject, literal, sign in (
            (node.left, node.right, operator),
            (node.right, node.left, _MIRRORED.get(operator, operator)),
        ):
            value = _value(inner(literal))
            is_ordered = isinstance(value, str) and sign not in ("=", "<>")
            if value is None or is_ordered or sign not in _OPERATIONS:
                continue
            if _value(inner(subject)) is None:
                return Test(node, inner(subject), sign, value)
    return None


def _value(expression: Expression) -> Value | None:
    match expression:
        case Text(value=text) | Date(value=text):
            return text
        case Number(text=text):
            return _number(text)
        case Unary(operator=sign, operand=Number(text=text)):
            return _number(sign + text)
    return None


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        # What was repaired has no text.
        return None


def _samples(tests: list[Test]) -> list[Value]:
    """Values among which every outcome occurs.

    The literals, what lies between and beyond them; of texts, one that none says.
    """
    numbers = sorted({test.value for test in tests if isinstance(test.value, Decimal)})
    texts = {test.value for test in tests if isinstance(test.value, str)}
    if texts:
        return [*texts, "".join(texts) + "."]
    between = [(low + high) / 2 for low, high in pairwise(numbers)]
    return [*numbers, *between, numbers[0] - 1, numbers[-1] + 1]


def _describe(analysis: Analysis, logic: Logic, tests: list[Test]) -> Finding:
    subject = shorten(tests[0].subject.span.text_in(analysis.parsed.text))
    span = Span(tests[0].node.span.start, tests[-1].node.span.end)
    if logic.operator == "OR":
        why = f"This is true whatever `{subject}` is."
        advice = "Join the comparisons with AND where none of the values is meant."
        other = "AND"
    else:
        why = f"This is never true: no value of `{subject}` meets all of it."
        advice = "Join the comparisons with OR where one is enough."
        other = "OR"
    fixes: tuple[Fix, ...] = ()
    if len(logic.operands) == 2:
        # It stands right before the second operand.
        tokens = analysis.parsed.tokens
        start = logic.operands[1].span.start
        at = bisect_left(tokens, start, key=lambda token: token.start) - 1
        if tokens[at].kind == logic.operator:
            fixes = (Fix(f"Write {other}", (Edit(tokens[at].span, other),)),)
    return Finding(span, f"{why} {advice}", fixes)


RULE = Rule("constant-condition", "suspicious", Severity.WARNING, check)
