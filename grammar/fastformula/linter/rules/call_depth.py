"""Calls of formulas go more than ten deep.

A formula may call one that calls another, ten times at most; Oracle stops the run at
the next one. Call the formulas one after another from the first, and pass on what they
return.

Called F1:
    CALL_FORMULA('F2', x < 'X' DEFAULT 0)
    RETURN x

Called F2:
    CALL_FORMULA('F3', x < 'X' DEFAULT 0)
    RETURN x

Called F3:
    CALL_FORMULA('F4', x < 'X' DEFAULT 0)
    RETURN x

Called F4:
    CALL_FORMULA('F5', x < 'X' DEFAULT 0)
    RETURN x

Called F5:
    CALL_FORMULA('F6', x < 'X' DEFAULT 0)
    RETURN x

Called F6:
    CALL_FORMULA('F7', x < 'X' DEFAULT 0)
    RETURN x

Called F7:
    CALL_FORMULA('F8', x < 'X' DEFAULT 0)
    RETURN x

Called F8:
    CALL_FORMULA('F9', x < 'X' DEFAULT 0)
    RETURN x

Called F9:
    CALL_FORMULA('F10', x < 'X' DEFAULT 0)
    RETURN x

Called F10:
    CALL_FORMULA('F11', x < 'X' DEFAULT 0)
    RETURN x

Called F11:
    x = 12
    RETURN x

Bad:
    CALL_FORMULA('F1', x < 'X' DEFAULT 0)
    RETURN x

Good:
    CALL_FORMULA('F2', x < 'X' DEFAULT 0)
    RETURN x

Uncertain: whether the first formula counts as one of the ten. Here it does not.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from fastformula.analysis import Analysis, Library
from fastformula.diagnostic import Severity
from fastformula.linter.called import name_node
from fastformula.linter.rule import Finding, Rule

_DEEPEST: Final = 10


def check(analysis: Analysis) -> Iterator[Finding]:
    """Each call below which there are too many."""
    own = analysis.environment.formula_name
    library = analysis.environment.library
    if library.is_alone():
        return
    for call in analysis.formula_calls:
        path = _too_deep(call.formula, own, library) if call.formula else ()
        if path:
            yield Finding(
                name_node(call).span,
                f"Below this call, calls go more than {_DEEPEST} deep: "
                f"{', '.join(path)}. Oracle stops it when it runs.",
            )


def _too_deep(start: str, own: str, library: Library) -> tuple[str, ...]:
    """A way of calls from `start` that is too long; a round is no such way."""
    ways: dict[str, tuple[str, ...]] = {start: (start,)}
    for _ in range(_DEEPEST):
        longer: dict[str, tuple[str, ...]] = {}
        for name, way in ways.items():
            signature = library.find(name)
            for called in sorted(signature.calls) if signature else ():
                if called != own and called not in way:
                    longer[called] = (*way, called)
        ways = longer
    return next(iter(ways.values()), ())


RULE = Rule("call-depth", "contract", Severity.WARNING, check)
