"""A context is set to the value that it has.

Nothing changes, but Oracle forgets the database items that it has fetched and fetches
them anew inside. Reading a context by GET_CONTEXT only to set it again is the usual
way to do so. Leave the setting out.

Bad:
    DEFAULT FOR PER_PER_PERSON_NUMBER IS ' '
    l_person_id = GET_CONTEXT(PERSON_ID, 0)
    number_of_person = ' '
    CHANGE_CONTEXTS(PERSON_ID = l_person_id) (
        number_of_person = PER_PER_PERSON_NUMBER
    )
    RETURN number_of_person

Bad:
    DEFAULT FOR PER_PER_PERSON_NUMBER IS ' '
    INPUTS ARE manager_id (NUMBER), day (DATE)
    number_of_manager = ' '
    CHANGE_CONTEXTS(PERSON_ID = manager_id) (
        last_day = ADD_DAYS(day, -1)
        CHANGE_CONTEXTS(PERSON_ID = manager_id, EFFECTIVE_DATE = last_day)
            number_of_manager = PER_PER_PERSON_NUMBER
    )
    RETURN number_of_manager

Good:
    DEFAULT FOR PER_PER_PERSON_NUMBER IS ' '
    INPUTS ARE manager_id (NUMBER)
    number_of_person = PER_PER_PERSON_NUMBER
    number_of_manager = ' '
    CHANGE_CONTEXTS(PERSON_ID = manager_id) (
        number_of_manager = PER_PER_PERSON_NUMBER
    )
    RETURN number_of_person, number_of_manager
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Access, Analysis
from fastformula.analysis.model import Placed, Scope
from fastformula.diagnostic import Fix, Related, Severity
from fastformula.linter.context_values import (
    asked_context,
    needs_contexts,
    setting_around,
)
from fastformula.linter.loops import Changes, changes
from fastformula.linter.nodes import are_alike, inner
from fastformula.linter.rule import Finding, Rule
from fastformula.syntax.tree import Assign, ChangeContexts, ContextSetting, Name
from fastformula.text import Edit, Span


def check(analysis: Analysis) -> Iterator[Finding]:
    """Each CHANGE_CONTEXTS once, at the first setting that changes nothing."""
    changed: Changes | None = None
    for placed in analysis.statements:
        statement = placed.statement
        if not isinstance(statement, ChangeContexts):
            continue
        changed = changed or changes(analysis)
        idle: list[ContextSetting] = []
        related: list[Related] = []
        for setting in statement.settings:
            reason = _reason(analysis, changed, setting, placed.scope)
            if reason is not None:
                idle.append(setting)
                related.append(reason)
        if idle:
            yield _describe(analysis, placed, statement, idle, related)


def _reason(
    analysis: Analysis, changed: Changes, setting: ContextSetting, scope: Scope
) -> Related | None:
    """Where the context has got the value; None where it may have another."""
    key, value = setting.context.key, inner(setting.value)
    outer = setting_around(scope, key)
    if asked_context(value) == key:
        return Related(value.span, "This is the value that the context has.")
    if isinstance(value, Name):
        symbol = analysis.symbol_of(value)
        writes = symbol.writes if symbol and symbol.kind == "local" else ()
        if len(writes) == 1 and writes[0].access is Access.WRITE:
            source = writes[0].statement
            if (
                isinstance(source, Assign)
                and asked_context(source.value) == key
                and setting_around(writes[0].scope, key) is outer
            ):
                return Related(source.span, "The value is read from the context here.")
    if outer is not None and are_alike(outer.value, value):
        around = next(
            change
            for change in scope.context_changes
            if any(each is outer for each in change.settings)
        )
        if not (
            needs_contexts(analysis, value)
            or changed.can_touch(value, around.body.span)
        ):
            return Related(outer.span, "The context gets this value here.")
    return None


def _describe(
    analysis: Analysis,
    placed: Placed,
    statement: ChangeContexts,
    idle: list[ContextSetting],
    related: list[Related],
) -> Finding:
    names = ", ".join(setting.context.text for setting in idle)
    have = "has this value" if len(idle) == 1 else "have these values"
    if len(idle) == len(statement.settings):
        advice = "The statement changes nothing but makes Oracle fetch items anew."
        fix = _without_header(statement, placed.scope)
    else:
        advice = "Leave it out: set only what changes."
        fix = _without_settings(analysis.parsed.text, statement, idle)
    return Finding(
        idle[0].span,
        f"{names} already {have} here. {advice}",
        (fix,),
        tuple(related),
    )


def _without_header(statement: ChangeContexts, scope: Scope) -> Fix:
    body = statement.body
    edits = [Edit(Span(statement.span.start, body.span.start), "")]
    in_list = scope.body is None or scope.body.bracketed
    if body.bracketed and in_list:
        # A list stands only behind a header.
        edits += (
            Edit(Span(body.span.start, body.span.start + 1), ""),
            Edit(Span(body.span.end - 1, body.span.end), ""),
        )
    return Fix("Remove CHANGE_CONTEXTS, keep what is in it", tuple(edits))


def _without_settings(
    text: str, statement: ChangeContexts, idle: list[ContextSetting]
) -> Fix:
    kept = [
        setting.span.text_in(text)
        for setting in statement.settings
        if not any(setting is each for each in idle)
    ]
    whole = Span(statement.settings[0].span.start, statement.settings[-1].span.end)
    return Fix(f"Set only {', '.join(kept)}", (Edit(whole, ", ".join(kept)),))


RULE = Rule(
    "redundant-change-contexts",
    "performance",
    Severity.WARNING,
    check,
    needs_whole=True,
)
