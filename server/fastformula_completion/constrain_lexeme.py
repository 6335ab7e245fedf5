"""Lexemes byte by byte: which byte goes on with one, and what a whole one is.

Models write bytes: a token of theirs may end inside a word, a text literal or a
character. Comments are never begun here, and texts never run over a line end.
"""

from __future__ import annotations

import codecs
import re
from functools import cache, lru_cache

from fastformula.syntax.tables import load_tables

LONGEST_NAME = 80
"""Characters of the longest name. Source: Oracle, Administering Fast Formulas,
"Naming Schemes for Variables"."""

BLANKS = frozenset(b" \t\n")
_DIGITS = frozenset(b"0123456789")
_LETTERS = frozenset(byte for byte in range(256) if chr(byte).isalpha() or byte > 127)
WORD = _LETTERS | _DIGITS | {ord("_")}
WORD_STARTS = WORD - _DIGITS
_QUOTE, _DOUBLE_QUOTE, _DOT = ord("'"), ord('"'), ord(".")

_NO_SIGNS = frozenset({"NAME", "QNAME", "NUMBER", "TEXT"})

_NEVER = frozenset({b"--", b"//", b"/*", b"=="})
"""What begins a comment, or is another language's sign."""


@cache
def signs() -> dict[bytes, str]:
    """The signs of the grammar with their terminals."""
    tables = load_tables()
    characters = [chr(code) for code in range(33, 127) if not chr(code).isalnum()]
    written = characters + [one + other for one in characters for other in characters]
    return {
        sign.encode(): name
        for name, pattern in tables.patterns.items()
        if name not in tables.ignored | _NO_SIGNS
        for sign in written
        if re.fullmatch(pattern, sign)
    }


@cache
def _beginnings() -> frozenset[bytes]:
    return frozenset(sign[:length] for sign in signs() for length in (1, 2))


def begins(byte: int) -> bool:
    """Whether a lexeme can begin with `byte`."""
    return (
        byte in WORD
        or byte in (_QUOTE, _DOUBLE_QUOTE)
        or bytes((byte,)) in _beginnings()
    )


def goes_on(lexeme: bytes, byte: int) -> bool:
    """Whether `byte` belongs to a lexeme that began as `lexeme`."""
    first = lexeme[0]
    if first in WORD_STARTS:
        return byte in WORD and len(lexeme) < LONGEST_NAME
    if first == _QUOTE:
        if lexeme.count(b"'") % 2 == 0:
            return byte == _QUOTE
        return byte not in b"\r\n" and _is_text(lexeme, byte)
    if first == _DOUBLE_QUOTE:
        closed = len(lexeme) > 1 and lexeme.endswith(b'"')
        return not closed and byte not in b"\r\n" and _is_text(lexeme, byte)
    if first in _DIGITS or (first == _DOT and (byte in _DIGITS or len(lexeme) > 1)):
        return byte in _DIGITS or (byte == _DOT and b"." not in lexeme)
    return lexeme + bytes((byte,)) in _beginnings()


def may_follow(lexeme: bytes, byte: int) -> bool:
    """Whether another lexeme may begin with `byte` right behind the whole `lexeme`."""
    if lexeme[0] in _DIGITS or (lexeme[0] == _DOT and len(lexeme) > 1):
        return byte not in WORD
    return lexeme + bytes((byte,)) not in _NEVER


def kind_of(lexeme: bytes) -> str | None:
    """The terminal of a lexeme, NAME for all words; None while it is not whole."""
    first = lexeme[0]
    if first in WORD_STARTS:
        return "NAME"
    if first == _QUOTE:
        return "TEXT" if lexeme.count(b"'") % 2 == 0 else None
    if first == _DOUBLE_QUOTE:
        return "QNAME" if len(lexeme) > 1 and lexeme.endswith(b'"') else None
    if first in _DIGITS or (len(lexeme) > 1 and first == _DOT):
        return "NUMBER"
    return signs().get(lexeme)


@lru_cache(maxsize=4096)
def kinds_from(beginning: bytes) -> tuple[str, ...]:
    """The terminals of numbers, texts and signs that begin so."""
    if beginning[0] == _QUOTE:
        return ("TEXT",)
    if beginning[0] in _DIGITS:
        return ("NUMBER",)
    if beginning[0] == _DOT:
        return ("DOT", "NUMBER") if len(beginning) == 1 else ("NUMBER",)
    kinds = (kind for sign, kind in signs().items() if sign.startswith(beginning))
    return tuple(dict.fromkeys(kinds))


def word_after(text: str) -> str:
    """What of a word stands at the start of `text`."""
    return re.match(r"\w*", text[:LONGEST_NAME])[0]  # type: ignore[index]


def _is_text(lexeme: bytes, byte: int) -> bool:
    """Whether the bytes are UTF-8 as far as they go."""
    if byte < 128 > lexeme[-1]:
        return True
    try:
        codecs.getincrementaldecoder("utf-8")().decode(lexeme + bytes((byte,)))
    except UnicodeDecodeError:
        return False
    return True
