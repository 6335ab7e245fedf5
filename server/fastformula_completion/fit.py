"""Does a completion fit where the cursor is, and how much of it.

The recogniser stands at the cursor; completion and suffix are fed to it. As soon as
its stack, after a token of the suffix, is the one it had there without the
completion, the rest of the text is read as before and nothing more need be looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from fastformula import Parsed, parse
from fastformula.syntax import Stack, Token, recogniser
from fastformula.syntax.recogniser import same_stack
from fastformula.syntax.recovery import read_prefix
from fastformula.syntax.tokens import END, mark_return_lists, scan

_OVERLAP = 3
"""How many tokens before the cursor are read again with the completion.

The last may grow with it, and a RETURN is a list or not by the two tokens behind it.
"""

_HEADERS = ("THEN", "ELSE", "LOOP")


@dataclass(slots=True)
class Place:
    """A cursor in a text, ready to try completions at."""

    text: str
    offset: int
    parsed: Parsed
    anchor: int
    """Where reading begins again, at a token a little before the cursor."""
    stack: Stack
    """The automaton's stack at the anchor."""
    valid: bool
    """Whether the text has no syntax error as it is."""
    may_adopt: bool
    """Whether what follows may become part of what the completion begins."""
    reference: dict[int, Stack] = field(default_factory=dict)
    """By offset, stacks after tokens of the suffix with which all that follows fits."""


def open_place(text: str, offset: int) -> Place:
    """Read `text` up to `offset`, mending on the way what is wrong there."""
    parsed = parse(text)
    prefix = read_prefix(text[:offset])
    at = max(0, len(prefix.tokens) - _OVERLAP)
    anchor = prefix.tokens[at].start if prefix.tokens else offset
    valid = not any(error.code.startswith("syntax") for error in parsed.errors)
    place = Place(
        text,
        offset,
        parsed,
        anchor,
        prefix.stacks[at],
        valid,
        may_adopt=not valid or _ends_header(text, offset, prefix.tokens),
    )
    if valid:
        _note_suffix(place)
    return place


def _note_suffix(place: Place) -> None:
    """Note the stacks after the first two whole tokens behind the cursor."""
    stack: Stack | None = place.stack
    for token in mark_return_lists(scan(place.text, place.anchor)):
        stack = recogniser().feed(stack, token.kind) if stack else None
        if stack is None or len(place.reference) == 2:
            return
        if token.start >= place.offset:
            place.reference[token.start] = stack


def _ends_header(text: str, offset: int, tokens: Sequence[Token]) -> bool:
    """Whether the cursor stands right behind a header whose body is not deeper.

    `IF c THEN ▮` with the next line no deeper than the IF: that line is only by
    accident the body, and the author is about to write another one.
    """
    if not tokens or tokens[-1].kind not in _HEADERS:
        return False
    line_start = text.rfind("\n", 0, tokens[-1].start) + 1
    following = text[offset:].lstrip()
    if not following:
        return True
    next_start = len(text) - len(following)
    next_line = text.rfind("\n", 0, next_start) + 1
    if next_line <= line_start:
        return False
    return _indent(text, next_line) <= _indent(text, line_start)


def _indent(text: str, line_start: int) -> int:
    line = text[line_start:].split("\n", 1)[0].expandtabs(8)
    return len(line) - len(line.lstrip())


def fits(place: Place, middle: str) -> bool:
    """Whether the text with `middle` at the cursor can be read to its end.

    And, unless `place.may_adopt`, whether what follows keeps its place in the tree.
    A text that is broken further down may stay so: that is for `adds_no_error`.
    """
    shift = len(middle)
    end = place.offset + shift
    text = place.text[: place.offset] + middle + place.text[place.offset :]
    feed = recogniser().feed
    stack: Stack | None = place.stack
    read: list[tuple[int, Stack]] = []
    for token in mark_return_lists(scan(text, place.anchor)):
        assert stack is not None
        stack = feed(stack, token.kind)
        if stack is None:
            if token.start < end or place.valid:
                return False
            # Something that is wrong further down anyway, perhaps.
            return any(
                error.span.start <= token.end - shift
                and token.start - shift <= error.span.end
                and error.span.start > _line_end(place)
                for error in place.parsed.errors
            )
        if token.start < end or token.kind == END:
            continue
        at = token.start - shift
        known = place.reference.get(at)
        if known is not None and same_stack(known, stack):
            break
        # A bracket that closes what was open at the cursor still holds what the
        # completion put into it; one token on there must be no difference left.
        closes = not read and token.kind in ("RPAR", "RSQB")
        if place.valid and not place.may_adopt and not closes:
            return False
        read.append((at, stack))
    if not place.valid:
        # What was read to the end once need not be read again for the next candidate.
        place.reference.update(read)
    return True


def _line_end(place: Place) -> int:
    end = place.text.find("\n", place.offset)
    return len(place.text) if end < 0 else end


def adds_no_error(place: Place, middle: str) -> bool:
    """Whether the whole text with `middle` has only the errors it has without."""
    shift = len(middle)
    text = place.text[: place.offset] + middle + place.text[place.offset :]
    known = {(error.code, error.span.start) for error in place.parsed.errors}
    for error in parse(text).errors:
        start = error.span.start
        if start >= place.offset + shift:
            start -= shift
        elif error.span.end > place.offset:
            return False
        if (error.code, start) not in known:
            return False
    return True


def prefixes(place: Place, middle: str) -> Iterator[str]:
    """Shorter and shorter beginnings of `middle`, each ending with a token."""
    text = place.text[: place.offset] + middle
    ends = [token.end for token in scan(text, place.anchor) if token.end > place.offset]
    for end in sorted(set(ends), reverse=True):
        yield text[place.offset : end]


def trim_to_fit(place: Place, middle: str) -> str:
    """The longest beginning of `middle` that fits; "" where none does.

    Of those that fit, one that ends its line as the model did is worth more than a
    longer one that breaks off.
    """
    shorter = ""
    for candidate in prefixes(place, middle):
        if not fits(place, candidate):
            continue
        rest = middle[len(candidate) :]
        if not rest.strip() or "\n" in rest[: len(rest) - len(rest.lstrip())]:
            return candidate
        shorter = shorter or candidate
    return shorter
