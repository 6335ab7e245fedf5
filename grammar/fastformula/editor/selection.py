"""Growing a selection: from the word to the expression, the statement, the block."""

from __future__ import annotations

from fastformula.syntax import Parsed, path_to, trivia
from fastformula.syntax.tokens import COMMENT_KINDS, END
from fastformula.text import Span


def grow(parsed: Parsed, offset: int) -> tuple[Span, ...]:
    """What can be selected around `offset`, each span inside the next."""
    spans = [_word(parsed, offset)]
    spans += (node.span for node in reversed(path_to(parsed.tree, offset)))
    spans.append(Span(0, len(parsed.text)))
    grown: list[Span] = []
    for span in spans:
        if span is None or not span.start <= offset <= span.end:
            continue
        if not grown or (
            span != grown[-1]
            and (span.start <= grown[-1].start and grown[-1].end <= span.end)
        ):
            grown.append(span)
    return tuple(grown)


def _word(parsed: Parsed, offset: int) -> Span | None:
    """The token or comment that `offset` is in; of two that touch, the later one."""
    found = None
    for token in parsed.tokens:
        if token.lead < token.start and token.lead <= offset <= token.start:
            for piece in trivia(parsed.text, token):
                inside = piece.span.start < offset < piece.span.end
                if piece.kind in COMMENT_KINDS and inside:
                    return piece.span
        if token.kind != END and token.start <= offset <= token.end:
            found = token.span
        if token.start > offset:
            break
    return found
