"""How far in a line goes that is being typed: as its block, or below its beginning."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from fastformula.editor.spot import in_comment
from fastformula.syntax import Parsed, Stack, Token, recogniser, tokenize
from fastformula.syntax.recogniser import same_stack, tokens_on
from fastformula.syntax.recovery import Prefix, read_prefix
from fastformula.syntax.tokens import END
from fastformula.syntax.tree import Unknown
from fastformula.text import LINE_BREAK, Edit, Span

_OPENING = ("LPAR", "LSQB")
_CLOSING = ("RPAR", "RSQB")
_HEADERS = ("IF", "WHILE", "CHANGE_CONTEXTS")
_LEADING = ("IF", "WHILE", "RETURN_LIST", "ARE", "IS", "EQUAL")
"""Behind these stands what a statement goes on from in its next line."""

_LONGEST = 1_000
"""Code points of a line that are looked at."""

TRIGGERS = ("\n", "(", ")", "e", "E")
"""After which of these characters a line is looked at; the letters end an ELSE."""

_FIRST_WORDS = {"(": "(", ")": ")", "e": "ELSE", "E": "ELSE"}


def indent(parsed: Parsed, offset: int, typed: str, unit: str) -> tuple[Edit, ...]:
    """The edit that indents the line of `offset`, before which `typed` was typed.

    A new line goes in as its block does, or stands below what it goes on from; a
    bracket or ELSE that begins a line goes back to the statement it belongs to. What
    begins blocks is taken as its author has put it; one in it goes in by `unit`.
    Nothing else is touched, and nothing at all in comments and in texts.
    """
    text = parsed.text
    start = _line_start(text, offset)
    written = text[start:offset].strip(" \t")
    if written.upper() != _FIRST_WORDS.get(typed, ""):
        return ()
    place = Span(start, start + len(_blanks(text, start)))
    if _is_inside(parsed, place.end):
        return ()
    rest = LINE_BREAK.split(text[place.end : place.end + _LONGEST])[0]
    column = _Line(parsed, start, unit).column(rest.upper())
    if column is None or column == place.text_in(text):
        return ()
    return (Edit(place, column),)


def _line_start(text: str, offset: int) -> int:
    return max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1


def _blanks(text: str, start: int) -> str:
    line = LINE_BREAK.split(text[start : start + _LONGEST])[0]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _is_inside(parsed: Parsed, offset: int) -> bool:
    """Whether `offset` is in a comment, or in a text that goes over lines."""
    tokens = parsed.tokens
    at = bisect_left(tokens, offset, key=lambda token: token.start)
    before = tokens[at - 1] if at else None
    if before is not None:
        is_open = before.kind == "OPEN_COMMENT"
        if offset < before.end or (is_open and offset == before.end):
            return True
    return at < len(tokens) and in_comment(parsed.text, tokens[at], offset)


@dataclass(frozen=True)
class _Line:
    """The line that begins at `start`, and what stands before it."""

    parsed: Parsed
    start: int
    unit: str

    def column(self, rest: str) -> str | None:
        """The blanks that belong before `rest`; None where nobody can tell."""
        if rest.startswith(")"):
            return self._closing()
        if tokenize(rest)[0].kind == "ELSE":
            return self._else()
        if self._expects_body():
            header = self._blanks_of(self._header(self.stacks[-1]))
            return header if rest.startswith("(") else header + self.unit
        begun = recogniser().feed(self.stacks[-1], "EXIT")
        if begun is None or self._goes_on(rest, begun):
            return self._going_on(rest)
        return self._beginning(begun)

    def _goes_on(self, rest: str, begun: Stack) -> bool:
        """Whether `rest` belongs to the statement before it; `begun` is a new one."""
        kind = tokenize(rest)[0].kind
        after = recogniser().feed(self.stacks[-1], kind) if kind != END else None
        return after is not None and not same_stack(after.below, begun.below)

    # What stands before the line

    @cached_property
    def base(self) -> int:
        """Where the statement before it begins, as far out as it goes."""
        statements = self.parsed.tree.statements
        at = bisect_left(statements, self.start, key=lambda each: each.span.start) - 1
        while at > 0 and isinstance(statements[at], Unknown):
            at -= 1
        return statements[at].span.start if at > 0 else 0

    @cached_property
    def code(self) -> str:
        return self.parsed.text[self.base : self.start]

    @cached_property
    def _read(self) -> Prefix:
        """The tokens and stacks before the line, mistakes mended.

        Where a mistake seems to end a block, as nothing follows it, one closes here.
        """
        read = read_prefix(self.code)
        depth = len(_open_brackets(tokenize(self.code)))
        if depth <= len(_open_brackets(read.tokens)):
            return read
        whole = read_prefix(f"{self.code}\nEXIT {')' * depth}")
        end = bisect_left(whole.tokens, len(self.code), key=lambda each: each.start)
        return Prefix(whole.tokens[:end], whole.stacks[: end + 1])

    @property
    def tokens(self) -> Sequence[Token]:
        return self._read.tokens

    @property
    def stacks(self) -> Sequence[Stack]:
        return self._read.stacks

    # Where lines begin

    def _blanks_of(self, at: int) -> str:
        """The blanks that the line of token `at` begins with."""
        text = self.parsed.text
        return _blanks(text, _line_start(text, self.base + self.tokens[at].start))

    def _begins_line(self, at: int) -> bool:
        start = self.tokens[at].start
        line = _line_start(self.parsed.text, self.base + start)
        return not self.parsed.text[line : self.base + start].strip(" \t")

    def _below(self, at: int) -> str:
        """Blanks up to the column of token `at`."""
        start = self.base + self.tokens[at].start
        line = self.parsed.text[_line_start(self.parsed.text, start) : start]
        return "".join(each if each == "\t" else " " for each in line)

    # Blocks

    def _expects_body(self, at: int = -1) -> bool:
        """Whether a block is to begin behind the tokens up to `at`, which is left."""
        tokens = self.tokens if at == -1 else self.tokens[:at]
        if not tokens:
            return False
        last, stack = tokens[-1].kind, self.stacks[len(tokens)]
        if last in ("THEN", "ELSE", "LOOP"):
            return True
        if last not in ("LPAR", "RPAR") or recogniser().feed(stack, "LPAR") is None:
            return False
        # Two pairs of parentheses are one block; behind others no statement begins.
        return last == "RPAR" and recogniser().feed(stack, "EXIT") is not None

    def _header(self, stack: Stack) -> int:
        """The token that the header begins with which is last on `stack`."""
        depth = 0
        for kind, each in tokens_on(stack):
            depth += (kind in _CLOSING) - (kind in _OPENING)
            if depth <= 0 and kind in _HEADERS:
                return self._place(each)
        return 0

    def _place(self, stack: Stack) -> int:
        """The token that was put on `stack` last."""
        return next(at for at, each in enumerate(self.stacks) if each is stack) - 1

    def _closing(self) -> str | None:
        opened = _open_brackets(self.tokens)
        if not opened:
            return None
        at = opened[-1]
        if self._is_block(at):
            if self._begins_line(at):
                return self._blanks_of(at)
            return self._blanks_of(self._opener(at))
        is_last = (
            at == len(self.tokens) - 1
            or "\n" in self.code[self.tokens[at].end : self.tokens[at + 1].start]
        )
        return self._blanks_of(at) if is_last else None

    def _is_block(self, at: int) -> bool:
        """Whether the parenthesis `at` begins a block."""
        if self.tokens[at].kind != "LPAR" or not at:
            return False
        if self.tokens[at - 1].kind == "LPAR":
            return self._is_block(at - 1)
        return self._expects_body(at)

    def _opener(self, at: int) -> int:
        """The first token of the header before the block that begins with `at`."""
        while self.tokens[at - 1].kind == "LPAR":
            at -= 1
        return self._header(self.stacks[at])

    def _else(self) -> str | None:
        after = recogniser().feed(self.stacks[-1], "ELSE")
        return None if after is None else self._blanks_of(self._header(after))

    def _beginning(self, begun: Stack) -> str:
        """Of a statement: as the first one of its block stands."""
        for kind, stack in tokens_on(begun.below):
            if kind == "LPAR":
                at = self._place(stack)
                first = at + 1
                if first < len(self.tokens) and self._begins_line(first):
                    return self._blanks_of(first)
                if self._begins_line(at):
                    return self._blanks_of(at) + self.unit
                return self._blanks_of(self._opener(at)) + self.unit
        return self._blanks_of(0) if self.tokens else ""

    # Statements that go on

    def _going_on(self, rest: str) -> str:
        """Of a further line of a statement: below what it goes on from."""
        first = self._statement()
        opened = _open_brackets(self.tokens, first)
        if not opened and self._ends_header(rest):
            return self._blanks_of(first)
        rows = range(first, len(self.tokens))
        leading = (at for at in rows if self.tokens[at].kind in _LEADING)
        at = opened[-1] if opened else next(leading, first)
        if at + 1 < len(self.tokens):
            end, start = self.tokens[at].end, self.tokens[at + 1].start
            if not LINE_BREAK.search(self.code[end:start]):
                return self._below(at + 1)
        return self._blanks_of(at) + 2 * self.unit

    def _ends_header(self, rest: str) -> bool:
        """Whether THEN or LOOP stands here, or what is to come may be one of them."""
        feed, stack = recogniser().feed, self.stacks[-1]
        return any(
            feed(stack, word) is not None and (not rest or rest.startswith(word))
            for word in ("THEN", "LOOP")
        )

    def _statement(self) -> int:
        """The token that the statement begun last begins with."""
        feed = recogniser().feed
        for at in range(len(self.tokens) - 1, 0, -1):
            begun = feed(self.stacks[at], "EXIT")
            if begun and same_stack(begun.below, self.stacks[at + 1].below):
                return at
        return 0


def _open_brackets(tokens: Sequence[Token], first: int = 0) -> list[int]:
    """The brackets that are open, from token `first` on."""
    found: list[int] = []
    for at in range(first, len(tokens)):
        kind = tokens[at].kind
        if kind in _OPENING:
            found.append(at)
        elif kind in _CLOSING and found:
            found.pop()
    return found
