"""Contexts are set to the same values in each round of a loop.

Each time they change, Oracle fetches the database items anew. Where the values do not
change in the loop, and nothing else in it depends on the contexts, put the
CHANGE_CONTEXTS around the loop.

Bad:
    DEFAULT FOR PER_PER_PERSON_NUMBER IS ' '
    INPUTS ARE manager_id (NUMBER), days (NUMBER)
    list_of_numbers = ' '
    i = 1
    WHILE i <= days LOOP (
        CHANGE_CONTEXTS(PERSON_ID = manager_id) (
            list_of_numbers = list_of_numbers || PER_PER_PERSON_NUMBER
        )
        i = i + 1
    )
    RETURN list_of_numbers

Good:
    DEFAULT FOR PER_PER_PERSON_NUMBER IS ' '
    INPUTS ARE manager_id (NUMBER), days (NUMBER)
    list_of_numbers = ' '
    i = 1
    CHANGE_CONTEXTS(PERSON_ID = manager_id) (
        WHILE i <= days LOOP (
            list_of_numbers = list_of_numbers || PER_PER_PERSON_NUMBER
            i = i + 1
        )
    )
    RETURN list_of_numbers
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Analysis
from fastformula.diagnostic import Related, Severity
from fastformula.linter.context_values import needs_contexts
from fastformula.linter.loops import changes
from fastformula.linter.rule import Finding, Rule
from fastformula.syntax.tree import ChangeContexts, While
from fastformula.text import Span


def check(analysis: Analysis) -> Iterator[Finding]:
    """Those whose values are steady, in loops that are otherwise free of contexts."""
    inside = [
        (placed.statement, loop)
        for placed in analysis.statements
        if isinstance(placed.statement, ChangeContexts)
        and (loop := placed.scope.loop) is not None
        and not any(
            loop.span.start <= around.span.start
            for around in placed.scope.context_changes
        )
    ]
    if not inside:
        return
    changed = changes(analysis)
    for statement, loop in inside:
        if any(
            needs_contexts(analysis, setting.value)
            or changed.can_touch(setting.value, loop.span)
            for setting in statement.settings
        ):
            continue
        if not _others_need_contexts(analysis, loop, statement.body.span):
            yield Finding(
                Span(statement.span.start, statement.settings[-1].span.end)
                if statement.settings
                else statement.span,
                "These contexts get the same values in each round. Put the "
                "CHANGE_CONTEXTS around the loop, so that items are fetched once.",
                related=(Related(loop.condition.span, "This is the loop."),),
            )


def _others_need_contexts(analysis: Analysis, loop: While, inside: Span) -> bool:
    """Whether something in the loop, but not in `inside`, may depend on contexts."""
    return any(
        symbol.item is not None
        and any(
            loop.span.start <= use.name.span.start < loop.span.end
            and not inside.start <= use.name.span.start < inside.end
            for use in symbol.uses
        )
        for symbol in analysis.symbols.values()
    ) or any(
        loop.span.start <= site.call.span.start < loop.span.end
        and not inside.start <= site.call.span.start < inside.end
        and (site.function is None or site.function.contexts)
        for site in analysis.calls
    )


RULE = Rule(
    "change-contexts-in-loop", "performance", Severity.HINT, check, needs_whole=True
)
