"""From text to a tree, its tokens and all syntax errors; never raises."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any, NamedTuple

from fastformula.diagnostic import Diagnostic
from fastformula.syntax.builder import BUILDERS
from fastformula.syntax.checks import check_separators, check_statements
from fastformula.syntax.moving import move
from fastformula.syntax.normalisation import looks_far, normalise
from fastformula.syntax.recogniser import START, Stack, is_list, list_below
from fastformula.syntax.recovery import Run, run
from fastformula.syntax.tables import load_tables
from fastformula.syntax.tokens import END, Token, tokenize
from fastformula.syntax.tree import Formula, Statement
from fastformula.text import Span


class Placed(NamedTuple):
    """A statement, and by how much it has moved since it was read."""

    statement: Statement
    by: int
    is_edited: bool = False
    """Whether it was edited within since, so that it tells no more than its place."""

    @property
    def start(self) -> int:
        """Where it begins now."""
        return self.statement.span.start + self.by


def move_placed(placed: Iterable[Placed], by: int) -> Iterator[Placed]:
    """`placed` as they are `by` code points further on."""
    return (Placed(each, moved + by, edited) for each, moved, edited in placed)


@dataclass(frozen=True)
class Parsed:
    """What a text says.

    `tokens` cover the text without loss, the last is `$END`. The tree is whole even
    where `errors` is not empty: what could not be read stands in it as `Unknown`, and
    what was missing as an empty node. Both are made when they are first asked for, and
    are the same ever after.
    """

    text: str
    errors: tuple[Diagnostic, ...]
    written: Sequence[Token] = field(compare=False, repr=False)
    """The tokens; those behind an edit are moved when they are taken out."""
    placed: Sequence[Placed] = field(compare=False, repr=False)
    """The statements that are in no other."""
    run: Run = field(compare=False, repr=False)
    """How the automaton got through the text."""
    remarks: tuple[Diagnostic, ...] = field(compare=False, repr=False)
    """What the tree shows of what the grammar let through, said or not."""
    is_foreign: bool = field(compare=False, repr=False)
    """Whether it was read with words of another language put into those of ours."""
    is_touchy: bool = field(compare=False, repr=False)
    """Whether words in it may be of another language, as what stands far away tells."""

    @property
    def tokens(self) -> tuple[Token, ...]:
        """All tokens."""
        found: tuple[Token, ...] | None = self.__dict__.get("_tokens")
        if found is None:
            found = self.__dict__.setdefault("_tokens", tuple(self.written))
        return found

    @property
    def tree(self) -> Formula:
        """The whole text."""
        found: Formula | None = self.__dict__.get("_tree")
        if found is None:
            statements = tuple(self._statements())
            # Another thread may have been faster.
            found = self.__dict__.setdefault(
                "_tree", Formula(Span(0, len(self.text)), statements)
            )
            if any(each.is_edited for each in self.placed):
                # What follows from here need not read those again.
                placed = tuple(Placed(each, 0) for each in found.statements)
                object.__setattr__(self, "placed", placed)
        return found

    def _statements(self) -> Iterator[Statement]:
        for number, (statement, by, is_edited) in enumerate(self.placed):
            if is_edited:
                yield self._read(number)
            else:
                yield move(statement, by) if by else statement

    def _read(self, number: int) -> Statement:
        """Read a statement that is in no other from its tokens, mended as they are."""
        tokens, stacks = self.run.tokens, self.run.stacks
        start = self.placed[number].start
        first = bisect_left(tokens, start, key=lambda token: token.start)
        begun = (
            at
            for at in range(first, len(tokens))
            if tokens[at].kind == END or list_below(stacks[at + 1]) is START
        )
        same = bisect_left(self.placed, start, key=lambda each: each.start)
        at, end = islice(begun, number - same, number - same + 2)
        stack: Stack | None = START
        for token in tokens[at : end + 1]:
            assert stack is not None
            stack = push(self.text, stack, token)
        assert stack is not None and stack.below is not None
        (read,) = statements_since(None, stack.below.value)
        return read


class _Spliced(tuple[Any, ...]):
    """Children of a rule that has no node; its parent takes them over."""

    __slots__ = ()


def parse(text: str) -> Parsed:
    """Parse `text`, repairing every mistake, so that all are found at once."""
    tokens = tokenize(text)
    work, foreign = normalise(text, tokens)
    read = run(text, work, partial(push, text))
    tree: Formula = read.stacks[-1].below.value  # type: ignore[union-attr]
    remarks = check_statements(text, tree.statements)
    is_foreign = bool(foreign) or work != tokens
    stacks = (START,) if is_foreign or read.mends else read.stacks
    errors = [*read.errors, *foreign]
    errors += unsaid([*remarks, *check_separators(text, tokens, stacks)], errors)
    errors.sort(key=lambda error: error.span)
    return Parsed(
        text,
        tuple(errors),
        tuple(tokens),
        tuple(Placed(statement, 0) for statement in tree.statements),
        read,
        tuple(remarks),
        is_foreign,
        is_foreign or looks_far(text, tokens),
    )


def unsaid(
    remarks: Sequence[Diagnostic], errors: Sequence[Diagnostic]
) -> list[Diagnostic]:
    """Those of `remarks` that speak of nothing mended: one mistake, one error."""
    mended = [error.span for error in errors]
    return [
        remark
        for remark in remarks
        if not any(
            span.start <= remark.span.end and remark.span.start <= span.end
            for span in mended
        )
    ]


def statements_since(known: Any, value: Any) -> tuple[Statement, ...]:
    """The statements of `value`, a list of them that has grown from the list `known`.

    It may also be the formula that has been made of such a list.
    """
    last = known[-1] if type(known) is _Spliced else known
    pending = [*value.statements] if isinstance(value, Formula) else [value]
    found = []
    while pending and (each := pending.pop()) is not known and each is not last:
        if type(each) is _Spliced:
            pending.extend(each)
        else:
            found.append(each)
    return tuple(reversed(found))


def values_on(stack: Stack | None) -> Iterator[Any]:
    """What has been built on `stack` of the statement that is in no other."""
    while stack is not None and stack.below is not None:
        if is_list(stack) and stack.below is START:
            return
        yield from _flatten([stack.value])
        stack = stack.below


def push(text: str, stack: Stack, token: Token) -> Stack | None:
    """`Recogniser.feed`, building nodes on the way."""
    tables = load_tables()
    actions, gotos, rules = tables.actions, tables.gotos, tables.rules
    kind = token.kind
    soft = kind in tables.soft
    while True:
        action = actions[stack.state].get(kind)
        if action is None:
            action = actions[stack.state].get("NAME") if soft else None
            if action is None:
                return None
        if action >= 0:
            return Stack(action, stack, token)
        node, origin, length = rules[~action]
        values: list[Any] = []
        below = stack
        spliced = False
        for _ in range(length):
            value = below.value
            spliced = spliced or type(value) is _Spliced
            values.append(value)
            below = below.below  # type: ignore[assignment]
        values.reverse()
        result: Any
        if node == "?":
            result = values[0]
        elif node == "":
            result = values[0] if length == 1 and not spliced else _Spliced(values)
        else:
            if spliced:
                values = _flatten(values)
            result = BUILDERS[node](text, _cover(values), values)
        target = gotos[below.state][origin]
        stack = Stack(target, below, result)
        if kind == END and target == tables.end:
            return Stack(target, stack, None)


def _flatten(values: list[Any]) -> list[Any]:
    # Lists recurse to the left as deep as they are long: no recursion here.
    flat = []
    pending = values
    while pending:
        value = pending.pop()
        if type(value) is _Spliced:
            pending.extend(value)
        else:
            flat.append(value)
    flat.reverse()
    return flat


def _cover(children: list[Any]) -> Span:
    if not children:
        return Span(0, 0)
    first, last = children[0], children[-1]
    start = first.start if isinstance(first, Token) else first.span.start
    end = last.end if isinstance(last, Token) else last.span.end
    return Span(start, end)
