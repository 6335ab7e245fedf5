"""The automaton without a tree, which says what may come next and what fits.

A stack is an immutable chain, so a snapshot is the stack itself, costs nothing and
stays valid for ever; two stacks that grew from one share all that is below.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

from fastformula.syntax.tables import Tables, load_tables
from fastformula.syntax.tokens import END, Token, tokenize


class Stack(NamedTuple):
    """The state on top of the parser's stack, the stack below it, and what was built.

    The parser keeps nodes and tokens in `value`; the recogniser leaves it empty.
    """

    state: int
    below: Stack | None
    value: Any = None


START = Stack(0, None)


class Recogniser:
    """The LALR automaton over token kinds; all methods are pure."""

    __slots__ = ("_actions", "_gotos", "_rules", "_soft", "_tables")

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._actions = tables.actions
        self._gotos = tables.gotos
        self._rules = tables.rules
        self._soft = tables.soft

    def feed(self, stack: Stack, kind: str) -> Stack | None:
        """The stack after a token of `kind`, or None where it cannot stand.

        A soft keyword is taken for a name where the state does not accept it.
        """
        actions, gotos, rules = self._actions, self._gotos, self._rules
        soft = kind in self._soft
        while True:
            row = actions[stack.state]
            action = row.get(kind)
            if action is None:
                action = row.get("NAME") if soft else None
                if action is None:
                    return None
            if action >= 0:
                return Stack(action, stack)
            _, origin, length = rules[~action]
            below: Stack = stack
            for _ in range(length):
                below = below.below  # type: ignore[assignment]
            target = gotos[below.state][origin]
            stack = Stack(target, below)
            if kind == END and target == self._tables.end:
                return stack

    def advance(
        self, stack: Stack, kinds: Iterable[str], limit: int | None = None
    ) -> tuple[Stack, int]:
        """Feed `kinds` while they fit: the last stack and how many fitted."""
        count = 0
        for kind in kinds:
            if count == limit:
                break
            after = self.feed(stack, kind)
            if after is None:
                break
            stack, count = after, count + 1
        return stack, count

    def expected(self, stack: Stack) -> frozenset[str]:
        """The terminals that can really come next, `$END` among them."""
        row = self._actions[stack.state]
        return frozenset(kind for kind in row if self.feed(stack, kind) is not None)


@cache
def recogniser() -> Recogniser:
    """The automaton of the shipped grammar."""
    return Recogniser(load_tables())


class Recognition(NamedTuple):
    """A text run through the automaton, up to the first token that does not fit.

    `stacks[i]` is the stack before `tokens[i]`; there is one more than the tokens
    that fitted.
    """

    tokens: Sequence[Token]
    stacks: Sequence[Stack]

    @property
    def complete(self) -> bool:
        """Whether the whole text fitted, its end included."""
        return len(self.stacks) > len(self.tokens)


def recognise(text: str) -> Recognition:
    """Run the tokens of `text` through the automaton."""
    tokens = tokenize(text)
    feed = recogniser().feed
    stack: Stack | None = START
    stacks = [START]
    for token in tokens:
        stack = feed(stacks[-1], token.kind)
        if stack is None:
            break
        stacks.append(stack)
    return Recognition(tokens, stacks)


def same_stack(one: Stack | None, other: Stack | None) -> bool:
    """Whether two stacks hold the same states; what they share is not compared."""
    while one is not other:
        if one is None or other is None or one.state != other.state:
            return False
        one, other = one.below, other.below
    return True


def list_below(stack: Stack) -> Stack | None:
    """What lies below the list of statements in which the token on `stack` begins one.

    Lists lie on the same stack exactly when they are the same list. None where the
    token begins no statement, or one that is a whole body by itself.
    """
    opens, _ = _list_states()
    below = stack.below
    if below is None or stack.state in opens:
        return None
    if is_list(below):
        return below.below
    return below if below.state in opens else None


def is_list(stack: Stack) -> bool:
    """Whether on top of `stack` lies a list of statements."""
    return stack.state == _list_states()[1]


@cache
def _list_states() -> tuple[frozenset[int], int]:
    """The states in which a list of statements can begin, and the one behind one."""
    gotos = load_tables().gotos
    feed = recogniser().feed
    one = feed(START, "UNKNOWN")
    two = one and feed(one, "UNKNOWN")
    assert two is not None and two.below is not None
    behind = two.below.state
    return frozenset(
        at for at, row in enumerate(gotos) if behind in row.values()
    ), behind


def tokens_on(stack: Stack | None) -> Iterator[tuple[str, Stack]]:
    """The tokens on `stack` that no rule has taken yet, each with its place there.

    From the top: the statement begun last, then the headers and brackets around it.
    """
    shifted = load_tables().shifted
    while stack is not None:
        kind = shifted.get(stack.state)
        if kind is not None:
            yield kind, stack
        stack = stack.below
