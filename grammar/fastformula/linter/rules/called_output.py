"""A value is taken from a called formula under a name that it never returns.

Outputs are taken by name, in any case. Under a name that the called formula does not
return there is nothing, so the variable always gets the default.

Called HOURLY_RATE:
    INPUTS ARE grade (TEXT)
    rate = 12
    IF grade = 'A' THEN
        rate = 15
    RETURN rate

Bad:
    INPUTS ARE hours (NUMBER)
    CALL_FORMULA('HOURLY_RATE', 'A' > 'GRADE', rate < 'RTAE' DEFAULT 0)
    pay = hours * rate
    RETURN pay

Bad:
    INPUTS ARE hours (NUMBER)
    SET_INPUT('GRADE', 'A')
    EXECUTE('HOURLY_RATE')
    pay = hours * GET_OUTPUT('AMOUNT', 0)
    RETURN pay

Good:
    INPUTS ARE hours (NUMBER)
    CALL_FORMULA('HOURLY_RATE', 'A' > 'GRADE', rate < 'RATE' DEFAULT 0)
    pay = hours * rate
    RETURN pay
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Analysis
from fastformula.diagnostic import Fix, Severity
from fastformula.linter.called import found_calls
from fastformula.linter.rule import Finding, Rule
from fastformula.linter.spelling import nearest
from fastformula.text import Edit


def check(analysis: Analysis) -> Iterator[Finding]:
    """Each such name."""
    for call, signature in found_calls(analysis):
        for each in call.outputs:
            if each.name is None or each.name in signature.outputs:
                continue
            similar = nearest(each.name, signature.outputs)
            message = f"The formula {signature.name} never returns `{each.name}`."
            fixes: tuple[Fix, ...] = ()
            if similar:
                message += f" Did you mean `{similar}`?"
                edit = Edit(each.node.span, f"'{similar}'")
                fixes = (Fix(f"Write '{similar}'", (edit,)),)
            elif signature.outputs:
                message += f" It returns {', '.join(list(signature.outputs)[:8])}."
            yield Finding(each.node.span, message, fixes)


RULE = Rule("called-output", "contract", Severity.WARNING, check)
