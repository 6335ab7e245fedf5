"""Running tokens through the automaton to the end, whatever they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from fastformula.diagnostic import Diagnostic
from fastformula.syntax.messages import describe
from fastformula.syntax.normalisation import normalise
from fastformula.syntax.recogniser import START, Stack, recogniser
from fastformula.syntax.repair import find_repair, skip_rest
from fastformula.syntax.rewriting import MOST_ERRORS, mistake
from fastformula.syntax.tokens import Token, tokenize


def run(
    text: str,
    work: Sequence[Token],
    push: Callable[[Stack, Token], Stack | None],
) -> tuple[list[Token], list[Stack], list[Diagnostic]]:
    """Feed `work`, the last of which is `$END`, repairing what does not fit.

    `push` gives the stack after a token, or None where it cannot stand. Gives the
    tokens as repaired, the stack before each of them and the one after the last,
    and an error for each repair.
    """
    tokens = list(work)
    errors: list[Diagnostic] = []
    stacks = [START]
    while len(stacks) <= len(tokens):
        at = len(stacks) - 1
        after = push(stacks[at], tokens[at])
        if after is not None:
            stacks.append(after)
            continue
        if len(errors) < MOST_ERRORS:
            repair = find_repair(text, stacks, tokens, at)
            errors.append(describe(text, tokens, stacks, at, repair))
        else:
            repair = skip_rest(stacks, tokens, at)
            errors.append(_describe_rest(tokens[at]))
        tokens[repair.at : repair.at + repair.removed] = repair.tokens
        del stacks[repair.at + 1 :]
    return tokens, stacks, errors


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

    tokens, stacks, _ = run(text, work, push)
    return Prefix(tokens[:-1], stacks[:-1])
