"""A formula is called that nobody has.

Oracle looks for it only when the call is made, and then stops: the called formula was
not found. This is said where a catalogue of your own pod knows the formulas there, and
the workspace has none of that name either.

Pod: formula HOURLY_RATE

Bad:
    INPUTS ARE hours (NUMBER)
    CALL_FORMULA('HOURLY_RAET', rate < 'RATE' DEFAULT 0)
    pay = hours * rate
    RETURN pay

Good:
    INPUTS ARE hours (NUMBER)
    CALL_FORMULA('HOURLY_RATE', rate < 'RATE' DEFAULT 0)
    pay = hours * rate
    RETURN pay
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Analysis
from fastformula.diagnostic import Severity
from fastformula.linter.called import name_node
from fastformula.linter.rule import Finding, Rule


def check(analysis: Analysis) -> Iterator[Finding]:
    """Each call of a formula that neither the pod nor the workspace has."""
    environment = analysis.environment
    for call in analysis.formula_calls:
        name = call.formula
        if name is None or name == environment.formula_name:
            continue
        if environment.catalogue.has("formula", name) is not False:
            continue
        if environment.library.find(name) is None:
            yield Finding(
                name_node(call).span,
                f"There is no formula `{name}`, neither in your catalogue nor among "
                "the files here. The call fails when it runs.",
            )


RULE = Rule("unknown-called-formula", "contract", Severity.WARNING, check)
