"""What the server answers when a formula, a part or a line of it is to be laid out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastformula import Parsed
from fastformula.editor.indentation import TRIGGERS, indent
from fastformula.formatter import Formatted, Style, format_range, format_text
from lsprotocol import types

from fastformula_server import convert
from fastformula_server.documents import Document
from fastformula_server.project import load_project
from fastformula_server.server import FormulaServer
from fastformula_server.workspace import to_path


async def on_formatting(
    ls: FormulaServer, params: types.DocumentFormattingParams
) -> list[types.TextEdit] | None:
    """The whole formula in the layout of its project.

    How wide a tab is in the editor does not count: the command line does not know.
    """
    return await _format(ls, params.text_document, format_text)


async def on_range_formatting(
    ls: FormulaServer, params: types.DocumentRangeFormattingParams
) -> list[types.TextEdit] | None:
    """The statements that the range touches."""
    document = ls.documents.get(params.text_document.uri)
    if document is None:
        return None
    span = convert.to_span(document, params.range)
    return await _format(
        ls,
        params.text_document,
        lambda parsed, style: format_range(parsed, style, span),
    )


async def on_type_formatting(
    ls: FormulaServer, params: types.DocumentOnTypeFormattingParams
) -> list[types.TextEdit] | None:
    """The line being typed goes in or back with its block, for who has that on."""
    found = await ls.parsed(params.text_document)
    if found is None:
        return None
    document, parsed = found
    offset = convert.to_offset(document, params.position)
    blanks = " " * _find_style(ls, document).indent
    unit = blanks if params.options.insert_spaces else "\t"
    edits = await ls.parses.work(
        document, lambda: indent(parsed, offset, params.ch, unit)
    )
    if not ls.documents.is_current(document):
        return None
    return convert.from_text_edits(document, edits)


async def _format(
    ls: FormulaServer,
    identifier: types.TextDocumentIdentifier,
    lay_out: Callable[[Parsed, Style], Formatted],
) -> list[types.TextEdit] | None:
    found = await ls.parsed(identifier)
    if found is None:
        return None
    document, parsed = found
    style = _find_style(ls, document)
    formatted = await ls.parses.work(document, lambda: lay_out(parsed, style))
    if formatted.refusal:
        ls.log(f"{document.uri}: {formatted.refusal}", False)
    if not ls.documents.is_current(document):
        return None
    return convert.from_text_edits(document, formatted.edits)


def _find_style(ls: FormulaServer, document: Document) -> Style:
    """What the formula's `fastformula.toml` says, and else the settings."""
    path = to_path(document.uri)
    style = ls.settings.style()
    return load_project(path.parent).file.style(style) if path else style


FEATURES: tuple[tuple[str, Any, Any], ...] = (
    (types.TEXT_DOCUMENT_FORMATTING, on_formatting, None),
    (types.TEXT_DOCUMENT_RANGE_FORMATTING, on_range_formatting, None),
    (
        types.TEXT_DOCUMENT_ON_TYPE_FORMATTING,
        on_type_formatting,
        types.DocumentOnTypeFormattingOptions(TRIGGERS[0], list(TRIGGERS[1:])),
    ),
)
"""As in `handlers`."""
