"""All rules: one exists once it is listed here."""

from __future__ import annotations

from fastformula.linter.rule import Rule
from fastformula.linter.rules import (
    inconsistent_types,
    operator_types,
    uninitialized_variable,
    unknown_function,
)

RULES: tuple[Rule, ...] = (
    inconsistent_types.RULE,
    operator_types.RULE,
    uninitialized_variable.RULE,
    unknown_function.RULE,
)
