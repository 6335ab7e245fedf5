"""Declarations do not stand in the order that Oracle documents.

It is ALIAS first, then DEFAULT and DEFAULT_DATA_VALUE, then INPUTS. Some guides call an
ALIAS further down an error, so this is a warning. INPUTS before the defaults compiles,
and Oracle's own formulas have it; a formula that does it gets one hint.

Bad:
    DEFAULT FOR PER_ASG_FTE_VALUE IS 1
    ALIAS PER_ASG_FTE_VALUE AS fte
    INPUTS ARE hours (NUMBER)
    pay = hours * fte
    RETURN pay

Good:
    ALIAS PER_ASG_FTE_VALUE AS fte
    DEFAULT FOR fte IS 1
    INPUTS ARE hours (NUMBER)
    pay = hours * fte
    RETURN pay

Uncertain: Whether Oracle's compiler objects to an ALIAS behind a DEFAULT. Its guides
    say so; one of its own templates has an ALIAS there.
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Analysis
from fastformula.diagnostic import Fix, Related, Severity
from fastformula.linter.declarations import cut, declarations
from fastformula.linter.rule import Finding, Rule
from fastformula.syntax.tree import Alias, Declaration, Default, DefaultData, Inputs
from fastformula.text import Edit, Span


def check(analysis: Analysis) -> Iterator[Finding]:
    """Each ALIAS behind another declaration; the first DEFAULT behind INPUTS."""
    text = analysis.parsed.text
    first: Declaration | None = None
    inputs: Inputs | None = None
    is_told = False
    for declaration, is_late in declarations(analysis):
        if is_late:
            # Told by statement-order.
            return
        if isinstance(declaration, Alias):
            if first is not None:
                yield _alias(text, declaration, first)
            continue
        first = first or declaration
        if isinstance(declaration, Inputs):
            inputs = inputs or declaration
        elif (
            inputs is not None
            and not is_told
            and isinstance(declaration, Default | DefaultData)
        ):
            is_told = True
            yield Finding(
                declaration.span,
                "Oracle documents the defaults before INPUTS.",
                related=(Related(inputs.span, "Here are the inputs."),),
                severity=Severity.HINT,
            )


def _alias(text: str, alias: Alias, first: Declaration) -> Finding:
    start = first.span.start
    move = Fix(
        "Move the ALIAS up",
        (
            Edit(Span(start, start), f"{alias.span.text_in(text)}\n"),
            Edit(cut(text, alias.span), ""),
        ),
    )
    return Finding(
        alias.span,
        "ALIAS comes before all other declarations. Some versions of Oracle's compiler "
        "may say: Incorrect Statement Order.",
        (move,),
        (Related(first.span, "This one comes before it."),),
    )


RULE = Rule("declaration-order", "style", Severity.WARNING, check, safe=True)
