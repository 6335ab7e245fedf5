"""A name is longer than Fusion allows.

A name has at most 255 characters. E-Business Suite's limit is not known, so nothing is
said there.

Bad:
    hours_and_more_hours_and_more_hours_and_more_hours_and_more_hours_and_more_hours_and_more_hours_and_more_hours_and_more_hours_and_more_hours_and_more_hours_and_more_hours_and_more_hours_and_more_hours_and_more_hours_and_more_hours_and_more_hours_and_more_hours = 1
    RETURN hours_and_more_hours_and_more_hours_and_more_hours_and_more_hours_and_more_hours_and_more_hours_and_more_hours_and_more_hours_and_more_hours_and_more_hours_and_more_hours_and_more_hours_and_more_hours_and_more_hours_and_more_hours_and_more_hours_and_more_hours

Good:
    pay = 1
    RETURN pay
"""  # noqa: E501

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Analysis
from fastformula.diagnostic import Severity
from fastformula.linter.rule import Finding, Rule

_LONGEST = 255
"""Source: Oracle, Administering Fast Formulas, "Naming Schemes for Variables"."""


def check(analysis: Analysis) -> Iterator[Finding]:
    """The first use of each name that is too long."""
    if analysis.product != "fusion":
        return
    for symbol in analysis.symbols.values():
        name = symbol.uses[0].name
        if len(name.text.strip('"')) > _LONGEST:
            yield Finding(
                name.span,
                f"This name has {len(name.text)} characters. Oracle allows {_LONGEST}.",
            )


RULE = Rule("name-length", "compiler", Severity.ERROR, check)
