"""A value is compared with the empty text, which is never true.

For Oracle an empty text is no value at all, and no comparison with no value holds:
neither `x = ''` nor `x <> ''`. Where an input or item has a DEFAULT, ask whether it WAS
DEFAULTED; else compare with the text that the DEFAULT or the assignment puts there,
such as `' '`, or use ISNULL.

Bad:
    DEFAULT FOR PER_ASG_GRADE_NAME IS ' '
    rate = 8
    IF PER_ASG_GRADE_NAME <> '' THEN
        rate = 12
    RETURN rate

Good:
    DEFAULT FOR PER_ASG_GRADE_NAME IS ' '
    rate = 8
    IF PER_ASG_GRADE_NAME WAS NOT DEFAULTED THEN
        rate = 12
    RETURN rate
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Analysis
from fastformula.analysis.words import shorten
from fastformula.diagnostic import Fix, Severity
from fastformula.linter.nodes import inner
from fastformula.linter.rule import Finding, Rule
from fastformula.syntax import walk
from fastformula.syntax.tree import Compare, Expression, Name, Text
from fastformula.text import Edit


def check(analysis: Analysis) -> Iterator[Finding]:
    """Each comparison with `''` on one side."""
    if "''" not in analysis.parsed.text:
        return
    for node in walk(analysis.parsed.tree):
        if isinstance(node, Compare):
            if _is_empty(node.right):
                yield _describe(analysis, node, node.left)
            elif _is_empty(node.left):
                yield _describe(analysis, node, node.right)


def _describe(analysis: Analysis, node: Compare, other: Expression) -> Finding:
    written = other.span.text_in(analysis.parsed.text)
    message = (
        "This is never true: an empty text is no value, and nothing is equal or "
        "unequal to no value."
    )
    symbol = analysis.symbol_of(other) if isinstance(other, Name) else None
    if symbol is not None and symbol.default is not None and not symbol.writes:
        is_equal = node.operator == "="
        test = f"{written} WAS {'' if is_equal else 'NOT '}DEFAULTED"
        fix = Fix(f"Write {test}", (Edit(node.span, test),))
        return Finding(node.span, f"{message} Ask {test}.", (fix,))
    return Finding(
        node.span,
        f"{message} Ask ISNULL({shorten(written)}), or use ' ' for nothing where the "
        "value comes from.",
    )


def _is_empty(node: Expression) -> bool:
    node = inner(node)
    return isinstance(node, Text) and not node.value


RULE = Rule("comparison-with-empty", "suspicious", Severity.WARNING, check)
