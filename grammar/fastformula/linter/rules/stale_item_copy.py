"""A copy of a database item is read where the item belongs to somebody else.

A variable keeps the value that the item had when it was copied. In CHANGE_CONTEXTS the
item is that of another person or assignment, but the copy does not follow. Read the
item itself there. To have a shorter name for it, write an ALIAS, which follows.

Bad:
    ALIAS PER_ASG_STATUS_TYPE AS ASG_STATUS
    DEFAULT FOR ASG_STATUS IS ' '
    DEFAULT FOR PER_HIST_ASG_ASSIGNMENT_ID IS EMPTY_NUMBER_NUMBER
    l_status = ASG_STATUS
    active = 0
    i = PER_HIST_ASG_ASSIGNMENT_ID.FIRST(-1)
    WHILE PER_HIST_ASG_ASSIGNMENT_ID.EXISTS(i) LOOP (
        CHANGE_CONTEXTS(HR_ASSIGNMENT_ID = PER_HIST_ASG_ASSIGNMENT_ID[i]) (
            IF l_status = 'ACTIVE' THEN
                active = active + 1
        )
        i = PER_HIST_ASG_ASSIGNMENT_ID.NEXT(i, -1)
    )
    RETURN active

Good:
    ALIAS PER_ASG_STATUS_TYPE AS ASG_STATUS
    DEFAULT FOR ASG_STATUS IS ' '
    DEFAULT FOR PER_HIST_ASG_ASSIGNMENT_ID IS EMPTY_NUMBER_NUMBER
    active = 0
    i = PER_HIST_ASG_ASSIGNMENT_ID.FIRST(-1)
    WHILE PER_HIST_ASG_ASSIGNMENT_ID.EXISTS(i) LOOP (
        CHANGE_CONTEXTS(HR_ASSIGNMENT_ID = PER_HIST_ASG_ASSIGNMENT_ID[i]) (
            IF ASG_STATUS = 'ACTIVE' THEN
                active = active + 1
        )
        i = PER_HIST_ASG_ASSIGNMENT_ID.NEXT(i, -1)
    )
    RETURN active

Uncertain: which contexts an item needs is known from a catalogue of your pod. Without
one, names that begin `PER_ASG_`, `PER_PER_` and such tell.
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Access, Analysis, Symbol, Use
from fastformula.analysis.words import replace
from fastformula.diagnostic import Related, Severity
from fastformula.linter.context_values import asked_context
from fastformula.linter.item_contexts import follows
from fastformula.linter.nodes import inner
from fastformula.linter.rule import Finding, Rule
from fastformula.syntax.tree import Assign, ChangeContexts, Name


def check(analysis: Analysis) -> Iterator[Finding]:
    """Copies made for no other purpose: all their reads lie where the item differs."""
    for symbol in analysis.locals:
        if len(symbol.writes) != 1 or not symbol.reads:
            continue
        write = symbol.writes[0]
        if write.access is not Access.WRITE or not isinstance(write.statement, Assign):
            continue
        source = inner(write.statement.value)
        origin = analysis.symbol_of(source) if isinstance(source, Name) else None
        if origin is None or origin.item is None or origin.item.is_array:
            continue
        changes = [_change(analysis, origin, write, use) for use in symbol.reads]
        if None in changes or any(
            change is not None and _is_read(origin, change) for change in changes
        ):
            # The copy is used outside too, or compared with the item inside.
            continue
        first, change = symbol.reads[0], changes[0]
        assert change is not None
        assert isinstance(source, Name)
        yield Finding(
            first.name.span,
            f"`{first.name.text}` is a copy of `{source.text}`, made before the "
            "contexts changed, and does not follow them: here the item belongs to "
            f"another. Read `{source.text}` itself.",
            (replace(first.name, source.text),),
            (
                Related(write.name.span, "The copy is made here."),
                Related(change.settings[0].span, "The contexts change here."),
            ),
        )


def _change(
    analysis: Analysis, origin: Symbol, write: Use, use: Use
) -> ChangeContexts | None:
    """The CHANGE_CONTEXTS around `use`, not around `write`, that the item follows."""
    if isinstance(use.statement, ChangeContexts) or origin.item is None:
        return None
    outside = {id(change) for change in write.scope.context_changes}
    for change in use.scope.context_changes:
        if id(change) not in outside and follows(
            origin.item,
            (
                each.context.key
                for each in change.settings
                if asked_context(each.value) != each.context.key
            ),
        ):
            return change
    return None


def _is_read(origin: Symbol, change: ChangeContexts) -> bool:
    start, end = change.body.span
    return any(start <= use.name.span.start < end for use in origin.uses)


RULE = Rule("stale-item-copy", "suspicious", Severity.WARNING, check, needs_whole=True)
