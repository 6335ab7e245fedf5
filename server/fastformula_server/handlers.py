"""Every method of the protocol that we answer, in one short function each."""

from __future__ import annotations

import zlib
from typing import Any

from fastformula.editor.folding import fold
from fastformula.editor.ignoring import ignore
from fastformula.editor.refactoring import refactor
from fastformula.editor.symbols import outline
from lsprotocol import types

from fastformula_server import (
    calling,
    colouring,
    completing,
    convert,
    executing,
    fixing,
    formatting,
    generating,
    lenses,
    names,
    renaming,
    trying,
)
from fastformula_server.case_documents import (
    change_cases,
    close_cases,
    hide_failures,
    open_cases,
    sends_failures,
    show_failures,
    tell_tests_changed,
)
from fastformula_server.files import SUFFIXES
from fastformula_server.server import FormulaServer
from fastformula_server.suggestions import KINDS, suggest
from fastformula_server.testing.finding import is_case_file
from fastformula_server.workspace import is_of_project, to_path

REFACTORINGS = ("refactor.extract", "refactor.inline", "refactor.rewrite")
"""Kinds of changes that an author may want, besides those of `suggest`."""


# The session


def on_initialize(ls: FormulaServer, params: types.InitializeParams) -> None:
    """Note what the client can do."""
    ls.start(params)


def on_initialized(ls: FormulaServer, _params: types.InitializedParams) -> None:
    """Load the model and the tables, now that the client no longer waits."""
    ls.apply_settings(ls.options)
    # Reading many formulas has to wait for what the first key needs.
    ls.analyses.warm_up().add_done_callback(lambda _: ls.read_folders())
    ls.watch_files()
    ls.offer_pages()


async def on_configuration(
    ls: FormulaServer, params: types.DidChangeConfigurationParams
) -> None:
    """Put changed settings in force; some clients have to be asked for them."""
    if params.settings:
        ls.apply_settings(params.settings)
    else:
        await ls.fetch_settings()


def on_folders(
    ls: FormulaServer, _params: types.DidChangeWorkspaceFoldersParams
) -> None:
    """Look at the formulas of the folders that are open now."""
    ls.open_folders()
    ls.read_folders()
    ls.show_all_diagnostics()


def on_watched_files(
    ls: FormulaServer, params: types.DidChangeWatchedFilesParams
) -> None:
    """Read again what has changed on disk."""
    paths = [path for each in params.changes if (path := to_path(each.uri))]
    for each in params.changes:
        path = to_path(each.uri)
        if path is not None and each.type == types.FileChangeType.Deleted:
            ls.forget_project(path)
    ls.briefing.outdate()
    formulas = [path for path in paths if path.suffix.lower() in SUFFIXES]
    ls.neighbours.read_again(formulas)
    if projects := [path for path in paths if is_of_project(path)]:
        ls.neighbours.read_all_again(projects)
        ls.show_all_diagnostics()
    if any(is_case_file(each.uri) for each in params.changes):
        tell_tests_changed(ls)


def on_shutdown(ls: FormulaServer, _params: None) -> None:
    """Remember that the end was announced; without, it is a failure."""
    ls.asked_to_shut_down = True


def on_exit(ls: FormulaServer, _params: None) -> None:
    """End after this message."""
    ls.stopped = True


# Documents


def on_open(ls: FormulaServer, params: types.DidOpenTextDocumentParams) -> None:
    """Hold the text, and say what is wrong in it."""
    item = params.text_document
    ls.protocol.outdate(item.uri)
    if is_case_file(item.uri):
        open_cases(ls, item.uri, item.version, item.text)
        return
    document = ls.documents.open(item.uri, item.version, item.text)
    ls.show_diagnostics(document)
    show_failures(ls, document, document)


def on_change(ls: FormulaServer, params: types.DidChangeTextDocumentParams) -> None:
    """Make the edits, and say what is wrong now."""
    uri, version = params.text_document.uri, params.text_document.version
    changes = convert.to_changes(params.content_changes)
    ls.protocol.outdate(uri)
    ls.tests.typing.note()
    if is_case_file(uri):
        change_cases(ls, uri, version, changes)
        return
    before = ls.documents.get(uri)
    document = ls.documents.change(uri, version, changes)
    if before is not None and document is not None:
        ls.completions.changed(before, document)
        ls.show_diagnostics(document)
        show_failures(ls, document, before)


def on_close(ls: FormulaServer, params: types.DidCloseTextDocumentParams) -> None:
    """Forget the text."""
    uri = params.text_document.uri
    ls.protocol.outdate(uri)
    if is_case_file(uri):
        close_cases(ls, uri)
        return
    ls.documents.close(uri)
    ls.parses.forget(uri)
    ls.analyses.forget(uri)
    if path := to_path(uri):
        ls.neighbours.close(path)
    ls.completions.forget(uri)
    ls.colours.pop(uri, None)
    ls.clear_diagnostics(uri)
    hide_failures(ls, uri)


async def on_save(ls: FormulaServer, params: types.DidSaveTextDocumentParams) -> None:
    """See whether the project has changed, for clients that do not watch its files."""
    document = ls.documents.get(params.text_document.uri)
    last = ls.analyses.last(params.text_document.uri)
    judged = await ls.judged(document) if document else None
    if last and judged and last.number != judged.number:
        ls.show_all_diagnostics()


async def on_diagnostic(
    ls: FormulaServer, params: types.DocumentDiagnosticParams
) -> types.DocumentDiagnosticReport:
    """What is wrong in the text as it is when the answer is ready."""
    uri = params.text_document.uri
    while (document := ls.documents.get(uri)) is not None:
        await ls.analyses.settle(document)
        if not ls.documents.is_current(document):
            continue
        judged = await ls.judged(document)
        if judged is None:
            continue
        checksum = zlib.crc32(document.text.encode())
        result = f"{document.version}-{checksum:08x}-{judged.number}-{ls.tests.number}"
        if params.previous_result_id == result:
            return types.RelatedUnchangedDocumentDiagnosticReport(result)
        items = [convert.from_diagnostic(document, each) for each in judged.diagnostics]
        if not sends_failures(ls):
            items += convert.from_failures(document, ls.tests.problems(document))
        ls.link_pages(items)
        return types.RelatedFullDocumentDiagnosticReport(items, result_id=result)
    return types.RelatedFullDocumentDiagnosticReport([])


# Features


async def on_code_action(
    ls: FormulaServer, params: types.CodeActionParams
) -> list[types.CodeAction] | None:
    """The fixes of what is wrong in the range, comments that excuse it, refactorings.

    All safe fixes at once are only for who asks for them by name: they are looked for
    anew in the whole text.
    """
    document = ls.documents.get(params.text_document.uri)
    judged = await ls.judged(document) if document else None
    if document is None or judged is None:
        return None
    span = convert.to_span(document, params.range)
    there = [
        each
        for each in judged.diagnostics
        if each.span.start <= span.end and span.start <= each.span.end
    ]
    actions = []
    if _wants(params, types.CodeActionKind.QuickFix.value):
        actions += [
            convert.from_fix(document, each, fix, preferred=len(each.fixes) == 1)
            for each in there
            for fix in each.fixes
        ]
        actions += [
            convert.from_fix(document, each, fix, preferred=False)
            for each in there
            if (fix := ignore(judged.parsed, each)) is not None
        ]
        actions += fixing.fix_each_kind(ls, judged, there)
    actions += [
        each
        for each in suggest(judged, there, span, ls.settings)
        if _wants(params, each.kind or "")
    ]
    analysis = judged.analysis
    if analysis is not None and any(_wants(params, kind) for kind in REFACTORINGS):
        found = await ls.parses.work(document, lambda: refactor(analysis, span))
        each_action = (convert.from_refactoring(document, each) for each in found)
        actions += [each for each in each_action if _wants(params, each.kind or "")]
    if _wants(params, generating.KIND):
        actions.append(generating.offer_case(document))
    if params.context.only and _wants(params, fixing.FIX_ALL):
        every = await fixing.fix_all(ls, judged)
        actions += [every] if every else []
    return actions


def _wants(params: types.CodeActionParams, kind: str) -> bool:
    """Whether the client asks for actions of `kind`, or for all."""
    asked = params.context.only
    return not asked or any(f"{kind}.".startswith(f"{each}.") for each in asked)


async def on_document_symbol(
    ls: FormulaServer, params: types.DocumentSymbolParams
) -> list[types.DocumentSymbol] | None:
    """The outline."""
    found = await ls.parsed(params.text_document)
    if found is None:
        return None
    document, parsed = found
    symbols = await ls.parses.work(document, lambda: outline(parsed))
    return convert.from_symbols(document, symbols)


async def on_folding_range(
    ls: FormulaServer, params: types.FoldingRangeParams
) -> list[types.FoldingRange] | None:
    """What can be folded away."""
    found = await ls.parsed(params.text_document)
    if found is None:
        return None
    document, parsed = found
    folds = await ls.parses.work(document, lambda: fold(parsed))
    return convert.from_folds(document, folds)


async def on_inline_completion(
    ls: FormulaServer, params: types.InlineCompletionParams
) -> types.InlineCompletionList:
    """Ghost text.

    Never null: Neovim would then leave the text of the last answer on the screen.
    """
    document = ls.documents.get(params.text_document.uri)
    if document is None:
        return types.InlineCompletionList([])
    offset = convert.to_offset(document, params.position)
    selected = convert.to_selected(document, params.context)
    manual = params.context.trigger_kind == types.InlineCompletionTriggerKind.Invoked
    items, name = await ls.completions.offer(document, offset, selected, manual=manual)
    return convert.from_inline_completion(document, items, name)


def on_accepted(ls: FormulaServer, name: int, number: int) -> None:
    """Count the item of an offer that was accepted."""
    ls.counting.accepted(name, number)


FEATURES: tuple[tuple[str, Any, Any], ...] = (
    (types.INITIALIZE, on_initialize, None),
    (types.INITIALIZED, on_initialized, None),
    (types.SHUTDOWN, on_shutdown, None),
    (types.EXIT, on_exit, None),
    (types.WORKSPACE_DID_CHANGE_CONFIGURATION, on_configuration, None),
    (types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS, on_folders, None),
    (types.WORKSPACE_DID_CHANGE_WATCHED_FILES, on_watched_files, None),
    (types.TEXT_DOCUMENT_DID_OPEN, on_open, None),
    (types.TEXT_DOCUMENT_DID_CHANGE, on_change, None),
    (types.TEXT_DOCUMENT_DID_CLOSE, on_close, None),
    (types.TEXT_DOCUMENT_DID_SAVE, on_save, None),
    (
        types.TEXT_DOCUMENT_DIAGNOSTIC,
        on_diagnostic,
        types.DiagnosticOptions(
            inter_file_dependencies=True,
            workspace_diagnostics=False,
            identifier=convert.SOURCE,
        ),
    ),
    (
        types.TEXT_DOCUMENT_CODE_ACTION,
        on_code_action,
        types.CodeActionOptions(
            list(
                dict.fromkeys((*KINDS, *REFACTORINGS, fixing.FIX_ALL, generating.KIND))
            ),
            resolve_provider=True,
        ),
    ),
    (types.TEXT_DOCUMENT_DOCUMENT_SYMBOL, on_document_symbol, None),
    (types.TEXT_DOCUMENT_FOLDING_RANGE, on_folding_range, None),
    (
        types.TEXT_DOCUMENT_INLINE_COMPLETION,
        on_inline_completion,
        # pygls advertises this one only with options.
        types.InlineCompletionOptions(),
    ),
)


ALL_FEATURES = (
    *FEATURES,
    *calling.FEATURES,
    *colouring.FEATURES,
    *completing.FEATURES,
    *executing.FEATURES,
    *fixing.FEATURES,
    *formatting.FEATURES,
    *lenses.FEATURES,
    *names.FEATURES,
    *renaming.FEATURES,
    *trying.FEATURES,
)
"""Those of every module."""


def make_server() -> FormulaServer:
    """A server with every handler in place, not yet connected."""
    server = FormulaServer()
    for method, handler, options in ALL_FEATURES:
        server.feature(method, options)(handler)
    server.command(convert.ACCEPTED)(on_accepted)
    for command, handler in executing.COMMANDS.items():
        server.command(command)(handler)
    return server
