"""A formula calls itself, directly or by way of others.

Oracle compiles it and stops it when it runs: formulas cannot be recursive. Repeat the
work with WHILE, or put what is shared into a formula that calls none of these.

Called HOURLY_RATE:
    INPUTS ARE grade (TEXT)
    CALL_FORMULA('EXAMPLE', grade > 'GRADE', rate < 'RATE' DEFAULT 0)
    RETURN rate

Called BASE_RATE:
    INPUTS ARE grade (TEXT)
    rate = 12
    IF grade = 'A' THEN
        rate = 15
    RETURN rate

Bad:
    INPUTS ARE grade (TEXT)
    CALL_FORMULA('HOURLY_RATE', grade > 'GRADE', rate < 'RATE' DEFAULT 0)
    RETURN rate

Bad:
    DEFAULT FOR grade IS 'A'
    INPUTS ARE grade (TEXT)
    rate = 15
    IF grade <> 'A' THEN
        CALL_FORMULA('EXAMPLE', 'A' > 'GRADE', rate < 'RATE' DEFAULT 0)
    RETURN rate

Good:
    INPUTS ARE grade (TEXT)
    CALL_FORMULA('BASE_RATE', grade > 'GRADE', rate < 'RATE' DEFAULT 0)
    RETURN rate
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Analysis, Library
from fastformula.diagnostic import Severity
from fastformula.linter.called import name_node
from fastformula.linter.rule import Finding, Rule


def check(analysis: Analysis) -> Iterator[Finding]:
    """Each call from which calls lead back here."""
    own = analysis.environment.formula_name
    library = analysis.environment.library
    if not own or library.is_alone():
        return
    for call in analysis.formula_calls:
        path = _way_back(call.formula, own, library) if call.formula else ()
        if path:
            yield Finding(
                name_node(call).span,
                "A formula cannot call itself, but here calls lead from "
                f"{' to '.join((own, *path))}. Oracle stops it when it runs.",
            )


def _way_back(start: str, own: str, library: Library) -> tuple[str, ...]:
    """A shortest way of calls from `start` to `own`, both in it."""
    ways: dict[str, tuple[str, ...]] = {start: (start,)}
    pending = [start]
    for name in pending:
        if name == own:
            return ways[name]
        signature = library.find(name)
        for called in sorted(signature.calls) if signature else ():
            if called not in ways:
                ways[called] = (*ways[name], called)
                pending.append(called)
    return ()


RULE = Rule("recursive-call", "contract", Severity.WARNING, check)
