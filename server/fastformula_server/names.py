"""What the server answers about names: where they are, what they are, other names."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from fastformula.analysis import Analysis
from fastformula.editor.formula_names import find_formula_name
from fastformula.editor.formula_renaming import find_parameter
from fastformula.editor.hover import hover, hover_word
from fastformula.editor.inlay_hints import hint
from fastformula.editor.linked_editing import find_linked
from fastformula.editor.navigation import (
    called_formula_at,
    find_definitions,
    find_occurrences,
)
from fastformula.editor.selection import grow
from fastformula.editor.signature_help import help_with_signature
from fastformula.text import Span
from lsprotocol import types

from fastformula_server import convert
from fastformula_server.callers import find_naming, find_passing
from fastformula_server.documents import Document
from fastformula_server.server import FormulaServer


class Place(NamedTuple):
    """A place in an open text, and what the text means."""

    document: Document
    analysis: Analysis
    offset: int


class _AtPosition(Protocol):
    """What all requests about a place have in common."""

    text_document: types.TextDocumentIdentifier
    position: types.Position


async def place_of(ls: FormulaServer, params: _AtPosition) -> Place | None:
    """The client's place, analysed; None when the text is gone or has changed."""
    found = await ls.analysed(params.text_document)
    if found is None:
        return None
    document, analysis = found
    return Place(document, analysis, convert.to_offset(document, params.position))


async def on_hover(ls: FormulaServer, params: types.HoverParams) -> types.Hover | None:
    """What the word under the cursor means; for Oracle's words at once."""
    found = await ls.parsed(params.text_document)
    if found is not None:
        document, parsed = found
        word = hover_word(parsed, convert.to_offset(document, params.position))
        if word is not None:
            return convert.from_hover(document, word)
    at = await place_of(ls, params)
    last = ls.tests.values(at.document) if at else None
    name = hover(at.analysis, at.offset, last) if at else None
    return convert.from_hover(at.document, name) if at and name else None


async def on_definition(
    ls: FormulaServer, params: types.DefinitionParams
) -> list[types.Location] | None:
    """Where the name is declared; for a called formula, the formula."""
    at = await place_of(ls, params)
    if at is None:
        return None
    called = called_formula_at(at.analysis, at.offset)
    if called is not None:
        signature = at.analysis.environment.library.find(called[1])
        if signature is None or not Path(signature.path).is_absolute():
            return None
        start = types.Position(0, 0)
        uri = Path(signature.path).as_uri()
        return [types.Location(uri, types.Range(start, start))]
    spans = find_definitions(at.analysis, at.offset)
    return convert.from_locations(at.document, spans) or None


async def on_references(
    ls: FormulaServer, params: types.ReferenceParams
) -> list[types.Location] | None:
    """Every place of the name; of formulas and what they are handed, in all texts."""
    at = await place_of(ls, params)
    found = find_occurrences(at.analysis, at.offset) if at else None
    if at is None or found is None:
        return None
    wanted = params.context.include_declaration
    spans = [
        each.span for each in found.references if wanted or each.role != "declared"
    ]
    locations = convert.from_locations(at.document, spans)
    others: Iterable[tuple[Document, Iterable[Span]]] | None = ()
    if formula := find_formula_name(at.analysis, at.offset):
        others = await find_naming(ls, at.document, formula.name, declared=wanted)
    elif parameter := find_parameter(at.analysis, at.offset):
        others = await find_passing(ls, at.document, parameter)
    for document, places in others or ():
        locations += convert.from_locations(document, places)
    return locations


async def on_highlight(
    ls: FormulaServer, params: types.DocumentHighlightParams
) -> list[types.DocumentHighlight] | None:
    """The same, for the eye."""
    at = await place_of(ls, params)
    found = find_occurrences(at.analysis, at.offset) if at else None
    return convert.from_occurrences(at.document, found) if at and found else None


async def on_linked_editing(
    ls: FormulaServer, params: types.LinkedEditingRangeParams
) -> types.LinkedEditingRanges | None:
    """Where the same is typed, for who types in a name."""
    at = await place_of(ls, params)
    spans = find_linked(at.analysis, at.offset) if at else ()
    if at is None or not spans:
        return None
    ranges = [convert.from_span(at.document, each) for each in spans]
    return types.LinkedEditingRanges(ranges, _WORD)


async def on_signature_help(
    ls: FormulaServer, params: types.SignatureHelpParams
) -> types.SignatureHelp | None:
    """Which arguments the function takes."""
    at = await place_of(ls, params)
    found = help_with_signature(at.analysis, at.offset) if at else None
    return convert.from_signature_help(found) if found else None


async def on_selection_range(
    ls: FormulaServer, params: types.SelectionRangeParams
) -> list[types.SelectionRange] | None:
    """What can be selected around each place."""
    found = await ls.parsed(params.text_document)
    if found is None:
        return None
    document, parsed = found
    grown = [
        convert.from_selections(
            document, grow(parsed, convert.to_offset(document, each))
        )
        for each in params.positions
    ]
    return [each for each in grown if each is not None]


async def on_inlay_hint(
    ls: FormulaServer, params: types.InlayHintParams
) -> list[types.InlayHint] | None:
    """What the text does not say."""
    found = await ls.analysed(params.text_document)
    if found is None:
        return None
    document, analysis = found
    span = convert.to_span(document, params.range)
    return convert.from_inlay_hints(document, hint(analysis, span))


_WORD = r"""[^\s()\[\],.;:=<>!+*/|'"&-]+"""
"""What may be typed in a name without ending the link. JavaScript's `\\w` is ASCII."""

FEATURES: tuple[tuple[str, Any, Any], ...] = (
    (types.TEXT_DOCUMENT_HOVER, on_hover, None),
    (types.TEXT_DOCUMENT_DEFINITION, on_definition, None),
    (types.TEXT_DOCUMENT_REFERENCES, on_references, None),
    (types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT, on_highlight, None),
    (types.TEXT_DOCUMENT_LINKED_EDITING_RANGE, on_linked_editing, None),
    (
        types.TEXT_DOCUMENT_SIGNATURE_HELP,
        on_signature_help,
        types.SignatureHelpOptions(trigger_characters=["(", ","]),
    ),
    (types.TEXT_DOCUMENT_SELECTION_RANGE, on_selection_range, None),
    (types.TEXT_DOCUMENT_INLAY_HINT, on_inlay_hint, None),
)
"""As in `handlers`."""
