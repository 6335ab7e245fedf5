"""What lines of a formula do, in a model's words."""

from __future__ import annotations

from fastformula import parse
from fastformula.analysis import analyze
from fastformula.text import Span
from fastformula_models import BackendError, Request, instructions

from fastformula_completion.answer import clean_text, is_text_over
from fastformula_completion.repair import Commission, ask
from fastformula_completion.writing import facts_about, plain


def explain(text: str, span: Span, commission: Commission) -> str:
    """Markdown about what `span` covers, or about all of `text` where that is blank.

    It is a model's, and may be wrong. Blocks until the model has answered. Raises
    BackendError where it cannot, and Cancelled.
    """
    lines = span.text_in(text)
    if not lines.strip():
        span, lines = Span(0, len(text)), text
    analysis = analyze(parse(text), commission.environment)
    words = instructions.explain(plain(lines), facts_about(analysis, span.start))
    before, after = plain(text[: span.start]), plain(text[span.end :])
    request = Request(before, after, instruction=words)
    said = clean_text(ask(commission, request, is_text_over))
    if not said:
        raise BackendError("The model had nothing to say.")
    return said
