"""All rules: one exists once it is listed here."""

from __future__ import annotations

from fastformula.linter.rule import Rule

RULES: tuple[Rule, ...] = ()
