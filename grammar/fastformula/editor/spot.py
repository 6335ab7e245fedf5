"""Where the cursor is: what the grammar takes there, and in which brackets it is."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from fastformula.analysis import Analysis
from fastformula.syntax import Stack, Token, recogniser, trivia
from fastformula.syntax.recogniser import tokens_on
from fastformula.syntax.recovery import read_prefix
from fastformula.syntax.tokens import COMMENT_KINDS, tokenize
from fastformula.syntax.tree import Unknown
from fastformula.text import Span

_OPENING = {"LPAR": "RPAR", "LSQB": "RSQB"}
_CLOSING = frozenset(_OPENING.values())
_IN_EXPRESSIONS = frozenset(
    "LPAR LSQB COMMA PLUS MINUS STAR SLASH CONCAT NAME QNAME".split()
)
_IN_CONDITIONS = frozenset({"LPAR", "NOT", "AND", "OR"})
_BEHIND = 1_000
"""Code points behind the cursor that are looked at, and the rest of their line."""


class Bracket(NamedTuple):
    """The innermost bracket that is open at the cursor."""

    kind: str
    """`LPAR` or `LSQB`."""
    at: int
    """Of the word before it among the spot's tokens; -1 where there is none."""
    argument: int
    """How many commas of its own stand behind it."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A cursor, and what stands before it in its statement."""

    code: str
    """The text from a statement before the cursor on; the offsets here count in it."""
    base: int
    """Where `code` begins in the whole text."""
    known: int
    """How far into the analysed text the cursor is; more may have been typed since."""
    start: int
    """Where the word begins that is typed, or what stands in the quotes."""
    offset: int
    tokens: Sequence[Token]
    """Those before the word, or before the text literal."""
    expected: frozenset[str]
    """The terminals that the grammar takes there."""
    quoted: bool
    """Whether it is in a text literal."""
    target: int | None
    """Where in the whole text the variable stands that is being given a value."""

    @property
    def typed(self) -> str:
        """The part of the word that is there."""
        return self.code[self.start : self.offset]

    @property
    def span(self) -> Span:
        """Of that part, in the whole text."""
        return Span(self.base + self.start, self.base + self.offset)

    @property
    def last(self) -> str:
        """The kind of the token before; "" at the start."""
        return self.tokens[-1].kind if self.tokens else ""

    def word(self, at: int) -> str:
        """Token number `at` in upper case; "" where there is none."""
        if not -len(self.tokens) <= at < len(self.tokens):
            return ""
        return self.tokens[at].text_in(self.code).upper()

    def bracket(self) -> Bracket | None:
        """The innermost open bracket; None where there is none."""
        depth = commas = 0
        for at in range(len(self.tokens) - 1, -1, -1):
            kind = self.tokens[at].kind
            if kind in _CLOSING:
                depth += 1
            elif kind in _OPENING:
                if depth == 0:
                    return Bracket(kind, at - 1, commas)
                depth -= 1
            elif kind == "COMMA" and depth == 0:
                commas += 1
        return None


def find_spot(analysis: Analysis, offset: int, text: str) -> Spot | None:
    """The place `offset` of `text`; None in comments, numbers and names in quotes.

    The text may have been edited since it was analysed. Only the statement of the
    cursor is read, with the one before it, to which an ELSE may belong.
    """
    same = _common(analysis.parsed.text, text)
    word = offset
    while word and (text[word - 1].isalnum() or text[word - 1] == "_"):
        word -= 1
    base = _base(analysis, min(same, word))
    stop = text.find("\n", offset + _BEHIND)
    code = text[base : stop if stop >= 0 else len(text)]
    at = offset - base
    tokens = tokenize(code)
    before = bisect_left(tokens, at, key=lambda token: token.start)
    if in_comment(code, tokens[before] if before < len(tokens) else tokens[-1], at):
        return None
    start, quoted = at, False
    last = tokens[before - 1] if before else None
    if last is not None and at <= last.end:
        written = last.text_in(code)
        if written[0].isalpha():
            start, before = last.start, before - 1
        elif last.kind in ("TEXT", "OPEN_TEXT") and _is_within(last, at):
            start, before, quoted = last.start + 1, before - 1, True
        elif last.kind in ("NUMBER", "OPEN_COMMENT") or (
            at < last.end and written[0] in "'\"\u2018\u201c"
        ):
            return None
    # A quoted text is itself what the grammar takes.
    stack = _stack_at(code, start - quoted, at)
    return Spot(
        code=code,
        base=base,
        known=min(same, base + start),
        start=start,
        offset=at,
        tokens=tokens[:before],
        expected=recogniser().expected(stack),
        quoted=quoted,
        target=_target(tokens[:before], base) if _is_assigning(stack) else None,
    )


def _is_within(token: Token, at: int) -> bool:
    return at < token.end or token.kind == "OPEN_TEXT"


def _common(one: str, other: str) -> int:
    """How many code points both texts begin with."""
    if one == other:
        return len(one)
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _base(analysis: Analysis, offset: int) -> int:
    """Where a statement before `offset` begins that could be read."""
    statements = analysis.parsed.tree.statements
    at = bisect_left(statements, offset, key=lambda each: each.span.start) - 1
    while at > 0 and isinstance(statements[at], Unknown):
        at -= 1
    return statements[at].span.start if at > 0 else 0


def in_comment(code: str, token: Token, at: int) -> bool:
    """Whether `at`, before `token`, is in a comment."""
    if not token.lead < at <= token.start:
        return False
    for piece in trivia(code, token):
        # Behind `*/` a comment is over, behind a line of one it goes on.
        end = piece.span.end - (piece.kind == "comment")
        if piece.kind in COMMENT_KINDS and piece.span.start < at <= end:
            return True
    return False


def _is_assigning(stack: Stack) -> bool:
    """Whether the statement begun last is an assignment whose `=` is there."""
    kinds = (kind for kind, _ in tokens_on(stack))
    if next((kind for kind in kinds if kind not in _IN_EXPRESSIONS), "") != "EQUAL":
        return False
    # A `=` that compares stands in the condition of a header.
    below = next((kind for kind in kinds if kind not in _IN_CONDITIONS), "")
    return below not in ("IF", "WHILE", "CHANGE_CONTEXTS")


def _target(tokens: Sequence[Token], base: int) -> int | None:
    """The name before the last `=` that is in no brackets: `name`, `name[…]`."""
    depth = 0
    is_found = False
    for token in reversed(tokens):
        depth += (token.kind in _CLOSING) - (token.kind in _OPENING)
        if is_found and depth == 0 and token.kind not in _OPENING:
            return base + token.start
        if token.kind == "EQUAL" and depth <= 0:
            is_found, depth = True, 0
    return None


def _stack_at(code: str, start: int, at: int) -> Stack:
    """The state of the parser where the word begins, mistakes before it repaired."""
    tokens, stacks = read_prefix(code[:start])
    returning = bool(tokens) and tokens[-1].kind == "RETURN"
    # Behind RETURN the names to return are meant, on a new line a statement.
    if returning and "\n" not in code[tokens[-1].end : at]:
        return recogniser().feed(stacks[-2], "RETURN_LIST") or stacks[-1]
    return stacks[-1]
