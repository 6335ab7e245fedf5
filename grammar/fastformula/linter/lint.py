"""Running the rules: which are on, how bad each is, which places are excused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from fastformula.analysis import Analysis
from fastformula.diagnostic import Diagnostic, Severity
from fastformula.linter.codes import REMARKS
from fastformula.linter.regions import Places, broken_regions, find_broken
from fastformula.linter.rule import Rule
from fastformula.linter.rules import RULES
from fastformula.linter.suppression import CODE, judge_excuses, read_excuses
from fastformula.text import Span


@dataclass(frozen=True, slots=True)
class Configuration:
    """Which rules are on, and how bad they are where it is not their own severity."""

    off: frozenset[str] = frozenset()
    severities: Mapping[str, Severity] = field(
        default_factory=lambda: MappingProxyType({})
    )


def lint(
    analysis: Analysis,
    configuration: Configuration = Configuration(),
    rules: Sequence[Rule] = RULES,
) -> tuple[Diagnostic, ...]:
    """All that is wrong with the formula, its syntax errors too, in source order.

    One mistake gives one diagnostic: where an error stands, nothing lesser is said of
    the same span, and a rule gives way to those that it yields to.
    """
    found = [*_remarks(analysis, configuration), *_run(analysis, configuration, rules)]
    found = _without_echoes(found, rules)
    found = _excused(analysis, configuration, rules, found)
    found.sort(key=lambda each: (each.span, each.code, each.message))
    return tuple(found)


def _remarks(analysis: Analysis, configuration: Configuration) -> Iterator[Diagnostic]:
    """What the parser has said; its errors stay whatever is configured."""
    for each in analysis.parsed.errors:
        if each.code not in REMARKS:
            yield each
        elif each.code not in configuration.off:
            severity = configuration.severities.get(each.code, each.severity)
            yield replace(each, severity=severity)


def _run(
    analysis: Analysis, configuration: Configuration, rules: Sequence[Rule]
) -> Iterator[Diagnostic]:
    broken = find_broken(analysis)
    for rule in rules:
        if rule.name in configuration.off or (rule.needs_whole and broken):
            continue
        chosen = configuration.severities.get(rule.name)
        for finding in rule.check(analysis):
            if broken and broken.holds(finding.span):
                continue
            yield Diagnostic(
                rule.name,
                chosen or finding.severity or rule.severity,
                finding.span,
                finding.message,
                finding.fixes,
                finding.related,
                rule.unnecessary,
            )


def _without_echoes(
    found: Sequence[Diagnostic], rules: Sequence[Rule]
) -> list[Diagnostic]:
    better = {rule.name: rule.yields_to for rule in rules}
    errors = {each.span for each in found if each.severity is Severity.ERROR}
    spans: dict[str, list[Span]] = {}
    for each in found:
        spans.setdefault(each.code, []).append(each.span)
    places = {code: Places(of_code) for code, of_code in spans.items()}
    kept: dict[tuple[str, int, int], Diagnostic] = {}
    for each in found:
        if each.severity is not Severity.ERROR and each.span in errors:
            continue
        names = better.get(each.code, ())
        if any(places[name].overlap(each.span) for name in names if name in places):
            continue
        kept.setdefault((each.code, *each.span), each)
    return list(kept.values())


def _excused(
    analysis: Analysis,
    configuration: Configuration,
    rules: Sequence[Rule],
    found: list[Diagnostic],
) -> list[Diagnostic]:
    statements = [placed.statement for placed in analysis.statements]
    excuses = read_excuses(analysis.parsed, statements)
    if not excuses:
        return found
    known = frozenset(REMARKS) | {rule.name for rule in rules}
    able = [each for each in excuses if each.rule in known]
    # What does not run now cannot show that it finds nothing.
    resting = set(configuration.off)
    if broken_regions(analysis):
        resting |= known
    used = {
        excuse
        for excuse in able
        if excuse.rule in resting or any(map(excuse.covers, found))
    }
    kept = [each for each in found if not any(excuse.covers(each) for excuse in able)]
    if CODE not in configuration.off:
        severity = configuration.severities.get(CODE)
        kept += (
            replace(each, severity=severity or each.severity)
            for each in judge_excuses(excuses, used, known)
            if not any(excuse.covers(each) for excuse in able)
        )
    return kept
