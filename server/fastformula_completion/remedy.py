"""A diagnostic that has no fix of its own, mended by a model."""

from __future__ import annotations

from collections import Counter

from fastformula import parse
from fastformula.analysis import Analysis, analyze
from fastformula.diagnostic import Diagnostic, Severity
from fastformula.text import LineIndex, Span
from fastformula_models import BackendError, Request, instructions

from fastformula_completion.insertion import put_in
from fastformula_completion.repair import Commission, Draft, told, write_until_right
from fastformula_completion.writing import facts_about, plain

MOST_LINES = 40
"""Of a longer statement only the lines of the mistake are given to the model."""


def remedy(text: str, diagnostic: Diagnostic, commission: Commission) -> Draft:
    """`text` with the statement of `diagnostic` written anew, and it gone.

    An answer is taken only where no error or warning is new. Blocks until the model
    has answered. Raises BackendError where it cannot or found no such answer, and
    Cancelled.
    """
    analysis = analyze(parse(text), commission.environment)
    span = _statement(analysis, diagnostic.span)
    lines = plain(span.text_in(text))
    instruction = instructions.correct(
        lines, told(text, [diagnostic]), facts_about(analysis, span.start)
    )
    before, after = text[: span.start], text[span.end :]
    request = Request(plain(before), plain(after), instruction=instruction)
    found = commission.find(text)
    known = {(each.code, each.span) for each in found}
    allowed = Counter(_name(each) for each in found)
    allowed[_name(diagnostic)] -= 1
    indent = " " * (span.start - before.rfind("\n") - 1)

    def place(code: str) -> Draft:
        return put_in(text, span, _like(code, lines, indent), known, commission)

    def is_right(draft: Draft) -> bool:
        left = Counter(
            _name(each)
            for each in draft.diagnostics
            if each.severity in (Severity.ERROR, Severity.WARNING)
            or _name(each) == _name(diagnostic)
        )
        return left <= allowed

    draft = write_until_right(commission, request, place, is_right)
    if not is_right(draft):
        raise BackendError("The model found nothing that mends this and does no harm.")
    return draft


def _statement(analysis: Analysis, span: Span) -> Span:
    """The innermost statement around a place, or else its lines."""
    text = analysis.parsed.text
    around = [
        placed.statement.span
        for placed in analysis.statements
        if placed.statement.span.start <= span.start
        and span.end <= placed.statement.span.end
    ]
    smallest = min(around, key=lambda each: each.end - each.start, default=span)
    if around and smallest.text_in(text).count("\n") < MOST_LINES:
        return smallest
    lines = LineIndex(text)
    start = lines.line_span(lines.position(span.start).line)[0]
    end = lines.line_span(lines.position(max(span.start, span.end - 1)).line)[1]
    said = text[start:end]
    blank = len(said) - len(said.lstrip(" \t"))
    return Span(start + blank, start + len(said.rstrip()))


def _like(code: str, lines: str, indent: str) -> str:
    """`code` indented as `lines` are, of which the first is at its place already."""
    first, *rest = code.lstrip().split("\n")
    if not rest:
        return first
    is_indented = all(line.startswith(indent) for line in rest if line.strip())
    return "\n".join(
        [first, *(each if is_indented else indent + each for each in rest)]
    )


def _name(diagnostic: Diagnostic) -> tuple[str, str]:
    return diagnostic.code, diagnostic.message
