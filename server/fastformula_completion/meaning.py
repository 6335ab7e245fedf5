"""What the checks would flag if a completion were accepted, and do not flag now."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import NamedTuple

from fastformula import Parsed, parse
from fastformula.analysis import Analysis, analyze
from fastformula.diagnostic import Diagnostic, Severity
from fastformula.linter import Configuration, lint
from fastformula.linter.regions import overlap, touch
from fastformula.linter.rule import Rule
from fastformula.linter.rules import RULES
from fastformula.syntax.rereading import Reread, reread
from fastformula.text import Edit, Span

from fastformula_completion.excerpt import (
    LOOSE,
    TIGHT,
    WIDE,
    Breadth,
    choose,
    cut_down,
    cut_down_anew,
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

_OF_NEIGHBOURS = frozenset({"overwritten-value"})
"""Rules about two statements that stand side by side, as no others do in an excerpt."""

_OF_TYPES = frozenset({"inconsistent-types", "operator-types"})
"""Rules that are right where the names have the types that they have in the whole."""

_TARGET = re.compile(r".*?(\w+)\s*(?:\[[^\]\n]*\]\s*)?=")
"""A line up to the first name that may be assigned."""

_DECLARES = re.compile(r"\s*(?:DEFAULT|INPUTS|ALIAS)", re.IGNORECASE)

_WORD = re.compile(r"\w+")
_WORD_ENDS = re.compile(r"(?<!\w)\w+\Z")


class Meaning:
    """A text that was analysed, ready to judge completions at a place in it."""

    __slots__ = (
        "_analysis",
        "_configuration",
        "_environment",
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

    def objections(self, middle: str) -> tuple[Diagnostic, ...]:
        """What is wrong with `middle` at the cursor.

        Errors and warnings about it, and about what stands elsewhere and speaks of the
        same names, unless they were there before. Spans are those of the text with
        `middle` in it. What the author wrote in an unfinished statement is not blamed
        on what finishes it.
        """
        place = self._place
        line = _line_around(place.text, place.offset)
        offer = self._offer(middle)
        breadth = TIGHT
        if _DECLARES.match(place.text[line.start : place.offset] + middle):
            # It may change what a name is wherever that stands.
            breadth = WIDE
        judged = self._judge(self._cut_down(offer, breadth), self._rules)
        found = tuple(self._blamed(offer, breadth, judged.found))
        certain = tuple(
            each for each in found if self._is_certain(each, middle, judged.analysis)
        )
        if certain or not (found or self._lacks_types(offer, judged.analysis)):
            return certain
        judged = self._judge(self._cut_down(offer, LOOSE), self._rules)
        return tuple(self._blamed(offer, LOOSE, judged.found))

    def _lacks_types(self, offer: _Offer, seen: Analysis) -> bool:
        """Whether an excerpt does not show the type of a name of the offer.

        It cannot show then, either, that the name does not go with another.
        """
        symbols = self._analysis.symbols
        return any(
            name in symbols
            and symbols[name].type not in (None, seen.symbols[name].type)
            for name in offer.blamed & seen.symbols.keys()
        )

    def _is_certain(self, diagnostic: Diagnostic, middle: str, seen: Analysis) -> bool:
        """Whether nothing that an excerpt lacks could excuse what is found in it."""
        code = diagnostic.code
        if code == "unknown-function" or code in _OF_PLACE | _OF_NEIGHBOURS:
            return True
        if code in _OF_TYPES:
            words = _words(diagnostic.span.text_in(seen.parsed.text))
            return all(
                (whole := self._analysis.symbols.get(word)) is not None
                and whole.type is not None
                and whole.type == seen.symbols[word].type
                for word in words & seen.symbols.keys()
            )
        start, end = diagnostic.span
        offset = self._place.offset
        word = middle[max(0, start - offset) : end - offset].strip('"').upper()
        is_whole = start >= offset and end <= offset + len(middle)
        if code not in _NOWHERE or not is_whole:
            return False
        return next(self._outline.sources(word), None) is None

    def _offer(self, middle: str) -> _Offer:
        place = self._place
        edit = Edit(Span(place.offset, place.offset), middle)
        line = _line_around(place.text, place.offset)
        said = Span(place.offset, place.offset + len(middle))
        before, after = place.text[: said.start], place.text[said.start :]
        begun, rest = before[line.start :], after[: line.end - said.start]
        # A name that grows is another one, and the old one is gone.
        names = _words(begun + middle + rest) | _words(begun + rest)
        # In an unfinished statement, names of the author's may have been wrong before.
        blamed = names
        if place.is_broken:
            # A word that the offer finishes is the offer's.
            head, tail = _WORD_ENDS.search(begun), _WORD.match(rest)
            ends = (head.group() if head else ""), (tail.group() if tail else "")
            target = _TARGET.match(before, line.start)
            blamed = _words(f"{ends[0]}{middle}{ends[1]}")
            blamed |= _words(target.group(1) if target else "")
        text = before + middle + after
        whole = Span(line.start, line.end + len(middle))
        rest_of_text = text[whole.end :]
        blank = len(rest_of_text) - len(rest_of_text.lstrip())
        below = _line_around(text, whole.end + blank)
        if not place.is_broken:
            names = names | _words(below.text_in(text))
        # The statements on both sides may become part of what was said.
        start = len(text[: line.start].rstrip())
        end = len(place.text) - len(place.text[line.end :].lstrip())
        again = reread(self._analysis.parsed, edit)
        return _Offer(
            edit, text, again, said, whole, below, names, blamed, Span(start, end + 1)
        )

    def _kept(self, offer: _Offer, breadth: Breadth) -> set[Span] | None:
        return choose(self._outline, offer.names, offer.around, breadth)

    def _cut_down(self, offer: _Offer, breadth: Breadth) -> Parsed:
        if offer.again is None:
            return parse(offer.text)
        kept = self._kept(offer, breadth)
        return cut_down_anew(self._outline, kept, offer.edit, offer.again)

    def _blamed(
        self, offer: _Offer, breadth: Breadth, found: Iterable[Diagnostic]
    ) -> Iterator[Diagnostic]:
        """What of `found` is the offer's fault."""
        place, whole = self._place, offer.whole
        suspects: list[Diagnostic] = []
        for each in found:
            span = each.span
            is_syntax = each.code.startswith("syntax")
            if overlap(span, offer.said) or (is_syntax and touch(span, whole)):
                yield each
                continue
            if place.is_broken and (touch(span, whole) or each.code in _NAMING):
                continue
            near = Span(offer.around.start, offer.below.end)
            if each.code in _OF_NEIGHBOURS and not touch(span, near):
                continue
            # A value of the wrong type does not name what it is given to.
            spots = (span, *(other.span for other in each.related))
            words = (_words(spot.text_in(offer.text)) for spot in spots)
            is_named = not offer.blamed.isdisjoint(chain.from_iterable(words))
            # What follows may have become part of another statement.
            is_next = not place.is_broken and touch(span, offer.below)
            if is_named or is_next or each.code in _OF_PLACE:
                suspects.append(each)
        if suspects:
            kept = None if offer.again is None else self._kept(offer, breadth)
            known = self._known(kept, {each.code for each in suspects})
            for each in suspects:
                if not _was_there(each, offer.said, known):
                    yield each

    def _judge(self, parsed: Parsed, rules: Sequence[Rule]) -> _Judged:
        analysis = analyze(parsed, self._environment)
        found = lint(analysis, self._configuration, rules)
        return _Judged(analysis, [each for each in found if each.severity in _GRAVE])

    def _known(
        self, kept: Collection[Span] | None, codes: Collection[str]
    ) -> dict[tuple[str, int], Severity]:
        """How bad what such rules find without the offer is, by its code and place."""
        rules = [rule for rule in self._rules if rule.name in codes]
        found = self._judge(cut_down(self._outline, kept), rules).found
        return {(each.code, each.span.start): each.severity for each in found}


class _Judged(NamedTuple):
    """What the checks say of a text."""

    analysis: Analysis
    found: Sequence[Diagnostic]


class _Offer(NamedTuple):
    """A completion in its place."""

    edit: Edit
    text: str
    """The text with it."""
    again: Reread | None
    """What it makes another; None where that may be everything."""
    said: Span
    whole: Span
    """The lines that it stands in."""
    below: Span
    """The line that follows."""
    names: set[str]
    """What it may have to do with."""
    blamed: set[str]
    """By which names what is wrong elsewhere is its fault."""
    around: Span
    """The text without it, from the statement before its line to the one behind."""


def _was_there(
    diagnostic: Diagnostic, said: Span, known: Mapping[tuple[str, int], Severity]
) -> bool:
    """Whether the text without the completion has the same at the same place."""
    start = diagnostic.span.start
    back = said.end - said.start if start >= said.end else 0
    old = known.get((diagnostic.code, start - back))
    return old in (Severity.ERROR, diagnostic.severity)


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
