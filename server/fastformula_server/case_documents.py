"""Case files in the editor: their texts, what is wrong in them, and what failed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence

from fastformula.diagnostic import Diagnostic, Severity
from lsprotocol import types
from pygls.capabilities import get_capability

from fastformula_server import convert
from fastformula_server.documents import Change, Document
from fastformula_server.server import FormulaServer
from fastformula_server.testing.finding import CaseFile
from fastformula_server.testing.protocol import TESTS_CHANGED
from fastformula_server.testing.verdicts import first_line
from fastformula_server.workspace import to_path

_PAUSE = 0.3
"""In seconds: how long nobody types before a case file is looked at."""

_ALL = ""
"""Under which the other tests wait, in the place of a URI."""


def open_cases(ls: FormulaServer, uri: str, version: int, text: str) -> None:
    """Hold the text of a case file, and say what is wrong in it."""
    _look_at(ls, ls.tests.documents.open(uri, version, text))
    tell_tests_changed(ls)


def change_cases(
    ls: FormulaServer, uri: str, version: int, changes: Sequence[Change]
) -> None:
    """Make the edits, and say what is wrong now."""
    document = ls.tests.documents.change(uri, version, changes)
    if document is not None:
        _look_at(ls, document)
        tell_tests_changed(ls)


def close_cases(ls: FormulaServer, uri: str) -> None:
    """Forget the text."""
    ls.tests.documents.close(uri)
    _stop(ls, uri)
    ls.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))
    tell_tests_changed(ls)


def tell_tests_changed(ls: FormulaServer) -> None:
    """Have the client ask again which cases there are, once nobody types."""

    async def tell() -> None:
        if ls.shows_tests:
            ls.protocol.notify(TESTS_CHANGED, {})
        refresh_lenses(ls)

    _later(ls, _ALL, tell)


def refresh_lenses(ls: FormulaServer) -> None:
    """Have the client ask for the code lenses again, if it can."""
    if get_capability(ls.client_capabilities, "workspace.code_lens.refresh_support"):
        ls.workspace_code_lens_refresh(None)


def show_verdicts(ls: FormulaServer, changed: Iterable[Document]) -> None:
    """Show what became of cases, in the texts in which that is to be seen."""
    formulas = False
    for document in changed:
        if ls.tests.documents.is_current(document):
            _look_at(ls, document, 0)
        else:
            formulas = True
            ls.show_diagnostics(document)
            show_failures(ls, document)
    if formulas and ls.pulls and not sends_failures(ls):
        ls.workspace_diagnostic_refresh(None)
    refresh_lenses(ls)


def sends_failures(ls: FormulaServer) -> bool:
    """Whether failures are sent to a client that asks for what is wrong otherwise.

    Neovim 0.11 cannot be told to ask again, and keeps both apart.
    """
    refresh = "workspace.diagnostics.refresh_support"
    return ls.pulls and not get_capability(ls.client_capabilities, refresh)


def show_failures(
    ls: FormulaServer, document: Document, before: Document | None = None
) -> None:
    """Send which cases failed in a formula, unless there is none, nor was `before`."""
    if sends_failures(ls):
        found = ls.tests.problems(document)
        if before is None or found or ls.tests.problems(before):
            shown = convert.from_failures(document, found)
            ls.text_document_publish_diagnostics(
                types.PublishDiagnosticsParams(document.uri, shown, document.version)
            )


def hide_failures(ls: FormulaServer, uri: str) -> None:
    """Take back what was sent so for a formula that has been closed."""
    if sends_failures(ls):
        ls.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))


def _look_at(ls: FormulaServer, document: Document, seconds: float = _PAUSE) -> None:
    async def look() -> None:
        path = to_path(document.uri)
        file = None if path is None else await ls.tests.file(path)
        if file is not None and ls.tests.documents.is_current(document):
            _publish(ls, document, file)

    _later(ls, document.uri, look, seconds)


def _publish(ls: FormulaServer, document: Document, file: CaseFile) -> None:
    """Send it to clients that ask for diagnostics, too: some ask only for formulas."""
    found = convert.from_failures(document, ls.tests.problems(document))
    if file.error:
        place = first_line(document, file.place)
        mistake = Diagnostic("case-file", Severity.ERROR, place, file.error)
        found.append(convert.from_diagnostic(document, mistake))
    ls.text_document_publish_diagnostics(
        types.PublishDiagnosticsParams(document.uri, found, document.version)
    )


def _later(
    ls: FormulaServer,
    what: str,
    work: Callable[[], Awaitable[None]],
    seconds: float = _PAUSE,
) -> None:
    async def wait() -> None:
        await asyncio.sleep(seconds)
        await work()

    _stop(ls, what)
    ls.tests.waiting[what] = asyncio.create_task(wait())


def _stop(ls: FormulaServer, what: str) -> None:
    task = ls.tests.waiting.pop(what, None)
    if task is not None:
        task.cancel()
