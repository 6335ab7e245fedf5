"""A value passes between two formulas that give it different types.

Oracle compiles each formula by itself, so it notices only when they run: "Input or
output has different types in called and calling formulas". Convert the value, or
declare the input with the type that it has.

Called HOURLY_RATE:
    INPUTS ARE grade (TEXT)
    rate = 12
    IF grade = 'A' THEN
        rate = 15
    RETURN rate

Bad:
    CALL_FORMULA('HOURLY_RATE', 5 > 'GRADE', rate < 'RATE' DEFAULT 0)
    RETURN rate

Bad:
    CALL_FORMULA('HOURLY_RATE', 'A' > 'GRADE', rate < 'RATE' DEFAULT '0')
    RETURN rate

Good:
    CALL_FORMULA('HOURLY_RATE', 'A' > 'GRADE', rate < 'RATE' DEFAULT 0)
    RETURN rate
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Analysis
from fastformula.analysis.words import a_type
from fastformula.diagnostic import Severity
from fastformula.linter.called import found_calls, target_type
from fastformula.linter.rule import Finding, Rule


def check(analysis: Analysis) -> Iterator[Finding]:
    """Inputs and outputs whose types are known on both sides and differ."""
    for call, signature in found_calls(analysis):
        for passed in call.inputs:
            kind = signature.inputs.get(passed.name or "")
            here = passed.type
            if passed.value is not None and kind and here and here != kind:
                yield Finding(
                    passed.value.span,
                    f"The formula {signature.name} takes `{passed.name}` as "
                    f"{a_type(kind)}, but this is {a_type(here)}. The call fails when "
                    "it runs.",
                )
        for taken in call.outputs:
            kind = signature.outputs.get(taken.name or "")
            place = taken.default or taken.target
            here = taken.type or target_type(analysis, taken)
            if place is not None and kind and here and here != kind:
                yield Finding(
                    place.span,
                    f"The formula {signature.name} returns `{taken.name}` as "
                    f"{a_type(kind)}, but here it is {a_type(here)}. The call fails "
                    "when it runs.",
                )


RULE = Rule("called-type", "contract", Severity.WARNING, check)
