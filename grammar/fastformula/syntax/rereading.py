"""An edited text read anew around the edit, and only there.

Statements of a list stand one behind the other, so the automaton comes back to the same
state between any two of them. Reading begins again at a statement before the edit, with
the stack that was there, and ends at the first one behind it, of the same list or of
one around it, where the automaton is where it was before. In between may lie all of the
text: an edit that opens a block changes what all that follows belongs to.

What was built before stays on that stack, in the places where it was when it was read.
So of a statement around the edit only the states are right, and the tree is not; it is
read again when somebody asks for the tree.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from fastformula.diagnostic import Diagnostic
from fastformula.syntax.checks import check_nodes, check_separators
from fastformula.syntax.normalisation import normalise
from fastformula.syntax.parser import (
    Parsed,
    Placed,
    push,
    statements_since,
    unsaid,
    values_on,
)
from fastformula.syntax.recogniser import START, Stack, is_list, list_below
from fastformula.syntax.recovery import Run, run
from fastformula.syntax.recutting import Cut, cut_anew
from fastformula.syntax.repair import LOOK_BACK
from fastformula.syntax.rewriting import MOST_ERRORS, REACH
from fastformula.syntax.tokens import END, Token, move_tokens
from fastformula.syntax.tree import Body, Formula, Node, Statement
from fastformula.syntax.visit import children, path_to
from fastformula.text import Edit, Span

_WINDOW = 200
"""How many tokens behind an edit are looked at first; eight times as many next."""

_HEAD = REACH + 2 * LOOK_BACK
"""How many tokens before those that are read anew are at hand for repairs."""


@dataclass(frozen=True, slots=True)
class Reread:
    """What became of a part of a text; what stands around it is as it was.

    Spans in it are those of the new text. Behind it everything has moved by `shift`.
    """

    text: str
    shift: int
    first: int
    """The number of the first statement that was read anew."""
    last: int
    """The number of the first behind it that was not."""
    is_within: bool
    """Whether it was read from within that first one on, which stays in its place."""
    statements: tuple[Statement, ...]
    """What stands in the place of those, behind the one that stays."""
    freed: tuple[Statement, ...]
    """The old statements that stood in the last of those, which was not closed, and do
    no more, where they stood."""
    span: Span
    """Where the others stood that those take the place of, with trivia before them."""
    first_token: int
    last_token: int
    tokens: tuple[Token, ...]
    """What stands in the place of the tokens between those two, which are in `span`."""
    first_mend: int
    last_mend: int
    run: Run
    """How the automaton got from there to what stands behind: the tokens, the stacks
    behind each, and the mends."""
    begin: int
    """The token, as mended, that it began with; what is before is as it was."""
    joint: int
    """The old token, as mended, that it came to last; -1 where it came to the end."""
    remarks: tuple[Diagnostic, ...]
    """What stands in the place of the remarks about what stands in `span`."""
    errors: tuple[Diagnostic, ...]
    """The same of the errors: of the mends between those two, and these remarks."""


def reread(
    before: Parsed, edit: Edit, *, within: bool = False, most: int | None = None
) -> Reread | None:
    """What an edit has changed in `before`, or None where all may be another.

    So it is where there are words of another language, which are put into ours all at
    once, and where a text or comment is not closed, or where `most` tokens behind the
    edit are too few. It is read from a statement on that is in no other unless that may
    stand `within` one.
    """
    if before.is_foreign or len(before.run.mends) > MOST_ERRORS // 2:
        return None
    start, end = edit.span
    text = before.text[:start] + edit.new_text + before.text[end:]
    cut = cut_anew(before, edit, text)
    if cut is None:
        return None
    edge = bound = before.written[cut.first].lead
    window = _WINDOW
    while most is None or window <= most:
        begin = find_boundary(before.run, bound, edge, within=within)
        found = _Reading(before, text, cut, begin, window).read()
        if found is None or isinstance(found, Reread):
            return found
        bound, window = min(bound, found), window * 8
    return None


def _start(token: Token) -> int:
    return token.start


def _lead(token: Token) -> int:
    return token.lead


def find_boundary(read: Run, bound: int, edge: int, *, within: bool = False) -> int:
    """The last token, as mended, before `bound` at which reading can begin again.

    There a statement begins, one that is in no other unless it may be `within` one;
    from `edge` on the text is another.
    """
    at = bisect_left(read.tokens, bound, key=_lead) - 1
    while at > 0:
        lead = read.tokens[at].lead
        # What is mended further down must leave alone what stands before, and what is
        # mended before must not have seen what is another now.
        below = list_below(read.stacks[at + 1])
        if (below is START or (within and below is not None)) and not any(
            mend.first.lead <= lead <= mend.bad.lead
            or (mend.bad.lead < lead and mend.seen >= edge)
            for mend in read.mends
        ):
            return at
        at -= 1
    return 0


class _Reading:
    """One attempt, from a token that a statement begins with, over a window."""

    __slots__ = (
        "_base",
        "_before",
        "_begin",
        "_cut",
        "_joint",
        "_shift",
        "_text",
        "_window",
    )

    def __init__(
        self, before: Parsed, text: str, cut: Cut, begin: int, window: int
    ) -> None:
        self._before = before
        self._text = text
        self._cut = cut
        self._begin = begin
        self._base = max(0, begin - _HEAD)
        """The first token, as mended, that a repair may look at."""
        self._window = window
        self._shift = len(text) - len(before.text)
        self._joint = -1
        """The old token, as mended, from which on all is read as it was."""

    def read(self) -> Reread | int | None:
        """What was found; before where to begin, if more has to be read."""
        read, old, cut = self._before.run, self._before.written, self._cut
        first = bisect_left(old, read.tokens[self._begin].start, key=_start)
        first = first if self._begin else 0
        own = [*old[first : cut.first], *cut.tokens]
        behind = old[cut.last : cut.last + self._window]
        written = [*own, *move_tokens(behind, self._shift)]
        is_whole = cut.last + self._window >= len(old)
        horizon = written[-1].end
        if not is_whole:
            written.append(Token(END, horizon, horizon, horizon))
        work, foreign = normalise(self._text, written)
        if foreign or work != written:
            return None
        begin = self._begin - self._base
        stacks = [*read.stacks[self._base : self._begin + 1]]
        if self._begin:
            # What stands before it is not built again.
            state, below, _ = read.stacks[self._begin + 1]
            stacks.append(Stack(state, below, work[0]))
        found = run(
            self._text,
            [*read.tokens[self._base : self._begin], *work],
            partial(push, self._text),
            stacks,
            self._joins,
        )
        lead = read.tokens[self._begin].lead
        touched = min((mend.first.lead for mend in found.mends), default=lead + 1)
        if touched <= lead and self._begin:
            return touched
        if not is_whole and (
            self._joint < 0 or any(mend.seen >= horizon for mend in found.mends)
        ):
            return lead + 1
        anew = Run(
            found.tokens[begin : len(found.stacks) - 1],
            found.stacks[begin + 1 :],
            found.mends,
            found.errors,
        )
        return self._tell(anew, own, lead if self._begin else 0)

    def _joins(self, found: Run) -> bool:
        """Whether the rest is read as it was, the last token being the first of it."""
        read, old = self._before.run, self._before.written
        at, below = len(found.stacks) - 2, list_below(found.stacks[-1])
        if self._cut.last >= len(old) or below is None:
            return False
        lead = found.tokens[at].lead
        # Who went back to mend something further up mends what is here no second time.
        if any(mend.first.lead >= lead for mend in found.mends):
            return False
        (token,) = move_tokens([found.tokens[at]], -self._shift)
        then = bisect_left(read.tokens, token.lead, key=_lead)
        if (
            token.lead < old[self._cut.last].lead
            or then + 1 >= len(read.stacks)
            or read.tokens[then] != token
        ):
            return False
        if list_below(read.stacks[then + 1]) is below:
            if not self._goes_on(token, then):
                return False
        elif below is not START or not self._is_set_free(token, then):
            return False
        self._joint = then
        return True

    def _goes_on(self, token: Token, then: int) -> bool:
        """Whether nothing is mended in another way for what has changed before it."""
        read = self._before.run
        later = [mend for mend in read.mends if mend.bad.lead >= token.lead]
        # What was mended further up because of what is wrong there is mended no more,
        # if it is all that was wrong. Else what is mended further down must neither
        # touch nor have seen what is another now.
        if all(mend.first.lead < token.lead for mend in later):
            return True
        near = read.tokens[min(then + 2 * LOOK_BACK, len(read.tokens) - 1)].lead
        return not any(
            mend.is_far or mend.first.lead <= token.lead or mend.bad.lead <= near
            for mend in later
        )

    def _is_set_free(self, token: Token, then: int) -> bool:
        """Whether it and all that follow only stood in a block that was not closed."""
        read = self._before.run
        end = self._before.written[-1].lead
        closers = bisect_left(read.tokens, end, key=_lead)
        if read.tokens[closers].kind != "RPAR" or any(
            token.lead <= mend.first.lead < end and mend.bad.lead >= token.lead
            for mend in read.mends
        ):
            return False
        # On the stack behind the `)` lie all statements of the block, then its `(`.
        joint, last = read.stacks[then + 1].below, read.stacks[closers + 1].below
        return (
            joint is not None
            and is_list(joint)
            and last is not None
            and joint.below is last.below
        )

    def _tell(self, found: Run, own: Sequence[Token], lead: int) -> Reread:
        before, read, old = self._before, self._before.run, self._before.written
        placed, joint = before.placed, self._joint
        begun = read.stacks[self._begin + 1]
        above = begun.below if self._begin else None
        is_within = self._begin > 0 and list_below(begun) is not START
        base = START if joint < 0 else list_below(found.stacks[-1])
        # What lies there has grown from a list that was there, or has been begun anew.
        below, grown = found.stacks[-1].below, above
        while grown is not None and grown.below is not base:
            grown = grown.below
        assert below is not None
        new = statements_since(None if grown is None else grown.value, below.value)
        if joint < 0:
            end, last = len(before.text), len(placed)
            last_token, last_mend = len(old), len(read.mends)
        else:
            end = read.tokens[joint].lead
            last = bisect_left(placed, end, key=_placed_at)
            last_token = bisect_left(old, end, key=_lead)
            last_mend = sum(
                min(mend.bad.lead, mend.first.lead) < end for mend in read.mends
            )
        freed: tuple[Statement, ...] = ()
        if (
            base is START
            and joint >= 0
            and list_below(read.stacks[joint + 1]) is not START
        ):
            freed = _from(before.tree, read.tokens[joint].start)
            last_mend = len(read.mends)
        behind = old[self._cut.last : last_token]
        tokens = [*own, *move_tokens(behind, self._shift)]
        known = {id(each) for each in values_on(above)}
        remarks = check_nodes(self._text, _walk_new(new, known))
        separators = check_separators(self._text, tokens)
        return Reread(
            self._text,
            self._shift,
            bisect_left(placed, lead, key=_placed_at) - is_within,
            last,
            is_within,
            (new if base is START else ())[is_within:],
            freed,
            Span(lead, end),
            bisect_left(old, lead, key=_lead),
            last_token,
            tuple(tokens),
            sum(mend.bad.lead < lead for mend in read.mends),
            last_mend,
            found,
            self._begin,
            joint,
            tuple(remarks),
            (*found.errors, *unsaid([*remarks, *separators], found.errors)),
        )


def _walk_new(
    statements: Sequence[Statement], known: Collection[int]
) -> Iterator[Node]:
    """The nodes of `statements` that are not among those `known` by their id.

    Those stand where they stood when they were read.
    """
    pending: list[Node] = [*reversed(statements)]
    while pending:
        node = pending.pop()
        if id(node) not in known:
            yield node
            pending.extend(reversed(tuple(children(node))))


def _placed_at(placed: Placed) -> int:
    return placed.start


def _from(tree: Formula, offset: int) -> tuple[Statement, ...]:
    """The statement of a block that begins at `offset`, and those behind it there."""
    for node in reversed(path_to(tree, offset)):
        if isinstance(node, Body):
            at = bisect_left(node.statements, offset, key=lambda each: each.span.start)
            if node.statements[at : at + 1] and (
                node.statements[at].span.start == offset
            ):
                return node.statements[at:]
    return ()
