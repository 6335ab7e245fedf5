"""How tokens of another language are put into the words of ours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from fastformula.diagnostic import Diagnostic, Fix, Severity
from fastformula.syntax.tables import load_tables
from fastformula.syntax.tokens import NAMES, Token
from fastformula.text import Edit, Span


class Rewrite(NamedTuple):
    """Read `tokens` instead of the next `removed` ones, and report `error`."""

    removed: int
    tokens: Sequence[Token]
    error: Diagnostic | None


Handler = Callable[[str, Sequence[Token], int, list[Token]], Rewrite | None]
"""Gets the text, all tokens, the index of the one it is listed for, and the tokens
rewritten so far (of which it may take back some); None leaves the token as it is."""


def mistake(code: str, span: Span, message: str, *fixes: Fix) -> Diagnostic:
    """A syntax error; `code` without its `syntax-`."""
    return Diagnostic(f"syntax-{code}", Severity.ERROR, span, message, fixes)


def replacement(title: str, span: Span, new_text: str) -> Fix:
    """A fix of one edit."""
    return Fix(title, (Edit(span, new_text),))


def stand_in(kind: str, token: Token) -> Token:
    """`token` read as another kind."""
    return token._replace(kind=kind)


def made_up(kind: str, before: Token) -> Token:
    """An empty token of `kind` in front of `before`."""
    return Token(kind, before.lead, before.lead, before.lead)


def word(text: str, token: Token) -> str:
    """The token in upper case, for comparison with words."""
    return token.text_in(text).upper()


def is_name(token: Token) -> bool:
    """Whether the token is a name, or a soft keyword that may be one."""
    return token.kind in NAMES or token.kind in load_tables().soft


def ends_operand(token: Token) -> bool:
    """Whether an operand can end with `token`, so that an operator may follow."""
    return token.kind in (
        "NAME",
        "QNAME",
        "NUMBER",
        "TEXT",
        "RPAR",
        "RSQB",
        "COUNT",
        "FIRST",
        "LAST",
    )


MOST_ERRORS = 1000
"""How many mistakes are mended in one text before the rest is left unread."""

REACH = 3000
"""How many tokens away a bracket or the start of a statement is looked for, so that a
text of nothing but mistakes costs no more than so much for each."""

OPERATORS = frozenset(
    "PLUS MINUS STAR SLASH CONCAT EQUAL NE LESSTHAN MORETHAN LE GE LPAR LSQB COMMA"
    " IF AND OR NOT WHILE LIKE".split()
)
"""Kinds behind which an operand must follow."""


def opens_block(out: Sequence[Token]) -> bool:
    """Whether `out` ends where the body of a header begins, past its `(` if any."""
    kinds = [token.kind for token in out[-2:]]
    if kinds[-1:] == ["LPAR"]:
        return kinds[0] in ("THEN", "ELSE", "LOOP")
    return kinds[-1:] in (["THEN"], ["ELSE"], ["LOOP"])


def find_opener(tokens: Sequence[Token], closer: int) -> int:
    """Index of the `(` that `tokens[closer]`, a `)`, closes; -1 if there is none."""
    depth = 0
    for at in range(closer, max(-1, closer - REACH), -1):
        depth += {"RPAR": 1, "LPAR": -1}.get(tokens[at].kind, 0)
        if depth == 0:
            return at
    return -1


def find_unclosed(tokens: Sequence[Token], end: int) -> int:
    """Index of the innermost `(` before `end` that is open there; -1 if none near."""
    depth = 0
    for at in range(end - 1, max(-1, end - REACH), -1):
        depth += {"RPAR": 1, "LPAR": -1}.get(tokens[at].kind, 0)
        if depth < 0:
            return at
    return -1


def find_closer(
    tokens: Sequence[Token], opener: int, opens: str = "LPAR", closes: str = "RPAR"
) -> int:
    """Index of the `)` that closes `tokens[opener]`, a `(`; -1 if there is none."""
    depth = 0
    for at in range(opener, min(opener + REACH, len(tokens))):
        depth += {opens: 1, closes: -1}.get(tokens[at].kind, 0)
        if depth == 0:
            return at
    return -1
