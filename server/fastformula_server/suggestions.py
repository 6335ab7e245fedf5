"""What the model may be asked to do at a place, as code actions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fastformula.diagnostic import Diagnostic, Severity
from fastformula.text import Span
from fastformula_completion.writing import wish_at
from lsprotocol import types

from fastformula_server import convert
from fastformula_server.analyses import Judged
from fastformula_server.settings import Settings
from fastformula_server.writing import EXPLAIN, FIX, WRITE

# Texts, because a member of the enumeration is not formatted as its value.
_FIX = types.CodeActionKind.QuickFix.value
_REWRITE = types.CodeActionKind.RefactorRewrite.value
KINDS = (_FIX, _REWRITE)

_FOLLOWING = ("local", "remote", "fake")
"""Backends that may follow instructions; of others nothing is suggested."""


def suggest(
    judged: Judged, there: Iterable[Diagnostic], span: Span, settings: Settings
) -> Iterator[types.CodeAction]:
    """Actions for `span` and what is wrong `there`.

    What has a fix of its own needs no model.
    """
    if not settings.enabled or settings.backend not in _FOLLOWING:
        return
    document = judged.document
    formula = {"textDocument": {"uri": document.uri}}
    for each in there:
        if not each.fixes and each.severity in (Severity.ERROR, Severity.WARNING):
            found = convert.from_diagnostic(document, each)
            place = {"range": found.range, "code": each.code}
            title = "Fix with the model…"
            yield types.CodeAction(
                title,
                _FIX,
                [found],
                command=types.Command(title, FIX, arguments=[formula | place]),
            )
    extent = convert.from_span(document, span)
    if wish_at(judged.parsed, span.start) is not None:
        title = "Write what the comment asks for…"
        yield types.CodeAction(
            title,
            _REWRITE,
            command=types.Command(
                title, WRITE, arguments=[formula | {"position": extent.start}]
            ),
        )
    if span.start < span.end:
        title = "Explain with the model"
        yield types.CodeAction(
            title,
            types.CodeActionKind.Empty.value,
            command=types.Command(
                title, EXPLAIN, arguments=[formula | {"range": extent}]
            ),
        )
