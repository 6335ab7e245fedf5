"""Take out of a formula what is nobody's business: by rule, in literals and comments.

What is found is replaced by neutral text of the same kind, the same value by the same
text wherever it stands in the formula, so that the formula still parses and does the
same as before: an e-mail address stays one, a number keeps its digits' places. Code
is left alone, but for long whole numbers. Rules find what has a form; a name in the
middle of a sentence has none, so read what you give away.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from fastformula.syntax import Token, tokenize, trivia
from fastformula.syntax.tokens import COMMENT_KINDS, NAMES
from fastformula.text import Span

from fastformula_training.data.literal_rules import (
    DATES,
    LONG_NUMBER,
    NEUTRAL,
    RULES,
    VALUES,
    Rule,
)


class Masked(NamedTuple):
    """A text without personal literals, and how many each rule has replaced."""

    text: str
    counts: Mapping[str, int]


def mask(text: str) -> Masked:
    """Mask the text literals, comments and long whole numbers of a formula."""
    places = sorted(_places(text), key=lambda place: place.span.start)
    known: dict[tuple[str, str], str] = {}
    counts: Counter[str] = Counter()
    parts: list[str] = []
    done = 0
    for place in places:
        span = place.span
        parts.append(text[done : span.start])
        parts.append(_mask(span.text_in(text), place.rules, known, counts))
        done = span.end
    return Masked("".join((*parts, text[done:])), dict(sorted(counts.items())))


def mask_words(text: str) -> Masked:
    """Mask a text that is no formula, such as an instruction."""
    counts: Counter[str] = Counter()
    return Masked(_mask(text, RULES, {}, counts), dict(sorted(counts.items())))


class _Place(NamedTuple):
    span: Span
    rules: Sequence[Rule]


def _places(text: str) -> Iterator[_Place]:
    """Where rules look, and which of them."""
    last: list[Token] = []
    for token in tokenize(text):
        for piece in trivia(text, token) if token.lead < token.start else ():
            if piece.kind in COMMENT_KINDS:
                yield _Place(piece.span, RULES)
        if token.kind == "TEXT":
            inside = Span(token.start + 1, token.end - 1)
            rules = _rules_of(last, text)
            fits = rules and rules[0].pattern.fullmatch(inside.text_in(text))
            yield _Place(inside, rules if fits else RULES)
        elif token.kind == "NUMBER":
            yield _Place(token.span, (LONG_NUMBER,))
        last = [*last[-1:], token]


_BETWEEN = frozenset({"EQUAL", "NE", "LIKE", "IS"})


def _rules_of(last: Sequence[Token], text: str) -> Sequence[Rule]:
    """The rule for a literal behind these tokens, by the variable whose value it is."""
    if len(last) < 2 or last[0].kind not in NAMES or last[1].kind not in _BETWEEN:
        return ()
    name = last[0].text_in(text).strip('"')
    return tuple(rule for names, rule in VALUES if names.search(name))[:1]


def _mask(
    text: str,
    rules: Sequence[Rule],
    known: dict[tuple[str, str], str],
    counts: Counter[str],
) -> str:
    """Replace what the rules find; where several do, the earlier rule."""
    taken = [(*match.span(), match[0]) for match in DATES.finditer(text)]
    for rule in rules:
        for match in rule.pattern.finditer(text):
            start, end = match.span("it" if "it" in rule.pattern.groupindex else 0)
            value = text[start:end]
            if not rule.holds(value) or NEUTRAL.fullmatch(value):
                continue
            if any(start < other_end and other < end for other, other_end, _ in taken):
                continue
            key = (rule.name, value.upper())
            if key not in known:
                number = sum(name == rule.name for name, _ in known) + 1
                known[key] = rule.neutral(value, number)
            counts[rule.name] += 1
            taken.append((start, end, known[key]))
    for start, end, neutral in sorted(taken, reverse=True):
        text = text[:start] + neutral + text[end:]
    return text
