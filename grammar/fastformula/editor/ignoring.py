"""The comment that excuses a place, as a fix an author can choose."""

from __future__ import annotations

from bisect import bisect_right

from fastformula.diagnostic import Diagnostic, Fix
from fastformula.linter import RULES
from fastformula.linter.codes import REMARKS
from fastformula.linter.suppression import CODE
from fastformula.syntax import Parsed, trivia
from fastformula.text import Edit, LineIndex, Span


def ignore(parsed: Parsed, diagnostic: Diagnostic) -> Fix | None:
    """A comment on the line above; None where none can excuse the diagnostic.

    Syntax errors cannot be excused. Neither can what begins in a line that has no code,
    or that itself begins within a text or a comment.
    """
    code = diagnostic.code
    able = code != CODE and (
        code in REMARKS or any(rule.name == code for rule in RULES)
    )
    text = parsed.text
    lines = LineIndex(text)
    line = lines.position(diagnostic.span.start).line
    start, end = lines.line_span(line)
    if not able or not _has_beginning(parsed, Span(start, end)):
        return None
    before = text[start:end]
    indent = before[: len(before) - len(before.lstrip(" \t"))]
    newline = "\r\n" if "\r\n" in text else "\n"
    comment = f"{indent}/* fastformula: ignore {code} */{newline}"
    return Fix(f"Ignore {code} here", (Edit(Span(start, start), comment),))


def _has_beginning(parsed: Parsed, line: Span) -> bool:
    """Whether a comment above the line would speak of what the line begins with."""
    at = bisect_right(parsed.tokens, line.start, key=lambda token: token.end)
    if at == len(parsed.tokens):
        return False
    token = parsed.tokens[at]
    return line.start <= token.start < line.end and not any(
        piece.kind != "blank" and piece.span.start < line.start < piece.span.end
        for piece in trivia(parsed.text, token)
    )
