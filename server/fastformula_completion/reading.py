"""A text read by the automaton around a cursor, mended on both sides of it.

What stands before the cursor is read as if the text ended there. What stands behind it
is read on from there, and each of its tokens remembers the stack after it: a completion
that comes to the same stack at the same token leaves all that follows as it was.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import NamedTuple

from fastformula import Parsed
from fastformula.syntax import Stack, Token, recogniser, tokenize
from fastformula.syntax.normalisation import normalise
from fastformula.syntax.recogniser import START, same_stack
from fastformula.syntax.recovery import Mend
from fastformula.syntax.repair import Repair, find_repair, skip_rest
from fastformula.syntax.rereading import find_boundary
from fastformula.syntax.rewriting import MOST_ERRORS
from fastformula.syntax.tokens import END, mark_return_lists, scan

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


class _Read(NamedTuple):
    """Tokens as mended, the stack before each and behind the last, and the mends."""

    tokens: list[Token]
    stacks: list[Stack]
    mends: list[Mend]


def read_before(text: str, offset: int, parsed: Parsed) -> Before:
    """Read the text of `parsed` up to `offset`."""
    head = text[:offset]
    begin, first = _begin(parsed, offset)
    known: Sequence[Token] = parsed.run.tokens[:begin]
    stacks: Sequence[Stack] = parsed.run.stacks[: begin + 1]
    written = _tokenize(head, parsed, first)
    if written is None:
        known, stacks, first = (), (START,), 0
        written = tokenize(head)
    work, foreign = normalise(head, written)
    written = [*parsed.tokens[:first], *written[:-1]]

    def read() -> _Read:
        # The end of a prefix is not the end of the formula: nothing is missing there.
        return _run(head, [*known, *work], [*stacks], 0, reads_end=False)

    found = read()
    begun = offset
    last = work[-2] if len(work) > 1 else work[-1]
    if last.end == offset and any(mend.bad == last for mend in found.mends):
        # A word that is only half there need not fit anywhere yet.
        begun = last.start
        work.remove(last)
        written.pop()
        found = read()
    tokens = found.tokens
    anchor = len(tokens)
    while len(tokens) - anchor < min(OVERLAP, len(written), len(tokens)):
        if tokens[anchor - 1] != written[anchor - 1 - len(tokens)]:
            break
        anchor -= 1
    statement = _statement_start(tokens, found.stacks)
    floor = tokens[statement].start if tokens else 0
    if recogniser().feed(found.stacks[-1], "UNKNOWN") is not None:
        floor = max(floor, head.rfind("\n") + 1)
    return Before(
        tokens,
        found.stacks,
        anchor,
        tokens[anchor].start if anchor < len(tokens) else begun,
        statement,
        is_broken=any(mend.bad.start >= floor for mend in found.mends)
        or any(error.span.start >= floor for error in foreign),
    )


def _begin(parsed: Parsed, offset: int) -> tuple[int, int]:
    """The token, as mended and as written, from which on the text has to be read."""
    if parsed.is_foreign:
        return 0, 0
    cursor = bisect_left(parsed.tokens, offset, key=_end)
    bound = parsed.tokens[max(0, cursor - OVERLAP)].lead
    begin = find_boundary(parsed.run, bound, offset)
    if begin == 0:
        return 0, 0
    start = parsed.run.tokens[begin].start
    return begin, bisect_left(parsed.tokens, start, key=_start)


def _tokenize(head: str, parsed: Parsed, first: int) -> list[Token] | None:
    """The tokens of a beginning of a text from the given one on; None to take all."""
    scanned = list(scan(head, parsed.tokens[first].lead))
    if any(token.kind == "OPEN_TEXT" for token in scanned):
        return None
    return list(mark_return_lists(scanned))


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


def read_behind(parsed: Parsed, offset: int, before: Before) -> Behind:
    """Read on in the text of `parsed`, from the anchor of `before` to its end.

    A token that the cursor cuts is read whole. Of a text without syntax errors only as
    much is read as is asked for.
    """
    tokens, start = parsed.tokens, before.anchor_offset
    known, stacks = before.tokens[: before.anchor], before.stacks[: before.anchor + 1]
    if not any(error.code.startswith("syntax") for error in parsed.errors):
        joined = tokens[bisect_left(tokens, start, key=_start) :]
        return Behind(_read_valid(joined, stacks[-1], offset), False, 0, 0)
    work: Sequence[Token] = tokens
    if parsed.is_foreign:
        work, _ = normalise(parsed.text, tokens)
    following = work[bisect_left(work, start, key=_start) :]
    at = bisect_left(work, offset, key=_start)
    rest = work[at:]
    floor = min(before.anchor, before.statement)
    read = _run(parsed.text, [*known, *following], [*stacks], floor, parsed)
    edge = work[at - 1].end if at else 0
    behind, first = _behind(rest, read, floor, edge)
    if first is None:
        return behind
    filler = find_filler(before.stacks[-1], rest, first)
    if filler:
        # What follows is judged as if what lacks at the cursor stood there.
        place = Token("", edge, edge, edge)
        whole = [*before.tokens, *(place._replace(kind=kind) for kind in filler), *rest]
        floor = len(before.tokens) + len(filler)
        again = _run(parsed.text, whole, [*before.stacks], floor, parsed)
        behind, _ = _behind(rest, again, floor, edge)
        return behind._replace(is_broken=True)
    return behind


def _start(token: Token) -> int:
    return token.start


def _end(token: Token) -> int:
    return token.end


def _lead(token: Token) -> int:
    return token.lead


def _behind(
    rest: Sequence[Token], read: _Read, floor: int, edge: int
) -> tuple[Behind, int | None]:
    """What follows, and how much of it fits before something seems to lack."""
    slots = _slots(rest, read, floor, edge)
    near = list(islice(slots, NEAR))
    unclosed = sum(
        token.kind == "RPAR"
        for mend in read.mends
        if mend.bad.kind == END
        for token in mend.made
    )
    owed, suspect = _count_owed(near, rest, read.mends)
    near += islice(slots, max(0, owed - len(near)))
    raw = (slot._replace(kinds=(slot.token.kind,)) for slot in near[:owed])
    return (
        Behind(chain(raw, near[owed:], slots), owed > 0, owed, unclosed),
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
    parsed: Parsed | None = None,
    *,
    reads_end: bool = True,
) -> _Read:
    """Feed `tokens` behind `stacks`, mending, but nothing before index `floor`.

    Where the automaton comes to where it was in `parsed`, the rest is as it is there.
    """
    feed = recogniser().feed
    mends: list[Mend] = []
    while len(stacks) <= len(tokens):
        at = len(stacks) - 1
        bad = tokens[at]
        if bad.kind == END and not reads_end:
            del tokens[at:]
            break
        after = feed(stacks[at], bad.kind)
        if after is not None:
            stacks.append(after)
            joint = _find_joint(parsed, bad, after) if parsed and at >= floor else None
            if parsed and joint is not None:
                tokens[at + 1 :] = parsed.run.tokens[joint + 1 :]
                # On top of the last stack lies the tree of the whole.
                stacks += parsed.run.stacks[joint + 2 : -1]
                stacks.append(parsed.run.stacks[-1].below or START)
                lead = bad.lead
                mends += (m for m in parsed.run.mends if m.bad.lead >= lead)
                break
            continue
        if len(mends) < MOST_ERRORS:
            repair = find_repair(text, stacks, tokens, at)
        else:
            repair = skip_rest(stacks, tokens, at)
        if repair.at < floor:
            repair = _repair_here(stacks, tokens, at) or repair
        mends.append(Mend(bad, tokens[repair.at], repair.tokens, 0, is_far=False))
        tokens[repair.at : repair.at + repair.removed] = repair.tokens
        del stacks[repair.at + 1 :]
    return _Read(tokens, stacks, mends)


def _find_joint(parsed: Parsed, token: Token, stack: Stack) -> int | None:
    """Which token of `parsed`, as mended, `token` is, if all from it on is as there."""
    if parsed.is_foreign or not _begins_statement(stack):
        return None
    run = parsed.run
    at = bisect_left(run.tokens, token.lead, key=_lead)
    if (
        run.tokens[at] != token
        or not same_stack(run.stacks[at + 1], stack)
        or any(m.first.lead <= token.lead <= m.bad.lead for m in run.mends)
    ):
        return None
    return at


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


def _slots(rest: Sequence[Token], read: _Read, floor: int, edge: int) -> Iterator[Slot]:
    """The slots of `rest`, which begins behind index `floor` and offset `edge`."""
    number = 0
    extra: list[str] = []
    for at in range(floor, len(read.tokens)):
        token = read.tokens[at]
        following = number
        while following < len(rest) and rest[following].start < token.start:
            following += 1
        if following == len(rest) or rest[following] != token:
            if token.start >= edge:
                extra.append(token.kind)
            continue
        for each in rest[number:following]:
            yield Slot(each, (), read.stacks[at])
        yield Slot(token, (*extra, token.kind), read.stacks[at + 1])
        number = following + 1
        extra.clear()


def _count_owed(
    slots: Sequence[Slot], rest: Sequence[Token], mends: Sequence[Mend]
) -> tuple[int, int | None]:
    """How many slots hang on the cursor, and which is the first that may."""
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
        number = _number(rest, mend.bad)
        touched = min(number, _number(rest, mend.first))
        is_unclosed = {token.kind for token in mend.made} == {"RPAR"}
        if mend.bad.kind == END and is_unclosed and number > first:
            continue
        if touched <= first:
            owed = max(owed, number + 1)
        elif number >= NEAR:
            continue
        if suspect is None:
            suspect = number
    return owed, suspect


def _number(rest: Sequence[Token], token: Token) -> int:
    """Which of `rest` a token is; -1 for one before them."""
    at = bisect_left(rest, token.start, key=_start)
    return at if at < len(rest) and rest[at] == token else -1
