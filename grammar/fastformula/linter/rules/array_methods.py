"""An array method is written in a way that Oracle documents once or nowhere.

FIRST and LAST take a default, the index that an empty array gives: `a.FIRST(-1)`.
Without one the guide has a single example, and says nothing of an empty array. PREVIOUS
is a reserved word; the method that the guide describes is PRIOR.

Bad:
    INPUTS ARE hours (NUMBER_NUMBER)
    day = hours.FIRST
    RETURN day

Bad:
    INPUTS ARE hours (NUMBER_NUMBER)
    day = hours.PREVIOUS(5, -1)
    RETURN day

Good:
    INPUTS ARE hours (NUMBER_NUMBER)
    first_day = hours.FIRST(-1)
    day = hours.PRIOR(5, -1)
    RETURN day, first_day

Uncertain: What FIRST and LAST give without a default when the array is empty, and
    whether PREVIOUS is the same as PRIOR.
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Analysis
from fastformula.diagnostic import Fix, Severity
from fastformula.language.types import ARRAYS, index_type
from fastformula.linter.rule import Finding, Rule
from fastformula.syntax import walk
from fastformula.syntax.tree import Method
from fastformula.text import Edit, Span


def check(analysis: Analysis) -> Iterator[Finding]:
    """Every FIRST and LAST without a default, every PREVIOUS."""
    parsed = analysis.parsed
    if not any(token.kind == "DOT" for token in parsed.tokens):
        return
    for node in walk(parsed.tree):
        if not isinstance(node, Method):
            continue
        if node.method in ("FIRST", "LAST") and not node.arguments:
            yield _without_default(analysis, node)
        elif node.method == "PREVIOUS":
            yield _previous(parsed.text, node)


def _without_default(analysis: Analysis, node: Method) -> Finding:
    symbol = analysis.symbol_of(node.array)
    kind = symbol.type if symbol is not None else None
    default = "' '" if kind in ARRAYS and index_type(kind or "") == "TEXT" else "-1"
    written = node.span.text_in(analysis.parsed.text).removesuffix(")").rstrip(" (")
    return Finding(
        node.span,
        f"Say which index {node.method} gives when the array is empty, such as "
        f"`{written}({default})`.",
        (
            Fix(
                f"Write {written}({default})",
                (Edit(node.span, f"{written}({default})"),),
            ),
        ),
    )


def _previous(text: str, node: Method) -> Finding:
    written = node.span.text_in(text)
    start = node.span.start + written.upper().index("PREVIOUS", len(node.array.text))
    return Finding(
        node.span,
        "The method that Oracle's guide describes is PRIOR.",
        (Fix("Write PRIOR", (Edit(Span(start, start + len("PREVIOUS")), "PRIOR"),)),),
    )


RULE = Rule("array-methods", "style", Severity.HINT, check)
