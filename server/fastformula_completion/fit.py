"""Does a completion fit where the cursor is, and how much of it.

The recogniser stands at the cursor; completion and what follows are fed to it. As soon
as its stack, behind a token that follows, is the one it had there without the
completion, the rest of the text is read as before and nothing more need be looked at.
Until then the same headers and brackets must be open: else what follows has moved.

What is wrong because of what lacks at the cursor has to be right with the completion;
what is wrong elsewhere may stay as it is.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import chain, islice, zip_longest

from fastformula import Parsed, parse
from fastformula.syntax import Stack, Token, recogniser, trivia
from fastformula.syntax.normalisation import normalise
from fastformula.syntax.recogniser import same_stack, tokens_on
from fastformula.syntax.tables import load_tables
from fastformula.syntax.tokens import END, mark_return_lists, scan

from fastformula_completion.reading import (
    OVERLAP,
    Before,
    Behind,
    Slot,
    read_before,
    read_behind,
)

_HEADERS = ("THEN", "ELSE", "LOOP")


@dataclass(slots=True)
class Place:
    """A cursor in a text, ready to try completions at."""

    text: str
    offset: int
    before: Before
    """With the anchor where reading begins again, a little before the cursor."""
    is_hopeless: bool
    """Whether the statement at the cursor is wrong already before it."""
    is_broken: bool
    """Whether something lacks at the cursor."""
    may_adopt: bool
    """Whether what follows may become part of what the completion begins."""
    depth: int
    """How many brackets are open at the cursor that its own line has opened."""
    behind: Behind
    slots: list[Slot] = field(default_factory=list)
    """Those of `behind`, as far as read."""


def open_place(text: str, offset: int, parsed: Parsed | None = None) -> Place:
    """Read `text` around `offset`, mending what is wrong; `parsed` if it is at hand."""
    parsed = parsed or parse(text)
    before = read_before(text, offset, parsed)
    behind = read_behind(parsed, offset, before)
    return Place(
        text,
        offset,
        before,
        is_hopeless=before.is_broken,
        is_broken=behind.is_broken,
        may_adopt=behind.is_broken or _ends_header(text, offset, before),
        depth=_depth_on_line(text, offset, before.tokens),
        behind=behind,
    )


def _slot(place: Place, number: int) -> Slot | None:
    while len(place.slots) <= number:
        following = next(place.behind.slots, None)
        if following is None:
            return None
        place.slots.append(following)
    return place.slots[number]


def _depth_on_line(text: str, offset: int, tokens: Sequence[Token]) -> int:
    line_start = text.rfind("\n", 0, offset) + 1
    first = bisect_left(tokens, line_start, key=lambda token: token.start)
    return _depth(0, tokens[first:])


def _depth(depth: int, tokens: Iterable[Token]) -> int:
    """The depth after `tokens`; what closes brackets of other lines does not count."""
    for token in tokens:
        depth = max(0, depth + {"LPAR": 1, "RPAR": -1}.get(token.kind, 0))
    return depth


def _ends_header(text: str, offset: int, before: Before) -> bool:
    """Whether the cursor stands right behind a header whose body is not deeper.

    `IF c THEN ▮` with the next line no deeper than the IF: that line is only by
    accident the body, and the author is about to write another one.
    """
    tokens = before.tokens
    kinds = [kind for kind, _ in islice(tokens_on(before.stacks[-1]), 4)]
    is_change = kinds[:1] == ["RPAR"] and "CHANGE_CONTEXTS" in kinds
    if not tokens or not (tokens[-1].kind in _HEADERS or is_change):
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


@dataclass(frozen=True, slots=True)
class _Said:
    """What a model said, as tokens from the anchor on, as far as they fit."""

    tokens: Sequence[Token]
    stacks: Sequence[Stack]
    """The stack before each token."""


def _listen(place: Place, middle: str) -> _Said:
    text = place.text[: place.offset] + middle
    feed = recogniser().feed
    tokens: list[Token] = []
    stacks = [place.before.stacks[place.before.anchor]]
    for token in mark_return_lists(scan(text, place.before.anchor_offset)):
        if token.kind == END:
            break
        if token.end > place.offset and _is_foreign(text, token):
            break
        tokens.append(token)
        after = feed(stacks[-1], token.kind)
        if after is None:
            break
        stacks.append(after)
    return _Said(tokens, stacks)


def _is_foreign(text: str, token: Token) -> bool:
    """Whether a comment of another language stands before `token`."""
    between = text[token.lead : token.start]
    return ("--" in between or "//" in between) and any(
        piece.kind == "foreign-comment" for piece in trivia(text, token)
    )


def fits(place: Place, middle: str) -> bool:
    """Whether `middle` can stand at the cursor.

    The text can then be read to its end, but for what is wrong elsewhere. Unless
    `place.may_adopt`, what follows stays inside the same headers and brackets.
    """
    if place.is_hopeless:
        return False
    said = _listen(place, middle)
    return bool(said.tokens) and _joins(place, said, len(said.tokens), middle)


def _joins(place: Place, said: _Said, count: int, middle: str) -> bool:
    """Whether the first `count` tokens, which end `middle`, go on in what follows."""
    start = max(0, min(count, len(said.stacks)) - OVERLAP)
    stack = said.stacks[start]
    shift = len(middle)
    end = place.offset + shift
    text = place.text[: place.offset] + middle + place.text[place.offset :]
    begin = (
        said.tokens[start].start
        if start < len(said.tokens)
        else place.before.anchor_offset
    )
    own: list[Token] = []
    following = scan(text, begin)
    for token in following:
        if token.start >= end:
            break
        # A token that runs over the end has swallowed what follows.
        if token.end > end and token.end - shift > _word_end(place):
            return False
        own.append(token)
    # It must be the token that it was, from its first character to its last.
    first = _slot(place, 0)
    if first is None or (token.start - shift, token.end - shift) != first.token[1:3]:
        return False
    feed = recogniser().feed
    ahead = (slot.token for number in range(2) if (slot := _slot(place, number)))
    for token, _ in zip(mark_return_lists(chain(own, ahead)), own, strict=False):
        after = feed(stack, token.kind)
        if after is None:
            return False
        stack = after
    return _rejoins(place, stack) and not _says_foreign(place, said, count, text)


def _says_foreign(place: Place, said: _Said, count: int, text: str) -> bool:
    """Whether words of another language stand in what was said."""
    last = said.tokens[count - 1]
    end = Token(END, last.end, last.end, last.end)
    _, errors = normalise(text, [*said.tokens[:count], end])
    return any(error.span.end > place.offset for error in errors)


def _rejoins(place: Place, stack: Stack) -> bool:
    return any(
        _reads_on(place, stack, closed) for closed in range(place.behind.unclosed + 1)
    )


def _reads_on(place: Place, stack: Stack, closed: int) -> bool:
    """Whether what follows can be read; `closed` blocks were closed by what was said.

    Their brackets, which were made up further down, are left out there.
    """
    feed = recogniser().feed
    may_adopt = place.may_adopt or closed > 0
    number = 0
    while slot := _slot(place, number):
        for kind in slot.kinds:
            if kind == "RPAR" and closed and kind != slot.token.kind:
                closed -= 1
                continue
            after = feed(stack, kind)
            if after is None:
                return kind == END and _is_only_unclosed(place, stack)
            stack = after
        number += 1
        if number >= place.behind.owed and same_stack(slot.stack, stack):
            return True
        if not may_adopt and not _same_frame(slot.stack, stack):
            return False
    return True


def _same_frame(one: Stack, other: Stack) -> bool:
    """Whether the same headers and brackets are open in both stacks."""
    for mine, yours in zip_longest(_frame(one), _frame(other)):
        if mine is None or yours is None or mine[0] != yours[0]:
            return False
        if mine[1] is yours[1]:
            return True
    return True


def _frame(stack: Stack) -> Iterator[tuple[str, Stack]]:
    return (each for each in _parts(stack) if each[0] in _FRAME)


def _parts(stack: Stack | None) -> Iterator[tuple[str, Stack]]:
    """The tokens on `stack` that no rule has taken, and the headers that one has."""
    tokens, headers = load_tables().shifted, _headers()
    while stack is not None:
        if stack.state in headers:
            yield _HEADER, stack
        elif kind := tokens.get(stack.state):
            yield kind, stack
        stack = stack.below


@cache
def _headers() -> frozenset[int]:
    """The states behind a header of which the parser has made one thing."""
    rows = load_tables().gotos
    return frozenset(row[_HEADER] for row in rows if _HEADER in row)


_HEADER = "_contexts_header"

_FRAME = {
    "IF",
    "WHILE",
    "CHANGE_CONTEXTS",
    "LPAR",
    "RPAR",
    "LSQB",
    _HEADER,
    *_HEADERS,
}


def _is_only_unclosed(place: Place, stack: Stack) -> bool:
    """Whether nothing lacks but the brackets of blocks that lacked before.

    They are for later lines.
    """
    feed = recogniser().feed
    for _ in range(place.behind.unclosed):
        if _open_bracket(stack) not in ("block", ""):
            return False
        after = feed(stack, "RPAR")
        if after is None:
            return False
        stack = after
        if feed(stack, END) is not None:
            return True
    return False


def _open_bracket(stack: Stack) -> str:
    """What the innermost open bracket is of: a "block", a "list", or there is none."""
    kinds = [kind for kind, _ in _parts(stack)]
    if "LPAR" not in kinds:
        return ""
    header = kinds[kinds.index("LPAR") + 1 : kinds.index("LPAR") + 2]
    return "block" if header and header[0] in (*_HEADERS, _HEADER) else "list"


def _word_end(place: Place) -> int:
    """Where the word ends that the cursor touches, if it touches one."""
    end = place.offset
    while end < len(place.text) and (
        place.text[end].isalnum() or place.text[end] == "_"
    ):
        end += 1
    return end


def missing_brackets(place: Place, middle: str) -> int:
    """How many brackets the cursor's line, with `middle`, opens and does not close."""
    text = place.text[place.before.anchor_offset : place.offset] + middle
    start = place.offset - place.before.anchor_offset
    said = (token for token in scan(text) if token.start >= start)
    depth = _depth(place.depth, said)
    line_end = place.text.find("\n", place.offset)
    line_end = len(place.text) if line_end < 0 else line_end
    rest = place.text[place.offset : line_end]
    return max(0, depth + rest.count("(") - rest.count(")"))


def trim_to_fit(place: Place, middle: str) -> str:
    """The longest beginning of `middle` that fits; "" where none does.

    Brackets that the cursor's line has opened are closed behind it where they lack.

    Of those that fit, one that ends its line as the model did is worth more than a
    longer one that breaks off.
    """
    return next(trims(place, middle), "")


def trims(place: Place, middle: str) -> Iterator[str]:
    """The beginnings of `middle` that fit, the best first, each once.

    Those that end a line as the model did, from the longest to the shortest, and then
    those that break off.
    """
    if place.is_hopeless:
        return
    said = _listen(place, middle)
    broken_off: list[str] = []
    for count in range(len(said.tokens), 0, -1):
        end = said.tokens[count - 1].end
        if end <= place.offset:
            break
        beginning = middle[: end - place.offset]
        rest = middle[len(beginning) :]
        fitting = _fitting(place, said, count, beginning)
        if not fitting:
            continue
        if not rest.strip() or "\n" in rest[: len(rest) - len(rest.lstrip())]:
            yield fitting
        else:
            broken_off.append(fitting)
    yield from broken_off


def _fitting(place: Place, said: _Said, count: int, beginning: str) -> str:
    """`beginning`, or in a broken text the same with the brackets its line lacks."""
    lacks = 0
    if (place.is_broken or place.behind.unclosed) and count < len(said.stacks):
        lacks = missing_brackets(place, beginning)
    # A block that the cursor's line opens, and nothing closes, is closed with it.
    must_close = lacks and place.behind.unclosed
    if not must_close and _joins(place, said, count, beginning):
        return beginning
    if lacks:
        closed = beginning + _closing(place, beginning, lacks)
        if fits(place, closed):
            return closed
    return ""


def _closing(place: Place, beginning: str, brackets: int) -> str:
    if "\n" not in beginning:
        return ")" * brackets
    line = place.text[place.text.rfind("\n", 0, place.offset) + 1 : place.offset]
    return "\n" + line[: len(line) - len(line.lstrip())] + ")" * brackets
