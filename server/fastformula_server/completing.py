"""What the server answers about what can be typed: the list, and an item of it."""

from __future__ import annotations

from typing import Any

from fastformula.analysis import Analysis
from fastformula.editor.candidates import Item
from fastformula.editor.completion import Completion, complete
from fastformula.editor.item_documentation import document
from lsprotocol import types

from fastformula_server import convert
from fastformula_server.documents import Document
from fastformula_server.parses import AT_ONCE
from fastformula_server.server import FormulaServer

_ITEM_KINDS = {
    "name": types.CompletionItemKind.Variable,
    "input": types.CompletionItemKind.Property,
    "output": types.CompletionItemKind.Event,
    "item": types.CompletionItemKind.Field,
    "context": types.CompletionItemKind.EnumMember,
    "keyword": types.CompletionItemKind.Keyword,
    "type": types.CompletionItemKind.TypeParameter,
    "constant": types.CompletionItemKind.Constant,
    "function": types.CompletionItemKind.Function,
    "method": types.CompletionItemKind.Method,
    "declaration": types.CompletionItemKind.Snippet,
    "formula": types.CompletionItemKind.Module,
    "storage": types.CompletionItemKind.Value,
}

_WORTH_WAITING = AT_ONCE / 4
"""A formula that parses in this time (seconds) is analysed before it is asked."""


async def on_completion(
    ls: FormulaServer, params: types.CompletionParams
) -> types.CompletionList | None:
    """Words, functions and names that fit at the cursor."""
    document = ls.documents.get(params.text_document.uri)
    analysis = await _analysis(ls, document) if document else None
    if document is None or analysis is None:
        return None
    offset = convert.to_offset(document, params.position)
    found = complete(analysis, offset, document.text)
    return from_completion(document, found, snippets=ls.snippets)


async def _analysis(ls: FormulaServer, document: Document) -> Analysis | None:
    """The analysis of a short document; of a long one the last that is there.

    Whoever types is not kept waiting for the rules, nor in a long formula for a parse:
    it has much the same names as a moment ago.
    """
    known = ls.analyses.known(document.uri)
    is_long = ls.parses.expected(document) > _WORTH_WAITING
    if known is None or known.analysis is None or not is_long:
        known = await ls.analyses.meaning(document)
    return known.analysis if known else None


def on_resolve(ls: FormulaServer, item: types.CompletionItem) -> types.CompletionItem:
    """The item with what it means."""
    if isinstance(item.data, list) and len(item.data) == 2:
        uri, kind = item.data
        known = ls.analyses.known(uri)
        if known is not None and known.analysis is not None and kind in _ITEM_KINDS:
            text = document(known.analysis, kind, item.label)
            if text:
                item.documentation = types.MarkupContent(
                    types.MarkupKind.Markdown, text
                )
    return item


def from_completion(
    document: Document, completion: Completion, *, snippets: bool
) -> types.CompletionList:
    """What can be typed, in our order, whatever the client's own would be."""
    replaced = convert.from_span(document, completion.span)
    return types.CompletionList(
        is_incomplete=not completion.is_whole,
        items=[
            _completion_item(document.uri, item, replaced, rank, snippets=snippets)
            for rank, item in enumerate(completion.items)
        ],
    )


def _completion_item(
    uri: str, item: Item, replaced: types.Range, rank: int, *, snippets: bool
) -> types.CompletionItem:
    snippet = snippets and bool(item.snippet)
    return types.CompletionItem(
        label=item.label,
        kind=_ITEM_KINDS[item.kind],
        detail=item.detail or None,
        sort_text=f"{rank:05}",
        insert_text_format=types.InsertTextFormat.Snippet
        if snippet
        else types.InsertTextFormat.PlainText,
        text_edit=types.TextEdit(replaced, item.snippet if snippet else item.text),
        data=[uri, item.kind],
    )


FEATURES: tuple[tuple[str, Any, Any], ...] = (
    (
        types.TEXT_DOCUMENT_COMPLETION,
        on_completion,
        types.CompletionOptions(trigger_characters=[".", "'"], resolve_provider=True),
    ),
    (types.COMPLETION_ITEM_RESOLVE, on_resolve, None),
)
"""As in `handlers`."""
