"""A text read by the automaton around a cursor, mended on both sides of it.

What stands before the cursor is read as if the text ended there. What stands behind it
is read on from there, and each of its tokens remembers the stack after it: a completion
that comes to the same stack at the same token leaves all that follows as it was.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from fastformula.syntax import Stack, Token, recogniser, tokenize
from fastformula.syntax.normalisation import normalise
from fastformula.syntax.recogniser import START
from fastformula.syntax.repair import Repair, find_repair, skip_rest
from fastformula.syntax.rewriting import MOST_ERRORS
from fastformula.syntax.tokens import END

from fastformula_completion.lacking import NEAR, find_filler

OVERLAP = 3
"""How many tokens before a place are read again with what follows it.

The last may grow with it, and a RETURN is a list or not by the two tokens behind it.
"""


class Before(NamedTuple):
    """The text before a cursor; `stacks[i]` stands before `tokens[i]`."""

    tokens: Sequence[Token]
    stacks: Sequence[Stack]
    anchor: int
    """The index of a token from which on all are as they are written."""
    anchor_offset: int
    """Where that token begins."""
    statement: int
    """The index of the token that the last statement begins with."""
    is_broken: bool
    """Whether the statement that the cursor stands in is wrong already."""


class Slot(NamedTuple):
    """A token behind a cursor, as it is to be read."""

    token: Token
    kinds: tuple[str, ...]
    """What is fed for it: itself, nothing where it is dropped, more where some lack."""
    stack: Stack
    """The automaton's stack behind it, as the text is now."""


class Behind(NamedTuple):
    """The text behind a cursor."""

    slots: Iterator[Slot]
    is_broken: bool
    """Whether something lacks at the cursor."""
    owed: int
    """How many slots have to fit as they are written, for what is wrong up to there is
    what lacks at the cursor. What is wrong further down is wrong for itself."""
    unclosed: int
    """How many blocks the text opens and does not close."""


class _Mend(NamedTuple):
    bad: Token
    first: Token
    """The first token that the repair touches, or that it inserts something before."""
    repair: Repair


class _Read(NamedTuple):
    """Tokens as mended, the stack before each and behind the last, and the mends."""

    tokens: list[Token]
    stacks: list[Stack]
    mends: list[_Mend]


def read_before(text: str, offset: int) -> Before:
    """Read `text` up to `offset`."""
    head = text[:offset]
    written = tokenize(head)
    work, foreign = normalise(head, written)
    written.pop()
    # The end of a prefix is not the end of the formula: nothing is missing there.
    read = _run(head, [*work], [START], 0, reads_end=False)
    begun = offset
    last = work[-2] if len(work) > 1 else work[-1]
    if last.end == offset and any(mend.bad == last for mend in read.mends):
        # A word that is only half there need not fit anywhere yet.
        begun = last.start
        work.remove(last)
        written.pop()
        read = _run(head, [*work], [START], 0, reads_end=False)
    tokens, stacks, mends = read
    anchor = len(tokens)
    while len(tokens) - anchor < min(OVERLAP, len(written), len(tokens)):
        if tokens[anchor - 1] != written[anchor - 1 - len(tokens)]:
            break
        anchor -= 1
    statement = _statement_start(tokens, stacks)
    floor = tokens[statement].start if tokens else 0
    if recogniser().feed(stacks[-1], "UNKNOWN") is not None:
        floor = max(floor, head.rfind("\n") + 1)
    return Before(
        tokens,
        stacks,
        anchor,
        tokens[anchor].start if anchor < len(tokens) else begun,
        statement,
        is_broken=any(mend.bad.start >= floor for mend in mends)
        or any(error.span.start >= floor for error in foreign),
    )


def _statement_start(tokens: Sequence[Token], stacks: Sequence[Stack]) -> int:
    for at in range(len(tokens) - 1, -1, -1):
        if _begins_statement(stacks[at + 1]):
            return at
    return 0


def _begins_statement(stack: Stack) -> bool:
    """Whether the token on top of `stack` is the first of a statement."""
    below = stack.below
    if below is None:
        return False
    other = recogniser().feed(below, "UNKNOWN")
    return other is not None and other.below is below


def read_behind(
    text: str, offset: int, before: Before, tokens: Sequence[Token], *, is_valid: bool
) -> Behind:
    """Read on in `text`, from the anchor of `before` over the cursor to the end.

    `tokens` are those of the whole text; one that the cursor cuts is read whole.
    `is_valid` where the text is known to have no syntax errors: then only as much is
    read as is asked for.
    """
    anchor, start = before.anchor, before.anchor_offset
    known, stacks = before.tokens[:anchor], before.stacks[: anchor + 1]
    if is_valid:
        joined = tokens[bisect_left(tokens, start, key=_start) :]
        return Behind(_read_valid(joined, stacks[-1], offset), False, 0, 0)
    work, _ = normalise(text, tokens)
    joined = [token for token in work if token.start >= start]
    rest = [token for token in work if token.start >= offset]
    floor = min(anchor, before.statement)
    read = _run(text, [*known, *joined], list(stacks), floor)
    edge = max((token.end for token in work if token.start < offset), default=0)
    behind, first = _behind(rest, read, floor, edge)
    if first is None:
        return behind
    filler = find_filler(before.stacks[-1], rest, first)
    if filler:
        # What follows is judged as if what lacks at the cursor stood there.
        place = Token("", edge, edge, edge)
        whole = [*before.tokens, *(place._replace(kind=kind) for kind in filler), *rest]
        floor = len(before.tokens) + len(filler)
        again = _run(text, whole, list(before.stacks), floor)
        behind, _ = _behind(rest, again, floor, edge)
        return behind._replace(is_broken=True)
    return behind


def _start(token: Token) -> int:
    return token.start


def _behind(
    rest: Sequence[Token], read: _Read, floor: int, edge: int
) -> tuple[Behind, int | None]:
    """What follows, and how much of it fits before something seems to lack."""
    slots = _slots(rest, read, floor, edge)
    unclosed = sum(
        token.kind == "RPAR"
        for mend in read.mends
        if mend.bad.kind == END
        for token in mend.repair.tokens
    )
    owed, suspect = _count_owed(slots, read.mends)
    raw = (slot._replace(kinds=(slot.token.kind,)) for slot in slots[:owed])
    return (
        Behind(iter((*raw, *slots[owed:])), owed > 0, owed, unclosed),
        suspect,
    )


def _read_valid(tokens: Sequence[Token], stack: Stack, offset: int) -> Iterator[Slot]:
    feed = recogniser().feed
    for token in tokens:
        after = feed(stack, token.kind)
        if after is None:
            return
        stack = after
        if token.start >= offset:
            yield Slot(token, (token.kind,), stack)


def _run(
    text: str,
    tokens: list[Token],
    stacks: list[Stack],
    floor: int,
    *,
    reads_end: bool = True,
) -> _Read:
    """Feed `tokens` behind `stacks`, mending, but nothing before index `floor`."""
    feed = recogniser().feed
    mends: list[_Mend] = []
    while len(stacks) <= len(tokens):
        at = len(stacks) - 1
        bad = tokens[at]
        if bad.kind == END and not reads_end:
            del tokens[at:]
            break
        after = feed(stacks[at], bad.kind)
        if after is not None:
            stacks.append(after)
            continue
        if len(mends) < MOST_ERRORS:
            repair = find_repair(text, stacks, tokens, at)
        else:
            repair = skip_rest(stacks, tokens, at)
        if repair.at < floor:
            repair = _repair_here(stacks, tokens, at) or repair
        mends.append(_Mend(bad, tokens[repair.at], repair))
        tokens[repair.at : repair.at + repair.removed] = repair.tokens
        del stacks[repair.at + 1 :]
    return _Read(tokens, stacks, mends)


def _repair_here(
    stacks: Sequence[Stack], tokens: Sequence[Token], at: int
) -> Repair | None:
    """A repair at `tokens[at]` itself: a `)` before the end, or without the token."""
    token = tokens[at]
    if token.kind != END:
        return Repair("delete", at, 1, ())
    if recogniser().feed(stacks[at], "RPAR") is None:
        return None
    place = token.lead
    return Repair("insert", at, 0, (Token("RPAR", place, place, place),))


def _slots(rest: Sequence[Token], read: _Read, floor: int, edge: int) -> list[Slot]:
    """The slots of `rest`, which begins behind index `floor` and offset `edge`."""
    numbers = {token: number for number, token in enumerate(rest)}
    slots: list[Slot] = []
    extra: list[str] = []
    for at in range(floor, len(read.tokens)):
        token = read.tokens[at]
        number = numbers.get(token)
        if number is None:
            if token.start >= edge:
                extra.append(token.kind)
            continue
        slots += (Slot(each, (), read.stacks[at]) for each in rest[len(slots) : number])
        slots.append(Slot(token, (*extra, token.kind), read.stacks[at + 1]))
        extra.clear()
    return slots


def _count_owed(
    slots: Sequence[Slot], mends: Sequence[_Mend]
) -> tuple[int, int | None]:
    """How many slots hang on the cursor, and which is the first that may."""
    numbers = {slot.token: number for number, slot in enumerate(slots)}
    first = next(
        (
            number
            for number, slot in enumerate(slots)
            if slot.kinds and _begins_statement(slot.stack)
        ),
        len(slots) - 1,
    )
    owed = 0
    suspect: int | None = None
    for mend in mends:
        number = numbers.get(mend.bad, -1)
        touched = min(number, numbers.get(mend.first, -1))
        is_unclosed = {token.kind for token in mend.repair.tokens} == {"RPAR"}
        if mend.bad.kind == END and is_unclosed and number > first:
            continue
        if touched <= first:
            owed = max(owed, number + 1)
        elif number >= NEAR:
            continue
        if suspect is None:
            suspect = number
    return owed, suspect
