"""A called formula is handed an input that it does not have, or is not handed one.

Inputs are passed by name, in any case. A name that the called formula does not declare
is passed over without a word, so the formula works with its DEFAULT. An input without a
DEFAULT that nobody passes ends the run where the formula uses it.

Called HOURLY_RATE:
    DEFAULT FOR grade IS ' '
    INPUTS ARE grade (TEXT), hours (NUMBER)
    rate = 12
    IF grade = 'A' AND hours > 40 THEN
        rate = 15
    RETURN rate

Bad:
    INPUTS ARE hours (NUMBER)
    CALL_FORMULA('HOURLY_RATE',
        hours > 'HOURS',
        'A' > 'GARDE',
        rate < 'RATE' DEFAULT 0)
    pay = hours * rate
    RETURN pay

Bad:
    INPUTS ARE hours (NUMBER)
    CALL_FORMULA('HOURLY_RATE', 'A' > 'GRADE', rate < 'RATE' DEFAULT 0)
    pay = hours * rate
    RETURN pay

Good:
    INPUTS ARE hours (NUMBER)
    CALL_FORMULA('HOURLY_RATE',
        hours > 'HOURS',
        'A' > 'GRADE',
        rate < 'RATE' DEFAULT 0)
    pay = hours * rate
    RETURN pay
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Analysis, FormulaSignature
from fastformula.analysis.model import FormulaCall
from fastformula.diagnostic import Fix, Severity
from fastformula.linter.called import found_calls, name_node
from fastformula.linter.rule import Finding, Rule
from fastformula.linter.spelling import nearest
from fastformula.text import Edit


def check(analysis: Analysis) -> Iterator[Finding]:
    """Names that the called formula lacks, and inputs that it needs and lacks."""
    for call, signature in found_calls(analysis):
        passed = {each.name for each in call.inputs if each.name is not None}
        near = set()
        for each in call.inputs:
            name = each.name
            if name is None or name in signature.inputs or _is_context(analysis, name):
                continue
            similar = nearest(name, signature.inputs.keys() - passed)
            near.add(similar)
            message = f"The formula {signature.name} has no input `{name}`."
            fixes: tuple[Fix, ...] = ()
            if similar:
                message += f" Did you mean `{similar}`?"
                edit = Edit(each.node.span, f"'{similar}'")
                fixes = (Fix(f"Write '{similar}'", (edit,)),)
            yield Finding(each.node.span, message, fixes)
        yield from _needed(call, signature, passed | near)


def _needed(
    call: FormulaCall, signature: FormulaSignature, passed: set[str]
) -> Iterator[Finding]:
    if any(each.name is None for each in call.inputs):
        return
    missing = sorted(signature.inputs.keys() - signature.optional - passed)
    if missing:
        names = " and ".join(f"`{name}`" for name in missing)
        yield Finding(
            name_node(call).span,
            f"The formula {signature.name} needs {names}, which has no DEFAULT there "
            "and is not passed here.",
        )


def _is_context(analysis: Analysis, name: str) -> bool:
    return analysis.environment.catalogue.find_context(name) is not None


RULE = Rule("called-input", "contract", Severity.WARNING, check)
