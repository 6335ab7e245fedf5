"""A text parsed from what was known of it before it was edited.

Gives exactly what `parse` gives. What stands behind the edit is the same, only further
on, and is moved when somebody asks for the tokens or the tree, since typing asks for
the errors alone.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import replace

from fastformula.diagnostic import Diagnostic, Fix
from fastformula.syntax.checks import check_separators
from fastformula.syntax.normalisation import looks_far, normalise
from fastformula.syntax.parser import Parsed, Placed, move_placed, parse, unsaid
from fastformula.syntax.pieces import in_pieces
from fastformula.syntax.recogniser import Stack
from fastformula.syntax.recovery import Mend, Run
from fastformula.syntax.rereading import Reread, reread
from fastformula.syntax.rewriting import MOST_ERRORS
from fastformula.syntax.tokens import Token, move_tokens
from fastformula.text import Edit, Span

MANY = 2_000
"""How many tokens are read in a moment."""

_NEAR = 4
"""How many tokens on both sides of new ones may be read as something else."""


def reparse(before: Parsed, text: str) -> Parsed:
    """Parse `text`, of which `before` is what an earlier version says."""
    return reparse_near(before, text, None) or parse(text)


def reparse_near(before: Parsed, text: str, most: int | None = MANY) -> Parsed | None:
    """The same, where little more has to be read than what was edited; else None.

    At most so many tokens behind the edit are read.
    """
    edit = find_edit(before.text, text)
    again = reread(before, edit, within=True, most=most)
    if again is None or again.freed:
        return None
    by = again.shift
    first, last = again.first_token, again.last_token
    written = in_pieces(before.written, move_tokens).replaced(
        first, last, again.tokens, by
    )
    near = written[max(0, first - _NEAR) : first + len(again.tokens) + _NEAR]
    is_touchy = before.is_touchy or looks_far(text, near)
    if is_touchy:
        tokens = [*written]
        work, foreign = normalise(text, tokens)
        if foreign or work != tokens:
            return None
        is_touchy = looks_far(text, tokens)
    read = _run(before.run, again, written)
    if len(read.mends) >= MOST_ERRORS:
        return None
    start, end = again.span
    remarks = [each for each in before.remarks if each.span.start < start]
    remarks += again.remarks
    remarks += (_shifted(each, by) for each in before.remarks if each.span.start >= end)
    errors = list(read.errors)
    stacks: Sequence[Stack] = read.stacks
    if read.mends:
        mended = min(mend.first.lead for mend in read.mends)
        at = bisect_left(written, mended, key=lambda token: token.lead)
        stacks = stacks[: at + 1]
    errors += unsaid([*remarks, *check_separators(text, written, stacks)], errors)
    errors.sort(key=lambda error: error.span)
    new = [Placed(statement, 0) for statement in again.statements]
    if again.is_within:
        new.insert(0, before.placed[again.first]._replace(is_edited=True))
    placed = in_pieces(before.placed, move_placed).replaced(
        again.first, again.last, new, by
    )
    return Parsed(
        text, tuple(errors), written, placed, read, tuple(remarks), False, is_touchy
    )


def find_edit(old: str, new: str) -> Edit:
    """The edit that makes `new` of `old`, and changes no more than it must."""
    shorter = min(len(old), len(new))
    start = _count_alike(shorter, lambda low, high: old[low:high] == new[low:high])
    last, other = len(old), len(new)
    end = _count_alike(
        shorter - start,
        lambda low, high: (
            old[last - high : last - low] == new[other - high : other - low]
        ),
    )
    return Edit(Span(start, last - end), new[start : other - end])


def _count_alike(most: int, are_alike: Callable[[int, int], bool]) -> int:
    """How far two texts are alike, up to `most`; a part is compared but a few times."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if are_alike(low, middle):
            low = middle
        else:
            high = middle - 1
    return low


def _run(before: Run, again: Reread, written: Sequence[Token]) -> Run:
    """How the automaton gets through the new text.

    The stacks behind the edit still hold what was built before it, which nobody looks
    at: only the states on them count.
    """
    by, first, last = again.shift, again.first_mend, again.last_mend
    # The token that it came to last is the first that is as it was.
    begin, behind = again.begin, again.joint + 1 or len(before.tokens)
    mends = (
        *before.mends[:first],
        *again.run.mends,
        *(_mend(mend, by) for mend in before.mends[last:]),
    )
    errors = (
        *before.errors[:first],
        *again.run.errors,
        *(_shifted(error, by) for error in before.errors[last:]),
    )
    tokens = written
    if mends:
        tokens = in_pieces(before.tokens, move_tokens).replaced(
            begin, behind, again.run.tokens, by
        )
    stacks = in_pieces(before.stacks, _keep).replaced(
        begin + 1, behind + 1, again.run.stacks, 0
    )
    return Run(tokens, stacks, mends, errors)


def _keep(stacks: Sequence[Stack], by: int) -> Sequence[Stack]:
    return stacks


def _mend(mend: Mend, by: int) -> Mend:
    bad, first, *made = move_tokens((mend.bad, mend.first, *mend.made), by)
    return Mend(bad, first, tuple(made), mend.seen + by, mend.is_far)


def _shifted(diagnostic: Diagnostic, by: int) -> Diagnostic:
    return replace(
        diagnostic,
        span=_further(diagnostic.span, by),
        fixes=tuple(
            Fix(
                fix.title,
                tuple(
                    Edit(_further(edit.span, by), edit.new_text) for edit in fix.edits
                ),
            )
            for fix in diagnostic.fixes
        ),
    )


def _further(span: Span, by: int) -> Span:
    return Span(span.start + by, span.end + by)
