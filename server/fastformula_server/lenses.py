"""What can be run, above the lines that it is about, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from fastformula.text import Span
from lsprotocol import types

from fastformula_server import convert
from fastformula_server.documents import Document
from fastformula_server.running import RUN, TEST
from fastformula_server.server import FormulaServer
from fastformula_server.testing.case import Case
from fastformula_server.testing.finding import is_case_file
from fastformula_server.testing.verdicts import first_line
from fastformula_server.workspace import to_path


async def on_code_lens(
    ls: FormulaServer, params: types.CodeLensParams
) -> list[types.CodeLens] | None:
    """Buttons that run a formula and its cases, with what came of them."""
    uri = params.text_document.uri
    path = to_path(uri)
    if path is None:
        return None
    if is_case_file(uri):
        document = ls.tests.documents.get(uri)
        if document is None:
            return None
        file = await ls.tests.file(path)
        return list(_of_cases(ls, file.document, file.cases))
    document = ls.documents.get(uri)
    if document is None:
        return None
    files = await ls.tests.files_of(path)
    cases = [case for file in files for case in file.cases]
    return list(_buttons(ls, document, Span(0, 0), cases, uri))


def _of_cases(
    ls: FormulaServer, document: Document, cases: Sequence[Case]
) -> Iterator[types.CodeLens]:
    """Above each case; those that come from the same rows have the same buttons."""
    places: dict[Span, list[Case]] = {}
    for case in cases:
        places.setdefault(case.span, []).append(case)
    for span, there in places.items():
        yield from _buttons(ls, document, span, there, document.uri)


def _buttons(
    ls: FormulaServer, document: Document, span: Span, cases: Sequence[Case], uri: str
) -> Iterator[types.CodeLens]:
    extent = convert.from_span(document, first_line(document, span))
    target: dict[str, object] = {"textDocument": {"uri": uri}}
    first = cases[0] if cases else None
    if first is not None:
        target |= {"textDocument": {"uri": ls.tests.texts().uri(first.file)}}
        target |= {"name": first.name}
    tooltip = f"With the values of the case {first.name!r}." if first else None
    yield types.CodeLens(
        extent, types.Command("Run", RUN, arguments=[target], tooltip=tooltip)
    )
    if cases and not ls.shows_tests:
        argument: dict[str, object] = {"textDocument": {"uri": uri}}
        if is_case_file(uri):
            argument["names"] = [case.name for case in cases]
        title = _title(ls, cases)
        yield types.CodeLens(extent, types.Command(title, TEST, arguments=[argument]))


def _title(ls: FormulaServer, cases: Sequence[Case]) -> str:
    """`Test (3)` before, `3 passed` or `1 of 3 failed` behind."""
    verdicts = ls.tests.verdicts(cases)
    failed = sum(not each.result.passed for each in verdicts)
    total = len(cases)
    if len(verdicts) < total and not failed:
        return "Test" if total == 1 else f"Test ({total})"
    if total == 1:
        return "Failed" if failed else "Passed"
    return f"{failed} of {total} failed" if failed else f"{total} passed"


FEATURES: tuple[tuple[str, Any, Any], ...] = (
    (types.TEXT_DOCUMENT_CODE_LENS, on_code_lens, None),
)
"""As in `handlers`."""
