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

from bisect import bisect_left
from collections.abc import Iterator

from fastformula.analysis import Analysis
from fastformula.diagnostic import Related, Severity
from fastformula.linter.context_values import needs_contexts
from fastformula.linter.loops import changes
from fastformula.linter.rule import Finding, Rule
from fastformula.syntax.tree import ChangeContexts
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
    places = _places(analysis)
    for statement, loop in inside:
        if any(
            needs_contexts(analysis, setting.value)
            or changed.can_touch(setting.value, loop.span)
            for setting in statement.settings
        ):
            continue
        if _count(places, loop.span) == _count(places, statement.body.span):
            yield Finding(
                Span(statement.span.start, statement.settings[-1].span.end)
                if statement.settings
                else statement.span,
                "These contexts get the same values in each round. Put the "
                "CHANGE_CONTEXTS around the loop, so that items are fetched once.",
                related=(Related(loop.condition.span, "This is the loop."),),
            )


def _places(analysis: Analysis) -> list[int]:
    """Where the formula does what may depend on contexts, in order."""
    return sorted(
        [use.name.span.start for symbol in analysis.items for use in symbol.uses]
        + [
            site.call.span.start
            for site in analysis.calls
            if site.function is None or site.function.contexts
        ]
    )


def _count(places: list[int], span: Span) -> int:
    return bisect_left(places, span.end) - bisect_left(places, span.start)


RULE = Rule(
    "change-contexts-in-loop", "performance", Severity.HINT, check, needs_whole=True
)
