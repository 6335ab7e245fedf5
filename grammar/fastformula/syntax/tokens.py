"""From text to tokens; nothing of the text is lost.

What stands between two tokens is trivia: blanks, comments and stray semicolons.
A token knows where the trivia before it begins, so the tokens of a text cover all
of it, and joining them gives the text back.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from typing import Literal, NamedTuple

from fastformula.syntax.tables import load_tables
from fastformula.text import Span

END = "$END"
NAMES = frozenset({"NAME", "QNAME"})

TriviaKind = Literal["blank", "comment", "hash-comment", "separator", "foreign-comment"]

COMMENT_KINDS: frozenset[TriviaKind] = frozenset(
    {"comment", "hash-comment", "foreign-comment"}
)


class Token(NamedTuple):
    """A word, literal or sign.

    `kind` is the terminal's name in the grammar; a soft keyword keeps its own kind
    even where the parser took it for a name. `lead` is where the trivia before the
    token begins. A token that error recovery made up is empty (`start == end`).
    """

    kind: str
    start: int
    end: int
    lead: int

    @property
    def span(self) -> Span:
        """Where it stands, without trivia."""
        return Span(self.start, self.end)

    def text_in(self, text: str) -> str:
        """The token as written."""
        return text[self.start : self.end]


def move_tokens(tokens: Iterable[Token], by: int) -> Iterator[Token]:
    """`tokens` as they are `by` code points further on."""
    make = tuple.__new__
    return (
        make(Token, (kind, start + by, end + by, lead + by))
        for kind, start, end, lead in tokens
    )


class Trivia(NamedTuple):
    """A piece of what stands between tokens."""

    kind: TriviaKind
    span: Span


# What people write that is no token of the language. It is cut out whole here, so
# that it can be named in one message, and read as what was meant.
FOREIGN = {
    # A text in typographic quotes; the closing one may be straight.
    "CURLY_TEXT": "[\u2018\u2019][^\u2018\u2019'\r\n]*[\u2018\u2019']"
    '|[\u201c\u201d][^\u201c\u201d"\r\n]*[\u201c\u201d"]',
    "ASSIGN": ":=",
    "DOUBLE_EQUAL": "==",
    "DOUBLE_AND": "&&",
    "BRACE_OPEN": r"\{",
    "BRACE_CLOSE": r"\}",
    "OPEN_TEXT": r"'[^'\r\n]*",
    "OPEN_COMMENT": r"/\*(?s:.)*",
    "BAD": r"(?s:.)",
}

_SIGNS = (
    "CONCAT NE LE GE LPAR RPAR LSQB RSQB COMMA DOT EQUAL LESSTHAN MORETHAN PLUS MINUS"
    " STAR SLASH"
)
# `--` at the start of a line, or before a blank, opens a comment in the SQL that
# authors know; elsewhere (`a --b`) it is two signs. `//` is never anything else.
_FOREIGN_COMMENT = r"(?:(?m:^)[ \t]*--|--(?=[\s-]|$)|//)[^\r\n]*"


@cache
def _scanner() -> re.Pattern[str]:
    patterns = load_tables().patterns
    trivia = "|".join(
        f"(?:{pattern})"
        for pattern in (
            _FOREIGN_COMMENT,
            patterns["BLANK"],
            patterns["COMMENT"],
            patterns["HASH_COMMENT"],
            patterns["SEPARATOR"],
        )
    )
    groups = {"TRIVIA": f"(?:{trivia})+"}
    groups |= {name: patterns[name] for name in ("TEXT", "QNAME", "NAME", "NUMBER")}
    # `==` and `:=` must be seen before `=`, but `>=` and `=>` before those.
    groups |= {name: patterns[name] for name in ("NE", "LE", "GE")}
    groups |= {name: FOREIGN[name] for name in ("ASSIGN", "DOUBLE_EQUAL", "DOUBLE_AND")}
    groups["OPEN_COMMENT"] = FOREIGN["OPEN_COMMENT"]
    groups |= {name: patterns[name] for name in _SIGNS.split() if name not in groups}
    groups |= {name: FOREIGN[name] for name in FOREIGN if name not in groups}
    return re.compile("|".join(f"(?P<{name}>{groups[name]})" for name in groups))


_PIECES = re.compile(
    rf"(?P<foreign>{_FOREIGN_COMMENT})|(?P<blank>\s+)|(?P<separator>;)"
    r"|(?P<comment>/\*(?s:.)*?\*/)|(?P<hash>#[^\r\n]*)"
)


def trivia(text: str, token: Token) -> Iterator[Trivia]:
    """The pieces of trivia before `token`, in order."""
    kinds: dict[str, TriviaKind] = {
        "foreign": "foreign-comment",
        "blank": "blank",
        "separator": "separator",
        "comment": "comment",
        "hash": "hash-comment",
    }
    for match in _PIECES.finditer(text, token.lead, token.start):
        yield Trivia(kinds[match.lastgroup or ""], Span(*match.span()))


def tokenize(text: str) -> list[Token]:
    """All tokens of `text`, the last of kind `$END`; foreign ones among them."""
    cut: set[int] = set()
    while True:
        tokens = list(scan(text, 0, cut))
        unclosed = _find_unclosed(text, tokens, cut)
        if unclosed is None:
            return list(mark_return_lists(tokens))
        cut.add(unclosed)


def _find_unclosed(text: str, tokens: list[Token], cut: set[int]) -> int | None:
    """Where the text literal begins that lost its closing quote, if one did.

    A quote too many turns all text behind it inside out, and the first literal that
    runs over a line end is then the likeliest to have lost its own.
    """
    opened = [t for t in tokens if t.kind == "OPEN_TEXT" and t.start not in cut]
    if not opened:
        return None
    for token in tokens:
        if token.kind == "TEXT" and "\n" in token.text_in(text):
            return token.start
    return opened[0].start


def scan(
    text: str, start: int = 0, cut: Collection[int] = frozenset()
) -> Iterator[Token]:
    """The tokens of `text` from `start` on, one by one, and then `$END`.

    `start` must not lie inside a token, and RETURN is not yet told from RETURN_LIST.
    The text literals that begin at `cut` end at the end of their line.
    """
    keywords = load_tables().keywords
    match_at = _scanner().match
    lead = position = start
    size = len(text)
    while position < size:
        match = match_at(text, position)
        assert match is not None and match.lastgroup is not None
        kind = match.lastgroup
        position = match.end()
        if kind == "TRIVIA":
            continue
        begin = match.start()
        if kind == "NAME":
            kind = keywords.get(match.group().upper(), "NAME")
        elif kind == "TEXT" and begin in cut:
            kind = "OPEN_TEXT"
            position = begin + len(re.split(r"[\r\n]", match.group())[0])
        yield Token(kind, begin, position, lead)
        lead = position
    yield Token(END, size, size, lead)


def mark_return_lists(tokens: Iterable[Token]) -> Iterator[Token]:
    """Tell RETURN from RETURN_LIST, looking two tokens ahead.

    A name behind RETURN belongs to it, unless the name begins the next statement:
    Oracle's own sample reads `RETURN /* ignored */ BONUS = 10`.
    """
    source = iter(tokens)
    ahead: deque[Token] = deque()
    soft = load_tables().soft
    while True:
        token = ahead.popleft() if ahead else next(source, None)
        if token is None:
            return
        if token.kind == "RETURN":
            while len(ahead) < 2 and (following := next(source, None)):
                ahead.append(following)
            if len(ahead) == 2:
                name, after = ahead[0].kind, ahead[1].kind
                if (name in NAMES or name in soft) and after not in (
                    "EQUAL",
                    "LSQB",
                    "LPAR",
                    "DOT",
                ):
                    token = token._replace(kind="RETURN_LIST")
        yield token
