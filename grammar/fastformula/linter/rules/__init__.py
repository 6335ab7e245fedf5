"""All rules: one exists once it is listed here."""

from __future__ import annotations

from fastformula.linter.rule import Rule
from fastformula.linter.rules import (
    constant_condition,
    identical_branches,
    inconsistent_types,
    operator_types,
    repeated_condition,
    self_assignment,
    self_comparison,
    unassigned_return,
    uninitialized_variable,
    unknown_function,
    unused_alias,
    unused_default,
    unused_input,
    unused_local,
)

RULES: tuple[Rule, ...] = (
    constant_condition.RULE,
    identical_branches.RULE,
    inconsistent_types.RULE,
    operator_types.RULE,
    repeated_condition.RULE,
    self_assignment.RULE,
    self_comparison.RULE,
    unassigned_return.RULE,
    uninitialized_variable.RULE,
    unknown_function.RULE,
    unused_alias.RULE,
    unused_default.RULE,
    unused_input.RULE,
    unused_local.RULE,
)
