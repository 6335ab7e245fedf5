"""An item of the working storage area is kept between persons.

The working storage area lives as long as the process, not as long as the formula: in a
run over many people, what was stored for one is read for the next. A formula that
stores an item under a fixed name and reads it back has to delete it at the right time,
or to make the name different for each person. This is a hint, once per formula, and
only where no other formula of the workspace deletes the item.

Bad:
    INPUTS ARE salary (NUMBER)
    IF WSA_EXISTS('XX_ANNUAL_SALARY', 'NUMBER') THEN
        annual_salary = WSA_GET('XX_ANNUAL_SALARY', 0)
    ELSE (
        annual_salary = salary * 12
        WSA_SET('XX_ANNUAL_SALARY', annual_salary)
    )
    RETURN annual_salary

Good:
    INPUTS ARE salary (NUMBER)
    key = 'XX_ANNUAL_SALARY_' || TO_CHAR(GET_CONTEXT(PERSON_ID, 0))
    IF WSA_EXISTS(key, 'NUMBER') THEN
        annual_salary = WSA_GET(key, 0)
    ELSE (
        annual_salary = salary * 12
        WSA_SET(key, annual_salary)
    )
    RETURN annual_salary

Good:
    INPUTS ARE salary (NUMBER)
    WSA_SET('XX_ANNUAL_SALARY', salary * 12)
    EXECUTE('XX_BONUS')
    bonus = GET_OUTPUT('BONUS', 0)
    still_there = WSA_GET('XX_ANNUAL_SALARY', 0)
    WSA_DELETE('XX_ANNUAL_SALARY')
    RETURN bonus, still_there
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Analysis
from fastformula.analysis.model import StorageUse
from fastformula.diagnostic import Related, Severity
from fastformula.linter.rule import Finding, Rule
from fastformula.syntax import walk
from fastformula.syntax.tree import Call, Expression, Name

MOST = 5
"""Further places that are named."""


def check(analysis: Analysis) -> Iterator[Finding]:
    """Items that are stored, asked for and never deleted, told at the first."""
    storage = analysis.storage
    if any(use.operation == "delete" and use.item is None for use in storage):
        # That is all of them, or any one.
        return
    deleted = {use.item for use in storage if use.operation == "delete"}
    asked = {use.item for use in storage if use.operation in ("get", "exists")}
    library = analysis.environment.library
    kept: dict[str, StorageUse] = {}
    for use in storage:
        if (
            use.operation == "set"
            and use.item is not None
            and use.item not in deleted
            and (use.item in asked or not library.is_alone())
            and not library.deletes(use.item)
            and len(use.call.arguments) > 1
            and _is_personal(use.call.arguments[1])
        ):
            kept.setdefault(use.item, use)
    if not kept:
        return
    (item, first), *others = kept.items()
    yield Finding(
        first.call.span,
        f"Nothing deletes the item {item}, so in a run over several people the next "
        "one gets this value. Write WSA_DELETE at the right time, or put the person "
        "into its name.",
        related=tuple(
            Related(use.call.span, f"Nothing deletes {name} either.")
            for name, use in others[:MOST]
        ),
    )


def _is_personal(value: Expression) -> bool:
    """Whether the value is another for each person, but does not say whose it is."""
    nodes = list(walk(value))
    return any(isinstance(each, Name) for each in nodes) and not any(
        isinstance(each, Call) and each.function.key == "GET_CONTEXT" for each in nodes
    )


RULE = Rule("wsa-never-deleted", "suspicious", Severity.HINT, check, needs_whole=True)
