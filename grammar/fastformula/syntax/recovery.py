"""Running tokens through the automaton to the end, whatever they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from fastformula.diagnostic import Diagnostic
from fastformula.syntax.messages import describe
from fastformula.syntax.normalisation import normalise
from fastformula.syntax.recogniser import START, Stack, recogniser
from fastformula.syntax.repair import LOOK_AHEAD, Repair, find_repair, skip_rest
from fastformula.syntax.rewriting import MOST_ERRORS, mistake
from fastformula.syntax.tokens import END, Token, tokenize


class Mend(NamedTuple):
    """Where a repair was made, and what it may hang on."""

    bad: Token
    """The token that did not fit."""
    first: Token
    """The first token that was touched, or that something was put in front of."""
    made: tuple[Token, ...]
    """What was put in."""
    seen: int
    """Up to which offset the text was looked at."""
    is_far: bool
    """Whether what stands far above was looked at, too."""


class Run(NamedTuple):
    """Tokens as the automaton took them, mended where they did not fit."""

    tokens: Sequence[Token]
    stacks: Sequence[Stack]
    """The stack before each token, and the one behind the last."""
    mends: Sequence[Mend]
    errors: Sequence[Diagnostic]
    """One for each mend."""


def run(
    text: str,
    work: Sequence[Token],
    push: Callable[[Stack, Token], Stack | None],
    begun: Sequence[Stack] = (START,),
    is_done: Callable[[Run], bool] | None = None,
) -> Run:
    """Feed `work`, the last of which is `$END`, repairing what does not fit.

    `push` gives the stack after a token, or None where it cannot stand. `begun` are
    the stacks before the first tokens of `work`, which have been fed already. Ends
    before its time when `is_done` says so of what has been read.
    """
    tokens = list(work)
    stacks = list(begun)
    mends: list[Mend] = []
    errors: list[Diagnostic] = []
    while len(stacks) <= len(tokens):
        at = len(stacks) - 1
        after = push(stacks[at], tokens[at])
        if after is not None:
            stacks.append(after)
            if is_done is not None and is_done(Run(tokens, stacks, mends, errors)):
                break
            continue
        if len(errors) < MOST_ERRORS:
            repair = find_repair(text, stacks, tokens, at)
            errors.append(describe(text, tokens, stacks, at, repair))
        else:
            repair = skip_rest(stacks, tokens, at)
            errors.append(_describe_rest(tokens[at]))
        mends.append(_mend(stacks, tokens, at, repair))
        tokens[repair.at : repair.at + repair.removed] = repair.tokens
        del stacks[repair.at + 1 :]
    return Run(tokens, stacks, mends, errors)


_SEEN = LOOK_AHEAD + 8
"""How many tokens are looked at behind those that a repair touches, or fewer."""


def _mend(
    stacks: Sequence[Stack], tokens: Sequence[Token], bad: int, repair: Repair
) -> Mend:
    token = tokens[bad]
    seen = max(bad, repair.at + repair.removed) + _SEEN
    is_far = (
        token.kind in ("RPAR", "ELSE", END)
        or repair.action == "skip"
        or any(each.kind == "RPAR" for each in repair.tokens)
        or recogniser().expected(stacks[bad]) == {"RPAR"}
    )
    return Mend(
        token,
        tokens[repair.at],
        repair.tokens,
        tokens[min(seen, len(tokens) - 1)].end,
        is_far,
    )


def _describe_rest(token: Token) -> Diagnostic:
    return mistake(
        "too-many",
        token.span,
        f"There are more than {MOST_ERRORS} mistakes above; the rest of the text was "
        "not read. Is this a formula?",
    )


class Prefix(NamedTuple):
    """The part of a text before a cursor, as the automaton took it.

    `stacks[i]` is the stack before `tokens[i]`, and the last one the stack at the
    cursor.
    """

    tokens: Sequence[Token]
    stacks: Sequence[Stack]


def read_prefix(text: str) -> Prefix:
    """The automaton over `text`, which may stop anywhere, repaired where it must be."""
    work, _ = normalise(text, tokenize(text))
    feed = recogniser().feed
    last = work[-1]

    def push(stack: Stack, token: Token) -> Stack | None:
        # The end of a prefix is not the end of the formula: nothing is missing there.
        return stack if token is last else feed(stack, token.kind)

    read = run(text, work, push)
    return Prefix(read.tokens[:-1], read.stacks[:-1])
