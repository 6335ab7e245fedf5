"""Does a completion fit where the cursor is, and how much of it.

The recogniser stands at the cursor; completion and suffix are fed to it. As soon as
its stack, after a token of the suffix, is the one it had there without the
completion, the rest of the text is read as before and nothing more need be looked at.
Until then the same headers and brackets must be open: else what follows has moved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from fastformula import Parsed, parse
from fastformula.syntax import Stack, Token, recogniser
from fastformula.syntax.recogniser import same_shape, same_stack, tokens_on
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
    depth: int
    """How many brackets are open at the cursor that its own line has opened."""
    suffix: list[tuple[Token, Stack]] = field(default_factory=list)
    """Tokens behind the cursor with the stack after each, as far as read."""
    unread: Iterator[tuple[Token, Stack]] = field(default_factory=lambda: iter(()))
    """The rest of them."""
    known: dict[int, Stack] = field(default_factory=dict)
    """By offset, a stack with which a broken text was read to its end."""


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
        depth=_depth_on_line(text, offset, prefix.tokens),
    )
    place.unread = (
        (token, stack)
        for token, stack in _read(text, anchor, place.stack)
        if token.start >= offset and stack is not None
    )
    return place


def _read(text: str, anchor: int, stack: Stack) -> Iterator[tuple[Token, Stack | None]]:
    """Tokens from `anchor` with the stack after each, up to one that does not fit."""
    after: Stack | None = stack
    for token in mark_return_lists(scan(text, anchor)):
        after = recogniser().feed(stack, token.kind)
        yield token, after
        if after is None:
            return
        stack = after


def _suffix_token(place: Place, number: int) -> tuple[Token, Stack] | None:
    """The token so many behind the cursor, and the stack after it as things are."""
    while len(place.suffix) <= number:
        following = next(place.unread, None)
        if following is None:
            return None
        place.suffix.append(following)
    return place.suffix[number]


def _depth_on_line(text: str, offset: int, tokens: Sequence[Token]) -> int:
    line_start = text.rfind("\n", 0, offset) + 1
    return _depth(0, (token for token in tokens if token.start >= line_start))


def _depth(depth: int, tokens: Iterable[Token]) -> int:
    """The depth after `tokens`; what closes brackets of other lines does not count."""
    for token in tokens:
        depth = max(0, depth + {"LPAR": 1, "RPAR": -1}.get(token.kind, 0))
    return depth


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
    """Whether `middle` can stand at the cursor.

    In a text without errors: the whole can be read to its end, and, unless
    `place.may_adopt`, what follows stays inside the same headers and brackets. In a
    broken one: `middle` itself can be read; the rest is for `adds_no_error`.
    """
    shift = len(middle)
    end = place.offset + shift
    text = place.text[: place.offset] + middle + place.text[place.offset :]
    number = 0
    read: dict[int, Stack] = {}
    for token, stack in _read(text, place.anchor, place.stack):
        if stack is None:
            return not place.valid and token.start >= end
        if token.start < end:
            # A token that runs over the end has swallowed what follows.
            if token.end > end and token.end - shift > _word_end(place):
                return False
            continue
        at = token.start - shift
        if not place.valid:
            known = place.known.get(at)
            if known is not None and same_stack(known, stack):
                break
            read[at] = stack
            continue
        now = _suffix_token(place, number)
        number += 1
        if now is None or now[0].start != at:
            return False
        if same_stack(now[1], stack):
            return True
        if not place.may_adopt and not same_shape(now[1], stack):
            return False
    # What was read to the end once need not be read again for the next candidate.
    place.known.update(read)
    return True


def _word_end(place: Place) -> int:
    """Where the word ends that the cursor touches, if it touches one."""
    end = place.offset
    while end < len(place.text) and (
        place.text[end].isalnum() or place.text[end] == "_"
    ):
        end += 1
    return end


def adds_no_error(place: Place, middle: str) -> bool:
    """Whether the whole text with `middle` is no worse than it is without.

    A text that breaks off inside a bracket still breaks off behind the completion,
    so the one error that may stand there is that something is missing.
    """
    shift = len(middle)
    text = place.text[: place.offset] + middle + place.text[place.offset :]
    errors = parse(text).errors
    before = [error for error in place.parsed.errors if error.code != "semicolon"]
    known = {(error.code, error.span.start) for error in before}
    # Lines further down that are wrong anyway: mended from another start, another
    # token of theirs may be the one that is blamed.
    broken = {_line_end(place.text, error.span.start) for error in before}
    broken.discard(_line_end(place.text, place.offset))
    fresh = []
    excused = False
    for error in errors:
        start = error.span.start
        behind = start >= place.offset + shift
        if (error.code, start - shift if behind else start) in known:
            continue
        if behind and _line_end(place.text, start - shift) in broken:
            excused = True
            continue
        fresh.append(error)
    if not errors:
        return True
    # How a broken text is mended tells little of a line that is itself unfinished.
    if _leaves_open(place, middle):
        return False
    if not fresh:
        return not excused or len(errors) <= len(before)
    return (
        len(errors) <= len(before)
        and all(error.code == "syntax-missing" for error in fresh)
        and all(error.span.end >= place.offset + shift for error in fresh)
    )


def _line_end(text: str, offset: int) -> int:
    end = text.find("\n", offset)
    return len(text) if end < 0 else end


def _leaves_open(place: Place, middle: str) -> bool:
    """Whether the statement that `middle` ends in still waits for more.

    A block that is not closed yet does not count: its bracket is for later lines.
    """
    feed = recogniser().feed
    stack = _stack_at(place, middle)
    if missing_brackets(place, middle):
        return True
    if not feed(stack, "UNKNOWN") and not feed(stack, "RPAR"):
        return True
    kinds = [kind for kind, _ in tokens_on(stack)]
    opener = kinds.index("LPAR") + 1 if "LPAR" in kinds else len(kinds)
    return (
        kinds[:1] in (["THEN"], ["ELSE"], ["LOOP"])
        or (kinds[:1] == ["RPAR"] and kinds[opener : opener + 1] == ["CHANGE_CONTEXTS"])
        or _balance(stack) > _balance(_stack_at(place, ""))
    )


def _balance(stack: Stack) -> int:
    weights = {"LPAR": 1, "LSQB": 1, "RPAR": -1, "RSQB": -1}
    return sum(weights.get(kind, 0) for kind, _ in tokens_on(stack))


def missing_brackets(place: Place, middle: str) -> int:
    """How many brackets the cursor's line, with `middle`, opens and does not close."""
    text = place.text[place.anchor : place.offset] + middle
    start = place.offset - place.anchor
    said = (token for token in scan(text) if token.start >= start)
    depth = _depth(place.depth, said)
    rest = place.text[place.offset : _line_end(place.text, place.offset)]
    return max(0, depth + rest.count("(") - rest.count(")"))


def _stack_at(place: Place, middle: str) -> Stack:
    text = place.text[place.anchor : place.offset] + middle
    last = place.stack
    for token, stack in _read(text, 0, place.stack):
        if stack is None or token.kind == END:
            break
        last = stack
    return last


def prefixes(place: Place, middle: str) -> Iterator[str]:
    """Shorter and shorter beginnings of `middle`, each ending with a token."""
    text = place.text[: place.offset] + middle
    ends = [token.end for token in scan(text, place.anchor) if token.end > place.offset]
    for end in sorted(set(ends), reverse=True):
        yield text[place.offset : end]


def trim_to_fit(place: Place, middle: str) -> str:
    """The longest beginning of `middle` that fits; "" where none does.

    Brackets that the cursor's line has opened are closed behind it where they lack.

    Of those that fit, one that ends its line as the model did is worth more than a
    longer one that breaks off.
    """
    shorter = ""
    tries = 0
    for beginning in prefixes(place, middle):
        rest = middle[len(beginning) :]
        for candidate in _with_brackets(place, beginning):
            if not fits(place, candidate):
                continue
            tries += not place.valid
            if tries > _MOST_PARSES:
                return shorter
            if not place.valid and not adds_no_error(place, candidate):
                continue
            if not rest.strip() or "\n" in rest[: len(rest) - len(rest.lstrip())]:
                return candidate
            shorter = shorter or candidate
    return shorter


def _with_brackets(place: Place, beginning: str) -> Iterator[str]:
    """`beginning`, and in a broken text the same with the brackets its line lacks."""
    yield beginning
    if not place.valid and "\n" not in beginning:
        missing = missing_brackets(place, beginning)
        if missing:
            yield beginning + ")" * missing


_MOST_PARSES = 8
"""How many beginnings are tried with a whole parse each, in a broken text."""
