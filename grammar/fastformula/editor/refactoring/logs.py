"""Lines in a log that say what a variable is, put in and taken out again."""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Analysis, Symbol
from fastformula.editor.refactoring.place import (
    Place,
    Refactoring,
    insert_after,
    insert_before,
)
from fastformula.language import find_functions
from fastformula.language.function import Log
from fastformula.linter.removal import removable, remove
from fastformula.syntax.tree import (
    Assign,
    Call,
    ChangeContexts,
    If,
    Name,
    Return,
    Statement,
    While,
)

TARGET = "l_log"
"""The variable that takes what a logging function gives."""

_WRITERS: dict[Log, str] = {
    "process": "ESS_LOG_WRITE",
    "payroll": "PAY_INTERNAL_LOG_WRITE",
    "compensation": "SET_LOG",
    "trace": "HR_TRACE",
}
_LOGS: dict[str, Log] = {"Compensation": "compensation", "Payroll": "payroll"}
"""Which log a formula writes to, by the chapter of its type."""


def log_value(place: Place) -> Iterator[Refactoring]:
    """Write the variable at the cursor to the log, behind the statement."""
    use = place.use
    symbol = place.analysis.symbols.get(use.key) if use else None
    if use is None or symbol is None or use.access.declares:
        return
    statement = place.placed.statement
    if isinstance(statement, Return) or symbol.type not in _AS_TEXT:
        return
    has_value = use.access.writes or use.assigned == "yes" or symbol.kind != "local"
    if not has_value:
        return
    function = _writer(place.analysis)
    name = use.name.text
    shown = _AS_TEXT[symbol.type].format(name)
    label = name.strip('"').replace("'", "''")
    call = f"{function}('{label} = ' || {shown})"
    line = f"{_target(place.analysis)} = {call}"
    # What a header tests may be another value behind its block.
    is_header = isinstance(statement, If | While | ChangeContexts)
    put = insert_before if is_header else insert_after
    edits = tuple(put(place, line))
    yield Refactoring(f"Write {name} to the log", "rewrite", edits)


_AS_TEXT: dict[str | None, str] = {
    "TEXT": "{}",
    "NUMBER": "TO_CHAR({})",
    "DATE": "TO_CHAR({}, 'YYYY/MM/DD HH24:MI:SS')",
}


def _writer(analysis: Analysis) -> str:
    """The function that the formula logs with already, else that of its type."""
    for site in analysis.calls:
        if site.key in _WRITERS.values():
            return site.key
    if analysis.product == "ebs":
        return _WRITERS["trace"]
    claim = analysis.formula_type
    chapter = claim.type.chapter if claim else ""
    return _WRITERS[_LOGS.get(chapter, "process")]


def _target(analysis: Analysis) -> str:
    """A variable for what the function gives, which is a text."""
    symbol = analysis.symbols.get(TARGET.upper())
    is_free = symbol is None or (symbol.kind == "local" and symbol.type == "TEXT")
    return TARGET if is_free else f"{TARGET}_text"


def remove_logs(place: Place) -> Iterator[Refactoring]:
    """Take out all lines that only write to a log; offered on one of them."""
    analysis = place.analysis
    if not _is_log(analysis, place.placed.statement):
        return
    loose = removable(analysis)
    gone = [
        each.statement
        for each in analysis.statements
        if _is_log(analysis, each.statement) and id(each.statement) in loose
    ]
    if place.placed.statement in gone:
        count = f" ({len(gone)})" if len(gone) > 1 else ""
        yield Refactoring(
            f"Remove what is written to the log{count}",
            "rewrite",
            remove(place.text, gone),
        )


def _is_log(analysis: Analysis, statement: Statement) -> bool:
    if not isinstance(statement, Assign) or not isinstance(statement.value, Call):
        return False
    functions = find_functions(statement.value.function.key)
    if not functions or functions[0].log is None:
        return False
    target = statement.target
    symbol = analysis.symbol_of(target) if isinstance(target, Name) else None
    return symbol is not None and _is_never_read(symbol)


def _is_never_read(symbol: Symbol) -> bool:
    return symbol.kind == "local" and not symbol.reads
