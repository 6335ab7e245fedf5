"""Signs that other languages use; see `normalisation`."""

from __future__ import annotations

from collections.abc import Sequence

from fastformula.diagnostic import Fix
from fastformula.syntax.rewriting import (
    Handler,
    Rewrite,
    ends_operand,
    find_closer,
    made_up,
    mistake,
    replacement,
    stand_in,
)
from fastformula.syntax.tokens import Token
from fastformula.text import Edit, Span


def _curly_text(
    text: str, tokens: Sequence[Token], at: int, out: list[Token]
) -> Rewrite:
    token = tokens[at]
    straight = "'" + token.text_in(text)[1:-1].replace("'", "''") + "'"
    error = mistake(
        "quotes",
        token.span,
        "Typographic quotes do not delimit a text. Oracle knows only the straight "
        "quote '.",
        replacement("Use straight quotes", token.span, straight),
    )
    return Rewrite(1, (stand_in("TEXT", token),), error)


def _sign(kind: str, code: str, message: str, write: str) -> Handler:
    """A handler for one wrong sign that means the terminal `kind`."""

    def handle(
        text: str, tokens: Sequence[Token], at: int, out: list[Token]
    ) -> Rewrite:
        token = tokens[at]
        fix = replacement(f"Replace by `{write}`", token.span, write)
        error = mistake(code, token.span, message, fix)
        return Rewrite(1, (stand_in(kind, token),), error)

    return handle


def _brace_open(
    text: str, tokens: Sequence[Token], at: int, out: list[Token]
) -> Rewrite:
    token = tokens[at]
    header = next(
        (
            each
            for each in reversed(out)
            if each.kind in ("IF", "WHILE", "THEN", "LOOP")
        ),
        None,
    )
    middle: tuple[Token, ...] = ()
    if header and out[-1].kind not in ("THEN", "ELSE", "LOOP"):
        missing = {"IF": "THEN", "WHILE": "LOOP"}.get(header.kind)
        middle = (made_up(missing, token),) if missing else ()
    edits = [Edit(token.span, f"{_spell(middle)}(")]
    closer = find_closer(tokens, at, "BRACE_OPEN", "BRACE_CLOSE")
    if closer > 0:
        edits.append(Edit(tokens[closer].span, ")"))
    error = mistake(
        "braces",
        token.span,
        "Braces do not group statements. Put the statements of a branch or loop in "
        "parentheses: THEN ( … ), ELSE ( … ), LOOP ( … ).",
        Fix("Replace by `( … )`", tuple(edits)),
    )
    return Rewrite(1, (*middle, stand_in("LPAR", token)), error)


def _spell(tokens: Sequence[Token]) -> str:
    """The keywords that were put in before a brace, each with a blank behind it."""
    return "".join(f"{token.kind} " for token in tokens)


def _brace_close(
    text: str, tokens: Sequence[Token], at: int, out: list[Token]
) -> Rewrite:
    token = tokens[at]
    # Its partner has been reported already.
    known = any(each.kind == "BRACE_OPEN" for each in tokens[:at])
    error = mistake(
        "braces",
        token.span,
        "Braces do not group statements; use `)`.",
        replacement("Replace by `)`", token.span, ")"),
    )
    return Rewrite(1, (stand_in("RPAR", token),), None if known else error)


def _open_text(
    text: str, tokens: Sequence[Token], at: int, out: list[Token]
) -> Rewrite:
    token = tokens[at]
    error = mistake(
        "text-not-closed",
        token.span,
        "This text has no closing quote. A quote inside a text is written twice: "
        "'O''Donnell'.",
        replacement("Close the text", Span(token.end, token.end), "'"),
    )
    return Rewrite(1, (stand_in("TEXT", token),), error)


def _open_comment(
    text: str, tokens: Sequence[Token], at: int, out: list[Token]
) -> Rewrite:
    token = tokens[at]
    error = mistake(
        "comment-not-closed",
        Span(token.start, token.start + 2),
        "This comment is never closed with */, so the rest of the formula is part "
        "of it.",
        replacement("Close the comment at the end", Span(token.end, token.end), " */"),
    )
    return Rewrite(1, (), error)


_BAD_MEANING = {
    "|": ("CONCAT", "||", "Text is joined with `||`."),
    "%": ("STAR", "", "There is no `%` operator; the remainder is MOD(a, b)."),
    "^": ("STAR", "", "There is no `^` operator; a power is POWER(a, b)."),
    "!": ("NOT", "NOT ", "Negation is written NOT."),
    "&": ("AND", "AND", "Conditions are joined with AND."),
    "≥": ("GE", ">=", "Write `>=`."),
    "≤": ("LE", "<=", "Write `<=`."),
    "≠": ("NE", "<>", "Write `<>`."),
    "×": ("STAR", "*", "Write `*`."),
    "÷": ("SLASH", "/", "Write `/`."),
    "–": ("MINUS", "-", "Minus is written `-`."),
    "—": ("MINUS", "-", "Minus is written `-`."),
    "−": ("MINUS", "-", "Minus is written `-`."),
}
"""What some signs mean elsewhere: the terminal, what to write, and the advice."""

_CONCAT = ("CONCAT", "||", "Text is joined with `||`.")
_JOINTS = {
    "!": (_CONCAT, ("NE", "<>", "Not equal is written `<>`.")),
    "&": (_CONCAT, _BAD_MEANING["&"]),
}
"""The same for signs between two operands: in an expression, and in a condition."""


def _in_condition(out: Sequence[Token]) -> bool:
    heads = ("IF", "WHILE", "THEN", "LOOP", "ELSE", "RETURN", "IS", "ARE")
    last = next((each.kind for each in reversed(out) if each.kind in heads), "")
    return last in ("IF", "WHILE")


def _bad(text: str, tokens: Sequence[Token], at: int, out: list[Token]) -> Rewrite:
    first, size = tokens[at], 1
    while tokens[at + size].kind == "BAD" and tokens[at + size].lead == (
        tokens[at + size].start
    ):
        size += 1
    span = Span(first.start, tokens[at + size - 1].end)
    written = span.text_in(text)
    following = tokens[at + size]
    inside_name = out and out[-1].kind == "NAME" and out[-1].end == first.start
    if inside_name and following.kind == "NAME" and following.start == span.end:
        whole = out.pop()._replace(end=following.end)
        error = mistake(
            "name",
            whole.span,
            f"`{written}` cannot stand in a name. A name is letters, digits and "
            "underscores and begins with a letter; any other is written in double "
            "quotes.",
        )
        return Rewrite(size + 1, (whole,), error)
    kind, write, advice = _BAD_MEANING.get(written, ("", "", ""))
    if written in _JOINTS and out and ends_operand(out[-1]):
        kind, write, advice = _JOINTS[written][_in_condition(out)]
    shown = f"`{written}`"
    if not written.isprintable():
        code_points = " ".join(f"U+{ord(each):04X}" for each in written)
        shown = f"An invisible character ({code_points})"
    if written == '"':
        advice = "A quoted name needs its closing double quote in the same line."
    fixes = [replacement(f"Remove `{written}`", span, "")]
    if kind:
        fixes = [replacement(f"Replace by `{write}`", span, write)] if write else []
    error = mistake(
        "character",
        span,
        f"{shown} has no meaning in a formula. {advice}".strip(),
        *fixes,
    )
    return Rewrite(size, (stand_in(kind, first),) if kind else (), error)


SIGNS: dict[str, Handler] = {
    "CURLY_TEXT": _curly_text,
    "ASSIGN": _sign(
        "EQUAL", "assignment", "A value is assigned with `=`, not `:=`.", "="
    ),
    "DOUBLE_EQUAL": _sign("EQUAL", "equality", "Equality is `=`, not `==`.", "="),
    "DOUBLE_AND": _sign("AND", "and", "Conditions are joined with AND.", "AND"),
    "BRACE_OPEN": _brace_open,
    "BRACE_CLOSE": _brace_close,
    "OPEN_TEXT": _open_text,
    "OPEN_COMMENT": _open_comment,
    "BAD": _bad,
}
"""Handlers by the kind of token."""
