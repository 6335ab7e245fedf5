"""An element of an array is read, and nothing above says that it is there.

A missing element ends the formula at run time: Oracle says "Array data value not set".
Ask with EXISTS first, or go through the array with FIRST and NEXT. This is a hint, once
for each array that no condition and no loop above asks about.

Bad:
    DEFAULT FOR PER_HIST_ASG_ASSIGNMENT_ID IS EMPTY_NUMBER_NUMBER
    INPUTS ARE position (NUMBER)
    assignment = PER_HIST_ASG_ASSIGNMENT_ID[position]
    RETURN assignment

Good:
    DEFAULT FOR PER_HIST_ASG_ASSIGNMENT_ID IS EMPTY_NUMBER_NUMBER
    INPUTS ARE position (NUMBER)
    assignment = 0
    IF PER_HIST_ASG_ASSIGNMENT_ID.EXISTS(position) THEN
        assignment = PER_HIST_ASG_ASSIGNMENT_ID[position]
    RETURN assignment

Good:
    DEFAULT FOR PER_HIST_ASG_ASSIGNMENT_ID IS EMPTY_NUMBER_NUMBER
    total = 0
    i = PER_HIST_ASG_ASSIGNMENT_ID.FIRST(-1)
    WHILE i <> -1 LOOP (
        total = total + PER_HIST_ASG_ASSIGNMENT_ID[i]
        i = PER_HIST_ASG_ASSIGNMENT_ID.NEXT(i, -1)
    )
    RETURN total
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Access, Analysis
from fastformula.analysis.words import shorten
from fastformula.diagnostic import Severity
from fastformula.linter.guards import first_tests
from fastformula.linter.nodes import own_nodes
from fastformula.linter.rule import Finding, Rule
from fastformula.syntax import walk
from fastformula.syntax.tree import Index, Name, While


def check(analysis: Analysis) -> Iterator[Finding]:
    """The first read of each array that nothing above asks about."""
    text = analysis.parsed.text
    tests = first_tests(analysis)
    asking = {id(u.statement) for u in analysis.uses if u.access is Access.KEYS}
    for symbol in analysis.symbols.values():
        # Once its indexes are asked for, or the formula fills it, they are known.
        first = next((use for use in symbol.uses if not use.access.declares), None)
        if first is None or first.access is not Access.ELEMENT:
            continue
        loops = (each.node for each in first.scope.chain())
        if any(isinstance(each, While) and id(each) in asking for each in loops):
            continue
        for node in own_nodes(first.statement):
            if isinstance(node, Index) and node.array is first.name:
                if not _is_checked(analysis, node, tests, asking):
                    index = shorten(node.index.span.text_in(text))
                    yield Finding(
                        node.span,
                        f"Nothing above asks whether `{symbol.name}` has this element. "
                        "Where it has none, the formula ends with: Array data value "
                        f"not set. Test `{symbol.name}.EXISTS({index})` first.",
                    )
                break


def _is_checked(
    analysis: Analysis, read: Index, tests: dict[str, int], asking: set[int]
) -> bool:
    """Whether a condition above mentions the array or a variable of its index.

    A variable that FIRST, NEXT, COUNT or the like has filled is as good.
    """
    for node in walk(read):
        symbol = analysis.symbol_of(node) if isinstance(node, Name) else None
        if symbol is not None and (
            tests.get(symbol.key, read.span.start) < read.span.start
            or any(id(use.statement) in asking for use in symbol.writes)
        ):
            return True
    return False


RULE = Rule("unguarded-array-read", "suspicious", Severity.HINT, check)
