"""What the server answers about formulas as a whole: where they are, who calls whom."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from fastformula.analysis import FormulaSignature
from fastformula.editor.call_hierarchy import find_callers, names_of
from fastformula.editor.links import find_excused, find_links
from fastformula.editor.navigation import called_formula_at
from fastformula.editor.workspace_symbols import find_formulas
from fastformula.text import Span
from lsprotocol import types

from fastformula_server import convert
from fastformula_server.callers import library_of, read_calls
from fastformula_server.documents import Document
from fastformula_server.library import formula_name, header_name
from fastformula_server.pages import page_address, read_page
from fastformula_server.server import FormulaServer
from fastformula_server.workspace import to_path

_START = types.Range(types.Position(0, 0), types.Position(0, 0))
_KIND = types.SymbolKind.Function


async def on_document_link(
    ls: FormulaServer, params: types.DocumentLinkParams
) -> list[types.DocumentLink] | None:
    """From called formulas to their files, from excused rules to their pages."""
    found = await ls.analysed(params.text_document)
    if found is None:
        return None
    document, analysis = found
    links = [
        types.DocumentLink(
            convert.from_span(document, each.span),
            Path(each.path).as_uri(),
            f"The formula {each.formula}",
        )
        for each in find_links(analysis)
        if Path(each.path).is_absolute()
    ]
    for each in find_excused(analysis) if ls.opens_pages else ():
        if address := page_address(each.rule):
            place = convert.from_span(document, each.span)
            links.append(types.DocumentLink(place, address, f"The rule {each.rule}"))
    return links


async def on_workspace_symbol(
    ls: FormulaServer, params: types.WorkspaceSymbolParams
) -> list[types.WorkspaceSymbol]:
    """The formulas of the folders that are open."""
    found: dict[str, types.WorkspaceSymbol] = {}
    for root in ls.formulas.roots():
        library = await ls.neighbours.whole(root)
        for each in find_formulas(library, params.query):
            location = types.Location(Path(each.path).as_uri(), _START)
            symbol = types.WorkspaceSymbol(location, each.name, _KIND)
            found.setdefault(each.path, symbol)
    return list(found.values())


async def on_prepare_call_hierarchy(
    ls: FormulaServer, params: types.CallHierarchyPrepareParams
) -> list[types.CallHierarchyItem] | None:
    """The called formula at the cursor; elsewhere the formula of the text itself."""
    uri = params.text_document.uri
    document, path = ls.documents.get(uri), to_path(uri)
    judged = await ls.judged(document) if document else None
    if document is None or judged is None or judged.analysis is None or path is None:
        return None
    offset = convert.to_offset(document, params.position)
    called = called_formula_at(judged.analysis, offset)
    if called is None:
        name = header_name(document.text) or formula_name(path)
        return [_item(name, path)]
    library = await library_of(ls, uri)
    signature = library.find(called[1])
    return [_item_of(signature)] if signature else None


async def on_incoming_calls(
    ls: FormulaServer, params: types.CallHierarchyIncomingCallsParams
) -> list[types.CallHierarchyIncomingCall]:
    """The formulas that call it, and where they do."""
    path = to_path(params.item.uri)
    library = await library_of(ls, params.item.uri)
    names = names_of(library, str(path)) | {params.item.name}
    callers = {Path(each.path): each for each in find_callers(library, names)}
    calls = []
    for place, (document, facts) in (await read_calls(ls, callers)).items():
        spans = [each.span for each in facts.calls if each.formula in names]
        if spans:
            caller, ranges = _item_of(callers[place]), _ranges(document, spans)
            calls.append(types.CallHierarchyIncomingCall(caller, ranges))
    return calls


async def on_outgoing_calls(
    ls: FormulaServer, params: types.CallHierarchyOutgoingCallsParams
) -> list[types.CallHierarchyOutgoingCall]:
    """The formulas that it calls and that are at hand."""
    path = to_path(params.item.uri)
    library = await library_of(ls, params.item.uri)
    calls = []
    read = await read_calls(ls, [path] if path else [])
    for document, facts in read.values():
        places: dict[str, list[Span]] = {}
        for each in facts.calls:
            places.setdefault(each.formula, []).append(each.span)
        calls += [
            types.CallHierarchyOutgoingCall(_item_of(found), _ranges(document, spans))
            for name, spans in places.items()
            if (found := library.find(name)) is not None
        ]
    return calls


def _item(name: str, path: Path) -> types.CallHierarchyItem:
    return types.CallHierarchyItem(
        name, _KIND, path.as_uri(), _START, _START, detail=path.name
    )


def _item_of(signature: FormulaSignature) -> types.CallHierarchyItem:
    return _item(signature.name, Path(signature.path))


def _ranges(document: Document, spans: Iterable[Span]) -> list[types.Range]:
    return [convert.from_span(document, each) for each in spans]


def on_text_document_content(
    _ls: FormulaServer, params: types.TextDocumentContentParams
) -> types.TextDocumentContentResult | None:
    """The page of a rule, which is no file."""
    page = read_page(params.uri)
    return None if page is None else types.TextDocumentContentResult(page)


FEATURES: tuple[tuple[str, Any, Any], ...] = (
    (types.WORKSPACE_TEXT_DOCUMENT_CONTENT, on_text_document_content, None),
    (types.TEXT_DOCUMENT_DOCUMENT_LINK, on_document_link, None),
    (types.WORKSPACE_SYMBOL, on_workspace_symbol, None),
    (types.TEXT_DOCUMENT_PREPARE_CALL_HIERARCHY, on_prepare_call_hierarchy, None),
    (types.CALL_HIERARCHY_INCOMING_CALLS, on_incoming_calls, None),
    (types.CALL_HIERARCHY_OUTGOING_CALLS, on_outgoing_calls, None),
)
"""As in `handlers`."""
