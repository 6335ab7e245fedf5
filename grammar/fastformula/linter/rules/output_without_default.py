"""A value is taken from a called formula without saying what it is otherwise.

A called formula may end without returning the value. Then the default is taken; without
one the variable has no value, and the next statement that reads it ends the formula.

Bad:
    INPUTS ARE hours (NUMBER)
    CALL_FORMULA('HOURLY_RATE', 'A' > 'GRADE', rate < 'RATE')
    pay = hours * rate
    RETURN pay

Good:
    INPUTS ARE hours (NUMBER)
    CALL_FORMULA('HOURLY_RATE', 'A' > 'GRADE', rate < 'RATE' DEFAULT 0)
    pay = hours * rate
    RETURN pay

Uncertain: all of Oracle's examples have the DEFAULT; whether it can be left out, no
page says.
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Analysis
from fastformula.analysis.words import shorten
from fastformula.diagnostic import Fix, Severity
from fastformula.linter.called import target_type
from fastformula.linter.declarations import default_literal
from fastformula.linter.rule import Finding, Rule
from fastformula.text import Edit, Span


def check(analysis: Analysis) -> Iterator[Finding]:
    """Each output of CALL_FORMULA without DEFAULT."""
    for call in analysis.formula_calls:
        for taken in call.outputs:
            if taken.target is None or taken.default is not None:
                continue
            written = shorten(taken.target.span.text_in(analysis.parsed.text))
            literal = default_literal(target_type(analysis, taken) or "NUMBER")
            end = taken.node.span.end
            edit = Edit(Span(end, end), f" DEFAULT {literal}")
            yield Finding(
                taken.node.span,
                f"Where the called formula does not return it, `{written}` gets no "
                "value. Say what it is then, with DEFAULT.",
                (Fix(f"Add DEFAULT {literal}", (edit,)),),
            )


RULE = Rule("output-without-default", "suspicious", Severity.WARNING, check)
