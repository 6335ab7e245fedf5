"""Rules over an analysed formula."""

from fastformula.linter.lint import Configuration, lint
from fastformula.linter.rule import Finding, Rule
from fastformula.linter.rules import RULES

__all__ = ["RULES", "Configuration", "Finding", "Rule", "lint"]
