"""A text as the formatter sees it: tokens with their roles, and what is between them.

The gap `i` is what stands before token `i`; tokens and gaps together are the text.
"""

from __future__ import annotations

from itertools import accumulate
from typing import NamedTuple

from fastformula.formatter.style import Case, Style
from fastformula.syntax import Parsed, Token, trivia, walk
from fastformula.syntax.tables import load_tables
from fastformula.syntax.tokens import NAMES
from fastformula.syntax.tree import Call, Name, Node, Unary
from fastformula.text import LINE_BREAK

_METHODS = frozenset("COUNT DELETE EXISTS FIRST LAST NEXT PREVIOUS PRIOR".split())
_HEADS = frozenset("CALL_FORMULA CHANGE_CONTEXTS NEED_CONTEXT".split())
_NO_BLANK_BEFORE = frozenset("COMMA RPAR RSQB DOT LSQB".split())
_NO_BLANK_BEHIND = frozenset("LPAR LSQB DOT".split())
_SIGNS = frozenset(("PLUS", "MINUS"))


class Remark(NamedTuple):
    """A comment or a stray semicolon, with the line breaks around it."""

    text: str
    before: int
    """Line breaks between what stands before it and it."""
    column: int
    """Where it begins in its line; -1 when other than blanks stand before it."""
    ends_line: bool
    """Whether it runs to the end of its line."""

    @property
    def is_separator(self) -> bool:
        """Whether it is a semicolon."""
        return self.text == ";"


class Gap(NamedTuple):
    """What stands between two tokens."""

    remarks: tuple[Remark, ...]
    breaks: int
    """Line breaks behind the last remark."""

    @property
    def is_broken(self) -> bool:
        """Whether remarks make a line end here, whatever fits."""
        return bool(self.remarks) and (
            self.breaks > 0
            or any(each.before or each.ends_line for each in self.remarks)
        )


_NO_GAP = Gap((), 0)


class Source:
    """The tokens of one text, with all that their layout depends on."""

    def __init__(self, parsed: Parsed, style: Style) -> None:
        self.parsed = parsed
        self.style = style
        self.text = parsed.text
        self.tokens = parsed.tokens
        self.newline = _newline(self.text)
        self._index = {token.start: at for at, token in enumerate(self.tokens)}
        self._ends = {token.end: at for at, token in enumerate(self.tokens[:-1])}
        self._find_roles()
        self.gaps = [_read_gap(self.text, token) for token in self.tokens]
        self.words = [self._cased(at, token) for at, token in enumerate(self.tokens)]
        self._measure()

    def first(self, node: Node) -> int:
        """The token that `node` begins with."""
        return self._index[node.span.start]

    def last(self, node: Node) -> int:
        """The token that `node` ends with."""
        return self._ends[node.span.end]

    def before(self, at: int) -> str:
        """The gap before a token as it is."""
        token = self.tokens[at]
        return self.text[token.lead : token.start]

    def column(self, at: int) -> int:
        """Where a token begins in its line."""
        return _column(self.text, self.tokens[at].start)

    def is_sign(self, at: int) -> bool:
        """Whether a token is the sign of an operand, not an operator."""
        return at in self._unary

    def is_tight(self, at: int) -> bool:
        """Whether no blank stands before a token where its line goes on."""
        return self._tight[at]

    def flat(self, first: int, last: int) -> int:
        """The width of some tokens in one line."""
        return self._width[last + 1] - self._width[first] - self._blank[first]

    def is_broken(self, first: int, last: int) -> bool:
        """Whether remarks between some tokens end a line."""
        return self._broken[last + 1] > self._broken[first + 1]

    def _find_roles(self) -> None:
        self._names: set[int] = set()
        self._functions: set[int] = set()
        self._unary: set[int] = set()
        for node in walk(self.parsed.tree):
            if node.span.start == node.span.end:
                # Made up by the parser, which does not make a neighbour a name.
                continue
            match node:
                case Name():
                    self._names.add(node.span.start)
                case Call():
                    self._functions.add(node.function.span.start)
                case Unary():
                    self._unary.add(self._index[node.span.start])
        self._heads = {
            at
            for at, token in enumerate(self.tokens)
            if token.start in self._functions
            or token.kind in _HEADS
            or (token.kind in _METHODS and token.start not in self._names)
        }

    def _is_tight(self, at: int) -> bool:
        last, token = self.tokens[at - 1].kind, self.tokens[at].kind
        if token in _NO_BLANK_BEFORE or last in _NO_BLANK_BEHIND:
            return True
        if token == "LPAR":
            return at - 1 in self._heads
        return at - 1 in self._unary and token not in _SIGNS

    def _cased(self, at: int, token: Token) -> str:
        word = token.text_in(self.text)
        if token.start in self._functions:
            return _in_case(word, self.style.functions)
        if token.kind in NAMES or token.start in self._names:
            return word
        if token.kind in _METHODS:
            return _in_case(word, self.style.functions)
        if token.kind in _KEYWORDS:
            return _in_case(word, self.style.keywords)
        return word

    def _measure(self) -> None:
        self._tight = [self._is_tight(at) for at in range(len(self.tokens))]
        self._blank = [
            sum(len(each.text) + 1 for each in gap.remarks) + (not self._tight[at])
            for at, gap in enumerate(self.gaps)
        ]
        widths = map(_width, self.words)
        self._width = list(
            accumulate(
                (blank + word for blank, word in zip(self._blank, widths, strict=True)),
                initial=0,
            )
        )
        self._broken = list(accumulate((gap.is_broken for gap in self.gaps), initial=0))


_KEYWORDS = frozenset(load_tables().keywords.values()) | {"RETURN_LIST"}


def _in_case(word: str, case: Case) -> str:
    # The upper case of other letters may be other letters.
    if case == "keep" or not word.isascii() or word.startswith('"'):
        return word
    return word.upper() if case == "upper" else word.lower()


def _width(word: str) -> int:
    return max(map(len, LINE_BREAK.split(word))) if len(word) > 20 else len(word)


def _newline(text: str) -> str:
    breaks = LINE_BREAK.findall(text)
    return max(("\n", "\r\n", "\r"), key=breaks.count)


def _column(text: str, offset: int) -> int:
    start = max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1
    return len(text[start:offset].expandtabs(4))


def _read_gap(text: str, token: Token) -> Gap:
    if text[token.lead : token.start] in ("", " "):
        return _NO_GAP
    breaks = 0
    is_first = token.lead == 0
    remarks = []
    for piece in trivia(text, token):
        written = piece.span.text_in(text)
        if piece.kind == "blank":
            breaks += len(LINE_BREAK.findall(written))
            continue
        column = _column(text, piece.span.start) if breaks or is_first else -1
        ends_line = piece.kind in ("hash-comment", "foreign-comment")
        remarks.append(Remark(written, breaks, column, ends_line))
        breaks, is_first = 0, False
    return Gap(tuple(remarks), breaks)
