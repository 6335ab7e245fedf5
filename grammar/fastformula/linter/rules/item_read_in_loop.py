"""A database item that stays the same is read in a loop that changes contexts.

Oracle keeps an item once it has fetched it, until contexts change. A loop with a
CHANGE_CONTEXTS may so make it fetch the same item in every round. Read the item into a
variable before the loop, and use that in it.

Bad:
    DEFAULT FOR PER_HIST_ASG_ASSIGNMENT_ID IS EMPTY_NUMBER_NUMBER
    DEFAULT FOR PER_PER_PERSON_NUMBER IS ' '
    DEFAULT FOR PER_ASG_STATUS_TYPE IS ' '
    report = ' '
    i = PER_HIST_ASG_ASSIGNMENT_ID.FIRST(-1)
    WHILE PER_HIST_ASG_ASSIGNMENT_ID.EXISTS(i) LOOP (
        status = ' '
        CHANGE_CONTEXTS(HR_ASSIGNMENT_ID = PER_HIST_ASG_ASSIGNMENT_ID[i])
            status = PER_ASG_STATUS_TYPE
        report = report || PER_PER_PERSON_NUMBER || status
        i = PER_HIST_ASG_ASSIGNMENT_ID.NEXT(i, -1)
    )
    RETURN report

Good:
    DEFAULT FOR PER_HIST_ASG_ASSIGNMENT_ID IS EMPTY_NUMBER_NUMBER
    DEFAULT FOR PER_PER_PERSON_NUMBER IS ' '
    DEFAULT FOR PER_ASG_STATUS_TYPE IS ' '
    person_number = PER_PER_PERSON_NUMBER
    report = ' '
    i = PER_HIST_ASG_ASSIGNMENT_ID.FIRST(-1)
    WHILE PER_HIST_ASG_ASSIGNMENT_ID.EXISTS(i) LOOP (
        status = ' '
        CHANGE_CONTEXTS(HR_ASSIGNMENT_ID = PER_HIST_ASG_ASSIGNMENT_ID[i])
            status = PER_ASG_STATUS_TYPE
        report = report || person_number || status
        i = PER_HIST_ASG_ASSIGNMENT_ID.NEXT(i, -1)
    )
    RETURN report
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Access, Analysis, Symbol, Use
from fastformula.diagnostic import Related, Severity
from fastformula.linter.rule import Finding, Rule
from fastformula.syntax.tree import ChangeContexts, While

MOST = 5
"""Further places that are named."""


def check(analysis: Analysis) -> Iterator[Finding]:
    """Each such loop once, at the first item, and the others with it."""
    changing = {
        id(scope.node): scope.node
        for placed in analysis.statements
        if isinstance(placed.statement, ChangeContexts)
        for scope in placed.scope.chain()
        if isinstance(scope.node, While)
    }
    if not changing:
        return
    found: dict[int, dict[str, tuple[Symbol, Use]]] = {}
    for symbol in analysis.items:
        for use in symbol.uses:
            loop = use.scope.loop
            if isinstance(use.statement, While) and id(use.statement) in changing:
                loop = use.statement
            if (
                loop is not None
                and id(loop) in changing
                and use.access is Access.READ
                and symbol.item is not None
                and symbol.item.type is not None
                and not symbol.item.is_array
                and not any(
                    loop.span.start <= change.span.start
                    for change in use.scope.context_changes
                )
            ):
                found.setdefault(id(loop), {}).setdefault(symbol.key, (symbol, use))
    for at, items in found.items():
        loop = changing[at]
        first, *others = sorted(items.values(), key=lambda pair: pair[1].name.span)
        yield Finding(
            first[1].name.span,
            f"`{first[0].name}` stays the same in this loop, but each change of "
            "contexts may make Oracle fetch it anew. Read it into a variable before "
            "the loop.",
            related=(
                Related(loop.condition.span, "The loop changes contexts."),
                *(
                    Related(use.name.span, f"`{symbol.name}` is read here.")
                    for symbol, use in others[:MOST]
                ),
            ),
        )


RULE = Rule("item-read-in-loop", "performance", Severity.HINT, check, needs_whole=True)
