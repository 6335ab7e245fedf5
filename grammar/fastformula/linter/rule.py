"""What a rule is, and what it finds."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from fastformula.analysis import Analysis
from fastformula.diagnostic import Fix, Related, Severity
from fastformula.linter.page import Page, read_page
from fastformula.text import Span

Group = Literal["compiler", "contract", "suspicious", "performance", "style"]
"""`compiler`: Oracle's compiler objects too. `contract`: the formula and whoever runs
or calls it disagree. `suspicious`: likely not what was meant. `performance`: slower
than need be. `style`: harder to read than need be."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One place where a rule is broken."""

    span: Span
    message: str
    fixes: tuple[Fix, ...] = ()
    related: tuple[Related, ...] = ()
    severity: Severity | None = None
    """Where it is not the rule's own."""


@dataclass(frozen=True)
class Rule:
    """One rule, defined at the end of the module whose docstring is its page."""

    name: str
    """In kebab case; the code of its diagnostics and the name of its file."""
    group: Group
    severity: Severity
    check: Callable[[Analysis], Iterator[Finding]]
    unnecessary: bool = False
    """Whether what it finds can go: editors show it faded."""
    safe: bool = False
    """Whether its first fix can be made unseen, as `fastformula check --fix` does."""
    needs_whole: bool = False
    """Whether it looks at the whole formula, and so says nothing while a part of that
    cannot be read."""
    yields_to: tuple[str, ...] = ()
    """Rules that say the same better: what it finds in their places is dropped."""

    @cached_property
    def page(self) -> Page:
        """Its manual page."""
        module = sys.modules[self.check.__module__]
        return read_page(inspect.getdoc(module) or "")


def reported(analysis: Analysis, rule: str) -> Iterator[Finding]:
    """What the analysis has already found of `rule`, typing expressions."""
    for problem in analysis.problems:
        if problem.rule == rule:
            yield Finding(*problem[1:])
