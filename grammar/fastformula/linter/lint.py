"""Running the rules: which are on, how bad each is, which places are excused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from fastformula.analysis import Analysis
from fastformula.diagnostic import Diagnostic, Severity
from fastformula.linter.rules import RULES


@dataclass(frozen=True, slots=True)
class Configuration:
    """Which rules are on, and how bad they are where it is not their own severity."""

    off: frozenset[str] = frozenset()
    severities: Mapping[str, Severity] = field(
        default_factory=lambda: MappingProxyType({})
    )


def lint(
    analysis: Analysis, configuration: Configuration = Configuration()
) -> tuple[Diagnostic, ...]:
    """All that is wrong with the formula, its syntax errors too, in source order."""
    found = list(analysis.parsed.errors)
    for rule in RULES:
        if rule.name in configuration.off:
            continue
        for finding in rule.check(analysis):
            severity = configuration.severities.get(
                rule.name, finding.severity or rule.severity
            )
            found.append(
                Diagnostic(
                    rule.name,
                    severity,
                    finding.span,
                    finding.message,
                    finding.fixes,
                    finding.related,
                    rule.unnecessary,
                )
            )
    found.sort(key=lambda each: each.span)
    return tuple(found)
