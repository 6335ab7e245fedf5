"""What the checks would flag if a completion were accepted, and do not flag now."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from fastformula import parse
from fastformula.analysis import Analysis, analyze
from fastformula.diagnostic import Diagnostic, Severity
from fastformula.linter import Configuration, lint
from fastformula.linter.regions import overlap, touch
from fastformula.linter.rule import Rule
from fastformula.linter.rules import RULES
from fastformula.text import Span

from fastformula_completion.excerpt import (
    LOOSE,
    TIGHT,
    Breadth,
    Excerpt,
    dropped_spans,
    make_outline,
)
from fastformula_completion.fit import Place

_GRAVE = (Severity.ERROR, Severity.WARNING)

_YET_TO_COME = frozenset(
    {
        "constant-loop-condition",
        "loop-without-progress",
        "missing-output",
        "missing-return",
        "redundant-change-contexts",
        "stale-item-copy",
    }
)
"""Rules that miss what the author may be about to write further down."""


_NAMING = frozenset(
    {
        "misspelt-item",
        "undeclared-name",
        "uninitialized-variable",
        "was-defaulted-local",
        "was-defaulted-without-default",
    }
)
"""Rules that keep quiet of a name while the statement that it stands in is broken: what
they find of it elsewhere, once that is whole, was wrong before."""

_NOWHERE = frozenset({"undeclared-name", "uninitialized-variable"})
"""Rules about names that nothing gives a value; they are right where nothing does."""

_OF_PLACE = frozenset({"statement-order"})
"""Rules that what stands above breaks, whatever its names."""

_TARGET = re.compile(r".*?(\w+)\s*(?:\[[^\]\n]*\]\s*)?=")
"""A line up to the first name that may be assigned."""

_DECLARES = re.compile(r"\s*(?:DEFAULT|INPUTS|ALIAS)", re.IGNORECASE)

_WORD = re.compile(r"\w+")


class Meaning:
    """A text that was analysed, ready to judge completions at a place in it."""

    __slots__ = (
        "_analysis",
        "_configuration",
        "_environment",
        "_known",
        "_outline",
        "_place",
        "_rules",
    )

    def __init__(
        self, place: Place, analysis: Analysis, configuration: Configuration
    ) -> None:
        """`analysis` is that of the text of `place`."""
        self._place = place
        self._analysis = analysis
        self._configuration = configuration
        self._outline = make_outline(analysis)
        self._rules = _grave_rules(configuration)
        claim = analysis.formula_type
        # An excerpt does not show what the whole formula shows.
        self._environment = replace(
            analysis.environment,
            product=analysis.product,
            formula_type=claim.type.name
            if claim and claim.origin != "inferred"
            else analysis.environment.formula_type,
        )
        self._known: dict[tuple[str, int], Diagnostic] | None = None

    def objections(self, middle: str) -> tuple[Diagnostic, ...]:
        """What is wrong with `middle` at the cursor.

        Errors and warnings about it, and about what stands elsewhere and speaks of the
        same names, unless they were there before. Spans are those of the text with
        `middle` in it. What the author wrote in an unfinished statement is not blamed
        on what finishes it.
        """
        place = self._place
        line = _line_around(place.text, place.offset)
        if _DECLARES.match(place.text[line.start : place.offset] + middle):
            # It may change what a name is wherever that stands.
            return tuple(self._find(middle, LOOSE))
        found = tuple(self._find(middle, TIGHT))
        if not found or any(self._is_certain(each, middle) for each in found):
            return found
        return tuple(self._find(middle, LOOSE))

    def _is_certain(self, diagnostic: Diagnostic, middle: str) -> bool:
        """Whether nothing that an excerpt lacks could excuse what is found in it."""
        if diagnostic.code == "unknown-function":
            return True
        start, end = diagnostic.span
        offset = self._place.offset
        word = middle[max(0, start - offset) : end - offset].strip('"').upper()
        is_whole = start >= offset and end <= offset + len(middle)
        return (
            diagnostic.code in _NOWHERE
            and is_whole
            and word not in self._outline.sources
        )

    def _find(self, middle: str, breadth: Breadth) -> Iterator[Diagnostic]:
        place = self._place
        line = _line_around(place.text, place.offset)
        shift = len(middle)
        whole = Span(line.start, line.end + shift)
        said = Span(place.offset, place.offset + shift)
        before, after = place.text[: said.start], place.text[said.start :]
        begun, rest = before[line.start :], after[: line.end - said.start]
        # A name that grows is another one, and the old one is gone.
        names = _words(begun + middle + rest) | _words(begun + rest)
        # In an unfinished statement, names of the author's may have been wrong before.
        blamed = names
        if place.is_broken:
            target = _TARGET.match(before, line.start)
            blamed = _words(middle) | _words(target.group(1) if target else "")
        text = before + middle + after
        rest_of_text = text[whole.end :]
        blank = len(rest_of_text) - len(rest_of_text.lstrip())
        below = _line_around(text, whole.end + blank)
        if not place.is_broken:
            names = names | _words(below.text_in(text))
        excerpt = self._excerpt(text, names, line, shift, breadth)
        found = self._judge(excerpt)
        if any(each.code.startswith("syntax") for each in found):
            # Statements of a broken text may not be what they seem.
            excerpt = Excerpt(text, ())
            found = self._judge(excerpt)
        for each in found:
            span = Span(excerpt.place(each.span.start), excerpt.place(each.span.end))
            is_syntax = each.code.startswith("syntax")
            if overlap(span, said) or (is_syntax and touch(span, whole)):
                yield replace(each, span=span)
                continue
            if place.is_broken and (touch(span, whole) or each.code in _NAMING):
                continue
            is_named = not blamed.isdisjoint(_words(span.text_in(text)))
            # What follows may have become part of another statement.
            is_next = not place.is_broken and touch(span, below)
            is_blamed = is_named or is_next or each.code in _OF_PLACE
            if is_blamed and not self._was_there(each, span, shift):
                yield replace(each, span=span)

    def _excerpt(
        self, text: str, names: Iterable[str], line: Span, shift: int, breadth: Breadth
    ) -> Excerpt:
        # The statements on both sides may become part of what was said.
        offset = self._place.offset
        start = len(text[: line.start].rstrip())
        end = len(text) - shift - len(text[line.end + shift :].lstrip())
        dropped = dropped_spans(self._outline, names, Span(start, end + 1), breadth)
        return Excerpt(text, [_shifted(span, offset, shift) for span in dropped])

    def _judge(self, excerpt: Excerpt) -> tuple[Diagnostic, ...]:
        analysis = analyze(parse(excerpt.text), self._environment)
        found = lint(analysis, self._configuration, self._rules)
        return tuple(each for each in found if each.severity in _GRAVE)

    def _was_there(self, diagnostic: Diagnostic, span: Span, shift: int) -> bool:
        """Whether the text without the completion has the same at the same place."""
        if self._known is None:
            found = lint(self._analysis, self._configuration, self._rules)
            self._known = {(each.code, each.span.start): each for each in found}
        back = shift if span.start >= self._place.offset + shift else 0
        old = self._known.get((diagnostic.code, span.start - back))
        return old is not None and old.severity in (
            Severity.ERROR,
            diagnostic.severity,
        )


def _shifted(span: Span, offset: int, shift: int) -> Span:
    """`span`, which does not hold `offset`, behind an insertion there."""
    if span.start < offset:
        return span
    return Span(span.start + shift, span.end + shift)


def _line_around(text: str, offset: int) -> Span:
    end = text.find("\n", offset)
    return Span(text.rfind("\n", 0, offset) + 1, len(text) if end < 0 else end)


def _words(text: str) -> set[str]:
    return {word.upper() for word in _WORD.findall(text)}


def _grave_rules(configuration: Configuration) -> tuple[Rule, ...]:
    """The rules that find errors and warnings, as they are configured."""
    return tuple(
        rule
        for rule in RULES
        if configuration.severities.get(rule.name, rule.severity) in _GRAVE
        and not rule.unnecessary
        and rule.name not in _YET_TO_COME
    )
