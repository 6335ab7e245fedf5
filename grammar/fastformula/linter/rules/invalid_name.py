"""A name is reserved, or longer than Fusion allows.

Fusion reserves the words of its statements, types and array methods, and some that no
known formula uses, such as USING. Those that cannot be misread are taken here as names
all the same, since formulas in use have COUNT for one. A name has at most 255
characters; E-Business Suite's limit is not known, so nothing is said there.

Bad:
    hours_and_more_hours_and_more_hours_and_more_hours_and_more_hours_and_more_hours_and_more_hours_and_more_hours_and_more_hours_and_more_hours_and_more_hours_and_more_hours_and_more_hours_and_more_hours_and_more_hours_and_more_hours_and_more_hours_and_more_hours = 1
    RETURN hours_and_more_hours_and_more_hours_and_more_hours_and_more_hours_and_more_hours_and_more_hours_and_more_hours_and_more_hours_and_more_hours_and_more_hours_and_more_hours_and_more_hours_and_more_hours_and_more_hours_and_more_hours_and_more_hours_and_more_hours

Bad:
    using = 'Y'
    RETURN using

Good:
    pay = 1
    count = 5
    RETURN pay, count

Uncertain: What USING is for, and which of these words Oracle's compiler takes as names.
"""  # noqa: E501

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Analysis
from fastformula.diagnostic import Severity
from fastformula.language.types import DATA_TYPES
from fastformula.linter.rule import Finding, Rule

_LONGEST = 255
"""Source: Oracle, Administering Fast Formulas, "Naming Schemes for Variables"."""

_RESERVED = DATA_TYPES | {
    "DELETE",
    "EXECUTE",
    "EXISTS",
    "FIRST",
    "GET_CONTEXT",
    "GET_OUTPUT",
    "LAST",
    "NEXT",
    "PREVIOUS",
    "PRIOR",
    "SET_INPUT",
    "USING",
    "WSA_GET",
    "WSA_SET",
}
"""Of the same list what the grammar lets through as a name, without COUNT."""


def check(analysis: Analysis) -> Iterator[Finding]:
    """The first use of each name that is too long or reserved."""
    if analysis.product != "fusion":
        return
    for symbol in analysis.symbols.values():
        name = symbol.uses[0].name
        length = len(name.text.strip('"'))
        if length > _LONGEST:
            yield Finding(
                name.span,
                f"This name has {length} characters. Oracle allows {_LONGEST}.",
            )
        elif symbol.key in _RESERVED and not name.quoted:
            yield Finding(
                name.span,
                f"`{name.text}` is a reserved word, so Oracle may not take it as a "
                "name. Choose another.",
                severity=Severity.WARNING,
            )


RULE = Rule("invalid-name", "compiler", Severity.ERROR, check)
