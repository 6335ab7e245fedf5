"""A CHANGE_CONTEXTS holds nothing but another one.

One statement can set several contexts: `CHANGE_CONTEXTS(PERSON_ID = a, EFFECTIVE_DATE =
b)`. It is easier to read, and Oracle has the items to fetch anew once and not twice.

Bad:
    DEFAULT FOR PER_PER_PERSON_NUMBER IS ' '
    INPUTS ARE manager_id (NUMBER), day (DATE)
    number_of_manager = ' '
    CHANGE_CONTEXTS(PERSON_ID = manager_id) (
        CHANGE_CONTEXTS(EFFECTIVE_DATE = day) (
            number_of_manager = PER_PER_PERSON_NUMBER
        )
    )
    RETURN number_of_manager

Good:
    DEFAULT FOR PER_PER_PERSON_NUMBER IS ' '
    INPUTS ARE manager_id (NUMBER), day (DATE)
    number_of_manager = ' '
    CHANGE_CONTEXTS(PERSON_ID = manager_id, EFFECTIVE_DATE = day) (
        number_of_manager = PER_PER_PERSON_NUMBER
    )
    RETURN number_of_manager
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Analysis
from fastformula.diagnostic import Fix, Related, Severity
from fastformula.linter.context_values import keys, needs_contexts
from fastformula.linter.rule import Finding, Rule
from fastformula.syntax.tree import ChangeContexts
from fastformula.text import Edit, Span


def check(analysis: Analysis) -> Iterator[Finding]:
    """Pairs that do not depend on each other, told at the inner one."""
    for placed in analysis.statements:
        outer = placed.statement
        if not isinstance(outer, ChangeContexts) or len(outer.body.statements) != 1:
            continue
        inner = outer.body.statements[0]
        if (
            isinstance(inner, ChangeContexts)
            and inner.settings
            and outer.settings
            and keys(inner).isdisjoint(keys(outer))
            and not any(needs_contexts(analysis, each.value) for each in inner.settings)
        ):
            yield Finding(
                Span(inner.span.start, inner.settings[-1].span.end),
                "Nothing else stands in the CHANGE_CONTEXTS around, so one statement "
                "can set all of these contexts.",
                tuple(_merge(analysis.parsed.text, outer, inner)),
                (Related(outer.settings[0].span, "Set it together with this."),),
            )


def _merge(text: str, outer: ChangeContexts, inner: ChangeContexts) -> Iterator[Fix]:
    between = Span(outer.settings[-1].span.end, inner.settings[0].span.start)
    if any(sign in between.text_in(text) for sign in ("/*", "#", ";")):
        return
    edits = [Edit(between, ", ")]
    if outer.body.bracketed:
        edits.append(Edit(Span(inner.span.end, outer.body.span.end), ""))
        if text[inner.span.end : outer.body.span.end - 1].strip():
            return
    yield Fix("Set all contexts in one statement", tuple(edits))


RULE = Rule("nested-change-contexts", "performance", Severity.HINT, check)
