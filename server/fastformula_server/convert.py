"""The only place where offsets become the protocol's positions, and back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from itertools import accumulate

from fastformula.diagnostic import Diagnostic, Fix, Severity
from fastformula.editor.folding import Fold
from fastformula.editor.hover import Hover
from fastformula.editor.inlay_hints import InlayHint
from fastformula.editor.navigation import Occurrences
from fastformula.editor.refactoring import Refactoring
from fastformula.editor.signature_help import SignatureHelp
from fastformula.editor.symbols import Symbol
from fastformula.linter.mending import safe_fix
from fastformula.text import Edit, Span
from fastformula_completion import Item as Ghost
from fastformula_completion.repair import Draft
from lsprotocol import types

from fastformula_server.documents import Change, Document, Place
from fastformula_server.project_file import Problem

SOURCE = "fastformula"
TESTS = "fastformula test"
"""Who says what is wrong with a formula, and that a case of it fails."""

ACCEPTED = "fastformula.accepted"
"""The command that a client runs when its author has accepted ghost text."""

_SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.INFORMATION: types.DiagnosticSeverity.Information,
    Severity.HINT: types.DiagnosticSeverity.Hint,
}

_SYMBOL_KINDS = {
    "group": types.SymbolKind.Namespace,
    "alias": types.SymbolKind.Variable,
    "default": types.SymbolKind.Constant,
    "input": types.SymbolKind.Field,
    "context": types.SymbolKind.Key,
    "output": types.SymbolKind.Property,
    "block": types.SymbolKind.Struct,
    "call": types.SymbolKind.Function,
    "return": types.SymbolKind.Event,
}

_FOLD_KINDS = {
    "block": None,
    "comment": types.FoldingRangeKind.Comment,
    "declarations": types.FoldingRangeKind.Imports,
    "region": types.FoldingRangeKind.Region,
}


def to_offset(document: Document, position: types.Position) -> int:
    """The offset of the client's `position`."""
    return document.offset(_place(position))


def to_span(document: Document, extent: types.Range) -> Span:
    """The span of the client's range."""
    return Span(to_offset(document, extent.start), to_offset(document, extent.end))


def to_changes(
    events: Iterable[types.TextDocumentContentChangeEvent],
) -> list[Change]:
    """The client's edits, in order."""
    return [
        Change(event.text, _place(event.range.start), _place(event.range.end))
        if isinstance(event, types.TextDocumentContentChangePartial)
        else Change(event.text)
        for event in events
    ]


def from_offset(document: Document, offset: int) -> types.Position:
    """Where the client sees `offset`."""
    place = document.place(offset)
    return types.Position(place.line, place.character)


def from_span(document: Document, span: Span) -> types.Range:
    """Where the client sees `span`."""
    return types.Range(
        from_offset(document, span.start), from_offset(document, span.end)
    )


def from_diagnostic(document: Document, diagnostic: Diagnostic) -> types.Diagnostic:
    """A mistake as the client shows it."""
    return types.Diagnostic(
        range=from_span(document, diagnostic.span),
        severity=_SEVERITIES[diagnostic.severity],
        code=diagnostic.code,
        source=SOURCE,
        message=diagnostic.message,
        tags=[types.DiagnosticTag.Unnecessary] if diagnostic.unnecessary else None,
        related_information=[
            types.DiagnosticRelatedInformation(
                types.Location(document.uri, from_span(document, other.span)),
                other.message,
            )
            for other in diagnostic.related
        ]
        or None,
        data=_fixable(diagnostic),
    )


def _fixable(diagnostic: Diagnostic) -> dict[str, object] | None:
    """Which fixes there are, and whether the first is made when all is mended."""
    if not diagnostic.fixes:
        return None
    titles = [each.title for each in diagnostic.fixes]
    return {"fixes": titles, "safe": safe_fix(diagnostic) is not None}


def from_failures(
    document: Document, problems: Iterable[Diagnostic]
) -> list[types.Diagnostic]:
    """Which test cases failed, in the lines that made them fail."""
    found = [from_diagnostic(document, each) for each in problems]
    for each in found:
        each.source = TESTS
    return found


def from_problem(problem: Problem) -> types.Diagnostic:
    """What is wrong in a line of the project's file."""
    return types.Diagnostic(
        range=types.Range(
            types.Position(problem.line - 1, 0), types.Position(problem.line, 0)
        ),
        severity=types.DiagnosticSeverity.Warning,
        source=SOURCE,
        message=problem.message,
    )


def from_fix(
    document: Document, diagnostic: Diagnostic, fix: Fix, *, preferred: bool
) -> types.CodeAction:
    """A fix as an action that the client can make."""
    return types.CodeAction(
        title=fix.title,
        kind=types.CodeActionKind.QuickFix,
        diagnostics=[from_diagnostic(document, diagnostic)],
        is_preferred=preferred,
        edit=_from_edits(document, fix.edits),
    )


def from_refactoring(document: Document, found: Refactoring) -> types.CodeAction:
    """A change that an author may want as an action."""
    return types.CodeAction(
        title=found.title,
        kind=f"refactor.{found.kind}",
        edit=_from_edits(document, found.edits),
    )


def from_new_text(document: Document, text: str) -> types.WorkspaceEdit:
    """All that turns the document into `text`, line by line."""
    before, after = (each.splitlines(keepends=True) for each in (document.text, text))
    starts = [0, *accumulate(map(len, before))]
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    edits = [
        Edit(Span(starts[first], starts[last]), "".join(after[start:end]))
        for tag, first, last, start, end in matcher.get_opcodes()
        if tag != "equal"
    ]
    return _from_edits(document, edits)


def from_text_edits(document: Document, edits: Iterable[Edit]) -> list[types.TextEdit]:
    """Edits of the document that is asked about."""
    return [
        types.TextEdit(from_span(document, edit.span), edit.new_text) for edit in edits
    ]


def _from_edits(document: Document, edits: Iterable[Edit]) -> types.WorkspaceEdit:
    return types.WorkspaceEdit(changes={document.uri: from_text_edits(document, edits)})


def from_draft(
    document: Document, draft: Draft, title: str, *, confirmed: bool
) -> types.WorkspaceEdit:
    """What a model has written; the client asks its author where it is `confirmed`."""
    place = from_span(document, draft.span)
    if not confirmed:
        edit = types.TextEdit(place, draft.new_text)
        return types.WorkspaceEdit(changes={document.uri: [edit]})
    return types.WorkspaceEdit(
        document_changes=[
            types.TextDocumentEdit(
                types.OptionalVersionedTextDocumentIdentifier(
                    document.uri, document.version
                ),
                [types.AnnotatedTextEdit(SOURCE, place, draft.new_text)],
            )
        ],
        change_annotations={
            SOURCE: types.ChangeAnnotation(
                title,
                needs_confirmation=True,
                description="Written by a model: read it before you take it.",
            )
        },
    )


def from_hover(document: Document, hover: Hover) -> types.Hover:
    """An explanation as the client shows it."""
    content = types.MarkupContent(types.MarkupKind.Markdown, hover.markdown)
    return types.Hover(content, from_span(document, hover.span))


def from_symbols(
    document: Document, symbols: Sequence[Symbol]
) -> list[types.DocumentSymbol]:
    """The outline as the client shows it."""
    return [_symbol(document, symbol) for symbol in symbols]


def _symbol(document: Document, symbol: Symbol) -> types.DocumentSymbol:
    # VS Code refuses a whole outline for one empty name, or one selection that
    # sticks out of its range; half-typed formulas have both.
    start = max(symbol.span.start, min(symbol.selection.start, symbol.span.end))
    end = max(start, min(symbol.selection.end, symbol.span.end))
    return types.DocumentSymbol(
        name=symbol.name.strip() or "…",
        detail=symbol.detail or None,
        kind=_SYMBOL_KINDS[symbol.kind],
        range=from_span(document, symbol.span),
        selection_range=from_span(document, Span(start, end)),
        children=from_symbols(document, symbol.children),
    )


def from_folds(document: Document, folds: Iterable[Fold]) -> list[types.FoldingRange]:
    """What can be folded; the first line of each stays in sight."""
    return [
        types.FoldingRange(
            start_line=document.lines.position(fold.span.start).line,
            end_line=document.lines.position(fold.span.end).line,
            kind=_FOLD_KINDS[fold.kind],
        )
        for fold in folds
    ]


def to_selected(
    document: Document, context: types.InlineCompletionContext
) -> Edit | None:
    """The edit that the item selected in the editor's own list would make."""
    selected = context.selected_completion_info
    if selected is None:
        return None
    return Edit(to_span(document, selected.range), selected.text)


def from_inline_completion(
    document: Document, items: Iterable[Ghost], name: int
) -> types.InlineCompletionList:
    """Ghost text as the client shows it.

    By a `name` that is not 0 the client tells which item its author has accepted.
    """
    return types.InlineCompletionList(
        [
            types.InlineCompletionItem(
                item.text,
                range=from_span(document, item.span),
                command=types.Command(
                    "Count as accepted", ACCEPTED, arguments=[name, number]
                )
                if name
                else None,
            )
            for number, item in enumerate(items)
        ]
    )


def _place(position: types.Position) -> Place:
    return Place(position.line, position.character)


def from_locations(document: Document, spans: Iterable[Span]) -> list[types.Location]:
    """Places of the document."""
    return [types.Location(document.uri, from_span(document, each)) for each in spans]


def from_occurrences(
    document: Document, found: Occurrences
) -> list[types.DocumentHighlight]:
    """Where a name is read and written."""
    kinds = types.DocumentHighlightKind
    return [
        types.DocumentHighlight(
            from_span(document, each.span),
            kinds.Write if each.role == "written" else kinds.Read,
        )
        for each in found.references
    ]


def from_signature_help(found: SignatureHelp) -> types.SignatureHelp:
    """The forms of a function; labels are ASCII, so any encoding counts them alike."""
    return types.SignatureHelp(
        signatures=[
            types.SignatureInformation(
                label=each.label,
                documentation=each.documentation,
                parameters=[
                    types.ParameterInformation((span.start, span.end))
                    for span in each.parameters
                ],
            )
            for each in found.signatures
        ],
        active_signature=found.active,
        active_parameter=found.argument,
    )


def from_selections(
    document: Document, spans: Sequence[Span]
) -> types.SelectionRange | None:
    """Spans, each inside the next, as the protocol nests them."""
    nested: types.SelectionRange | None = None
    for span in reversed(spans):
        nested = types.SelectionRange(from_span(document, span), nested)
    return nested


_HINT_KINDS = {
    "type": types.InlayHintKind.Type,
    "parameter": types.InlayHintKind.Parameter,
}


def from_inlay_hints(
    document: Document, hints: Iterable[InlayHint]
) -> list[types.InlayHint]:
    """What stands between the words of the text."""
    return [
        types.InlayHint(
            from_offset(document, each.offset),
            each.label,
            _HINT_KINDS.get(each.kind),
            padding_right=each.kind == "parameter",
        )
        for each in hints
    ]
