"""Where a formula first asks about a name."""

from __future__ import annotations

from fastformula.analysis import Access, Analysis
from fastformula.syntax.tree import If, While


def first_tests(analysis: Analysis) -> dict[str, int]:
    """The offset of the first condition that mentions a symbol, by its key.

    Nothing that comes behind is unchecked: that a test is the right one, and that the
    way leads past it, is left to the author.
    """
    tests: dict[str, int] = {}
    for use in analysis.uses:
        if isinstance(use.statement, If | While) and use.access is not Access.CONTEXT:
            tests.setdefault(use.key, use.name.span.start)
    return tests
