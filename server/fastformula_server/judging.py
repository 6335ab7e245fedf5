"""From a parse to all that is wrong; a rule that fails silences only itself."""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import replace
from typing import NamedTuple

from fastformula import Parsed
from fastformula.analysis import Analysis, Environment, analyze
from fastformula.diagnostic import Diagnostic
from fastformula.linter import RULES, Configuration, lint

_logger = logging.getLogger(__name__)


class Judgement(NamedTuple):
    """What is known of a text."""

    analysis: Analysis | None
    """None where it failed, which is a mistake of ours."""
    diagnostics: tuple[Diagnostic, ...]
    failures: tuple[str, ...] = ()
    """What of ours failed, in sentences."""


def judge(
    parsed: Parsed, environment: Environment, configuration: Configuration
) -> Judgement:
    """All that is wrong with a formula; never raises."""
    understood = understand(parsed, environment)
    if understood.analysis is None:
        return understood
    return find_wrong(understood.analysis, configuration)


def understand(parsed: Parsed, environment: Environment) -> Judgement:
    """What a formula means, with what its syntax alone shows to be wrong."""
    try:
        return Judgement(analyze(parsed, environment), parsed.errors)
    except Exception as error:
        return Judgement(None, parsed.errors, (_describe("The analysis", error),))


def find_wrong(analysis: Analysis, configuration: Configuration) -> Judgement:
    """All that is wrong with a formula that is understood."""
    try:
        return Judgement(analysis, lint(analysis, configuration))
    except Exception:
        failures = _failing_rules(analysis, configuration)
    quiet = replace(configuration, off=configuration.off | failures.keys())
    try:
        found = lint(analysis, quiet)
    except Exception as error:
        found = analysis.parsed.errors
        failures[""] = _describe("The linter", error)
    return Judgement(analysis, found, tuple(failures.values()))


def _failing_rules(analysis: Analysis, configuration: Configuration) -> dict[str, str]:
    failures = {}
    for rule in RULES:
        if rule.name in configuration.off:
            continue
        try:
            deque(rule.check(analysis), maxlen=0)
        except Exception as error:
            failures[rule.name] = _describe(f"The rule {rule.name}", error)
    return failures


def _describe(what: str, error: Exception) -> str:
    _logger.exception("%s failed", what)
    return f"{what} failed, please report it: {type(error).__name__}: {error}"
