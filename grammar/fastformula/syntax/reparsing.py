"""A text parsed from what was known of it before it was edited.

Gives exactly what `parse` gives. What stands behind the edit is the same, only further
on: its tokens are moved at once, in one pass, and its statements when somebody asks for
the tree, since typing asks for the errors alone.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from fastformula.diagnostic import Diagnostic, Fix
from fastformula.syntax.checks import check_separators, check_statements
from fastformula.syntax.normalisation import looks_far, normalise
from fastformula.syntax.parser import Parsed, Placed, parse, unsaid
from fastformula.syntax.recovery import Mend, Run
from fastformula.syntax.rereading import Reread, reread
from fastformula.syntax.rewriting import MOST_ERRORS
from fastformula.syntax.tokens import Token
from fastformula.text import Edit, Span

_NEAR = 4
"""How many tokens on both sides of new ones may be read as something else."""


def reparse(before: Parsed, text: str) -> Parsed:
    """Parse `text`, of which `before` is what an earlier version says."""
    edit = find_edit(before.text, text)
    again = reread(before, edit)
    if again is None or again.freed:
        return parse(text)
    by = again.shift
    first, last = again.first_token, again.last_token
    tokens = (*before.tokens[:first], *again.tokens, *_moved(before.tokens[last:], by))
    near = tokens[max(0, first - _NEAR) : first + len(again.tokens) + _NEAR]
    is_touchy = before.is_touchy or looks_far(text, near)
    if is_touchy:
        work, foreign = normalise(text, tokens)
        if foreign or tuple(work) != tokens:
            return parse(text)
    read = _run(before.run, again, tokens)
    if len(read.mends) >= MOST_ERRORS:
        return parse(text)
    start, end = again.span
    remarks = [each for each in before.remarks if each.span.start < start]
    remarks += check_statements(text, again.statements)
    remarks += (_shifted(each, by) for each in before.remarks if each.span.start >= end)
    errors = list(read.errors)
    stacks = None if read.mends else read.stacks
    errors += unsaid([*remarks, *check_separators(text, tokens, stacks)], errors)
    errors.sort(key=lambda error: error.span)
    placed = (
        *before.placed[: again.first],
        *(Placed(statement, 0) for statement in again.statements),
        *(Placed(each, moved + by) for each, moved in before.placed[again.last :]),
    )
    return Parsed(
        text, tokens, tuple(errors), placed, read, tuple(remarks), False, is_touchy
    )


def find_edit(old: str, new: str) -> Edit:
    """The edit that makes `new` of `old`, and changes no more than it must."""
    shorter = min(len(old), len(new))
    start = _first(shorter, lambda size: old[:size] != new[:size])
    end = _first(
        shorter - start,
        lambda size: old[len(old) - size :] != new[len(new) - size :],
    )
    return Edit(Span(start, len(old) - end), new[start : len(new) - end])


def _first(most: int, differs: Callable[[int], bool]) -> int:
    """The largest size up to `most` at which two texts do not differ yet."""
    return bisect_left(range(1, most + 1), True, key=differs)


def _run(before: Run, again: Reread, tokens: tuple[Token, ...]) -> Run:
    """How the automaton gets through the new text.

    The stacks behind the edit still hold what was built before it, which nobody looks
    at: only the states on them count.
    """
    if again.joint < 0:
        known = before.mends[: again.first_mend]
        return Run(
            again.run.tokens,
            again.run.stacks,
            (*known, *again.run.mends),
            (*before.errors[: again.first_mend], *again.run.errors),
        )
    by, first, last = again.shift, again.first_mend, again.last_mend
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
    # The token that it came to last is the first that is as it was.
    own = len(again.run.stacks) - 1
    mended: Iterable[Token] = tokens
    if mends:
        behind = _moved(before.tokens[again.joint + 1 :], by)
        mended = (*again.run.tokens[:own], *behind)
    stacks = (*again.run.stacks, *before.stacks[again.joint + 2 :])
    return Run(tuple(mended), stacks, mends, errors)


def _moved(tokens: Iterable[Token], by: int) -> Iterator[Token]:
    make = tuple.__new__
    return (
        make(Token, (kind, start + by, end + by, lead + by))
        for kind, start, end, lead in tokens
    )


def _mend(mend: Mend, by: int) -> Mend:
    bad, first, *made = _moved((mend.bad, mend.first, *mend.made), by)
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
