"""WAS FOUND is asked, which Fusion does not have.

Old material about E-Business Suite has `x WAS FOUND`, for whether a database item
returned a row. No guide of Fusion knows it. Give the name a DEFAULT and ask
WAS DEFAULTED, which means the opposite.

Product: fusion

Bad:
    DEFAULT FOR PER_ASG_FTE_VALUE IS 1
    IF PER_ASG_FTE_VALUE WAS FOUND THEN
        pay = 1200 * PER_ASG_FTE_VALUE
    ELSE
        pay = 0
    RETURN pay

Good:
    DEFAULT FOR PER_ASG_FTE_VALUE IS 1
    IF PER_ASG_FTE_VALUE WAS NOT DEFAULTED THEN
        pay = 1200 * PER_ASG_FTE_VALUE
    ELSE
        pay = 0
    RETURN pay

Uncertain: Whether E-Business Suite still takes it; there it is a warning.
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Analysis
from fastformula.analysis.words import replace
from fastformula.diagnostic import Severity
from fastformula.linter.rule import Finding, Rule
from fastformula.syntax import walk
from fastformula.syntax.tree import Was


def check(analysis: Analysis) -> Iterator[Finding]:
    """Every WAS FOUND."""
    parsed = analysis.parsed
    if not any(token.kind == "FOUND" for token in parsed.tokens):
        return
    for node in walk(parsed.tree):
        if isinstance(node, Was) and node.test == "FOUND":
            yield _describe(analysis, node)


def _describe(analysis: Analysis, node: Was) -> Finding:
    subject = node.subject.span.text_in(analysis.parsed.text)
    test = "WAS DEFAULTED" if node.negated else "WAS NOT DEFAULTED"
    is_fusion = analysis.product == "fusion"
    message = (
        "Fusion has no WAS FOUND."
        if is_fusion
        else "No guide at hand describes WAS FOUND, so Oracle may not take it."
    )
    return Finding(
        node.span,
        f"{message} Give `{subject}` a DEFAULT and write `{subject} {test}`.",
        (replace(node, f"{subject} {test}"),),
        severity=None if is_fusion else Severity.WARNING,
    )


RULE = Rule("was-found", "compiler", Severity.ERROR, check)
