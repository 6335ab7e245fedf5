"""A formula, or a block of one, from an author's words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from fastformula import parse
from fastformula.analysis import Analysis, analyze
from fastformula.syntax import Parsed, trivia
from fastformula.syntax.tokens import COMMENT_KINDS
from fastformula.text import LineIndex, Span
from fastformula_models import Request, instructions

from fastformula_completion.context import make_context
from fastformula_completion.insertion import Room, lay_out, put_in
from fastformula_completion.repair import Commission, Draft, write_until_right

NEAR = 3_000
"""What a model surely sees of the text before a place, in code points."""

_SIGNS = re.compile(r"^[ \t]*(?:\*+|#+|--+|//+)?[ \t]?", re.MULTILINE)
"""What makes a line of a comment one."""


def write(wish: str, text: str, room: Room, commission: Commission) -> Draft:
    """`text` with what `wish` asks for in its room.

    Where nothing stands yet but comments, a whole formula is written. What can surely
    be mended in the answer is mended. Blocks until the model has answered. Raises
    BackendError where it cannot, and Cancelled.
    """
    analysis = analyze(parse(text), commission.environment)
    span, indent = room
    before, after = text[: span.start], text[span.end :]
    facts = facts_about(analysis, span.start)
    is_whole = not analysis.statements
    how = instructions.write_formula if is_whole else instructions.write_block
    request = Request(
        "" if is_whole else plain(before),
        "" if is_whole else plain(after),
        instruction=how(wish, facts),
    )
    known = {(each.code, each.span) for each in commission.find(text)}

    def place(code: str) -> Draft:
        laid = lay_out(code, before, after, indent)
        return put_in(text, span, laid, known, commission)

    return write_until_right(commission, request, place, lambda draft: not draft.errors)


def wish_at(parsed: Parsed, offset: int) -> tuple[str, int] | None:
    """What the comment at `offset` says, and where to write.

    On a blank line, that is the comment of the line above, and the place is `offset`.
    None where no comment is.
    """
    text = parsed.text
    lines = LineIndex(text)
    line = lines.position(offset).line
    start, end = lines.line_span(line)
    is_blank = not text[start:end].strip()
    top = lines.starts[max(0, line - 1)] if is_blank else offset
    for token in parsed.tokens:
        if token.start < top or offset < token.lead:
            continue
        comments = [
            piece.span for piece in trivia(text, token) if piece.kind in COMMENT_KINDS
        ]
        near = [span for span in comments if span.start <= offset and top <= span.end]
        if near:
            words = _words(text, comments[: comments.index(near[-1]) + 1])
            return (words, offset if is_blank else near[-1].end) if words else None
    return None


def _words(text: str, comments: Sequence[Span]) -> str:
    """What the last comments say, of which each begins on the line below the other."""
    said = ""
    begun = comments[-1].end
    for span in reversed(comments):
        if text[span.end : begun].count("\n") > 1:
            break
        inside = span.text_in(text).removeprefix("/*").removesuffix("*/")
        said = f"{_SIGNS.sub('', inside).strip()}\n{said}"
        begun = span.start
    return said.strip()


def facts_about(analysis: Analysis, offset: int) -> str:
    """What is known of a formula, in lines, besides those near `offset`."""
    near = analysis.parsed.text[max(0, offset - NEAR) : offset]
    said = {line.strip() for line in near.splitlines()}
    product = analysis.environment.product
    name = {"fusion": "Oracle Fusion Cloud HCM", "ebs": "Oracle E-Business Suite"}
    head = f"/* Product: {name[product]} */\n" if product else ""
    context = make_context(analysis, offset).splitlines(keepends=True)
    return head + "".join(line for line in context if line.strip() not in said)


def plain(text: str) -> str:
    """`text` as models are trained on it: with plain line feeds."""
    return text.replace("\r\n", "\n")
