"""What seems to lack at a cursor, guessed from what stands behind it."""

from __future__ import annotations

from collections.abc import Sequence

from fastformula.syntax import Stack, Token, recogniser
from fastformula.syntax.tokens import END

NEAR = 400
"""How many tokens behind the cursor something may stand that does not fit, such as a
`)`, to be taken for the rest of what belongs at the cursor."""

_FILLING = "NAME NUMBER EQUAL LPAR RPAR RSQB THEN LOOP IS AS FOR COUNT".split()
_LONGEST_FINISH = 8

_GOING_ON: tuple[tuple[str, ...], ...] = tuple(
    tuple(each.split())
    for each in (
        "",
        "NAME",
        "NAME EQUAL",
        "NAME EQUAL NAME",
        "NAME COMMA",
        "COMMA",
        "AND",
        "CONCAT",
        "RPAR",
        "RPAR AND",
        "LPAR",
        "LPAR NAME",
        "NAME LPAR",
        "NAME LPAR NAME",
        "NAME LPAR NAME LPAR",
        "NAME LPAR NAME LPAR NAME",
        "NAME EQUAL LPAR",
        "NAME EQUAL NAME LPAR",
        "NAME EQUAL NAME LPAR NAME",
        "NAME EQUAL NAME LPAR NAME LPAR NAME",
        "IF",
        "IF LPAR",
        "IF LPAR NAME",
        "IF LPAR LPAR",
        "IF NAME EQUAL",
        "IF NAME EQUAL NAME",
        "IF LPAR NAME EQUAL NAME",
        "IF NAME EQUAL NAME THEN",
        "IF NAME EQUAL NAME THEN LPAR",
        "ELSE",
        "ELSE LPAR",
        "ELSE IF NAME EQUAL NAME",
        "ELSE IF NAME EQUAL NAME THEN",
        "ELSE IF NAME EQUAL NAME THEN LPAR",
        "RPAR ELSE LPAR",
        "WHILE NAME EQUAL NAME LOOP",
        "WHILE NAME EQUAL NAME LOOP LPAR",
        "CALL_FORMULA LPAR NAME COMMA",
        "CHANGE_CONTEXTS LPAR NAME EQUAL NAME RPAR",
        "CHANGE_CONTEXTS LPAR NAME EQUAL NAME RPAR LPAR",
        "DEFAULT FOR NAME IS",
        "INPUTS ARE",
    )
)
"""What an author writes on a line that goes on below, as kinds of tokens."""


def find_filler(stack: Stack, rest: Sequence[Token], reached: int) -> tuple[str, ...]:
    """The tokens with which, at the cursor, most of `rest` fits; () where none help.

    `reached` is how much of it fits without.
    """
    advance = recogniser().advance
    finish = _finish(stack)
    best: tuple[str, ...] = ()
    kinds = [token.kind for token in rest[:NEAR]]
    known: dict[tuple[int, ...], int] = {}
    for length in range(len(finish), -1, -1):
        for tail in _GOING_ON:
            filler = (*finish[:length], *tail)
            after, count = advance(stack, filler)
            if count < len(filler) or not filler:
                continue
            fitted = _reach(after, kinds, known)
            if fitted > reached or (fitted == reached == len(kinds) and not best):
                best, reached = filler, fitted
    return best


_SOON = 24
"""Behind so many tokens most ways to go on have come to the same place."""


def _reach(
    stack: Stack, kinds: Sequence[str], known: dict[tuple[int, ...], int]
) -> int:
    """How many of `kinds` fit; blocks need not be closed at the end.

    `known` is how many do behind the first ones, by the states that are reached there.
    """
    feed, advance = recogniser().feed, recogniser().advance
    stack, fitted = advance(stack, kinds[:_SOON])
    if fitted == _SOON < len(kinds):
        place = _states(stack)
        if place not in known:
            known[place] = _reach(stack, kinds[_SOON:], {})
        return _SOON + known[place]
    if fitted < len(kinds) and kinds[fitted] == END:
        closed: Stack | None = stack
        while closed is not None:
            if feed(closed, END) is not None:
                return fitted + 1
            closed = feed(closed, "RPAR")
    return fitted


def _finish(stack: Stack) -> tuple[str, ...]:
    """The fewest tokens that finish the statement begun on `stack`; none if it is."""
    feed = recogniser().feed
    front: list[tuple[Stack, tuple[str, ...]]] = [(stack, ())]
    known: set[tuple[int, ...]] = set()
    for _ in range(_LONGEST_FINISH + 1):
        following: list[tuple[Stack, tuple[str, ...]]] = []
        for each, kinds in front:
            if feed(each, "UNKNOWN") is not None:
                return kinds
            for kind in _FILLING:
                after = feed(each, kind)
                if after is not None and (key := _states(after)) not in known:
                    known.add(key)
                    following.append((after, (*kinds, kind)))
        front = following
    return ()


def _states(stack: Stack | None) -> tuple[int, ...]:
    states: list[int] = []
    while stack is not None and len(states) < _DEEPEST:
        states.append(stack.state)
        stack = stack.below
    return tuple(states)


_DEEPEST = 24
"""How much of a stack tells it from others that a few tokens lead to."""
