"""What the server answers about other names, for all formulas that they concern."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import partial
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from fastformula.analysis import FormulaSignature
from fastformula.editor.formula_names import (
    find_calls,
    find_formula_name,
    find_header_name,
)
from fastformula.editor.formula_renaming import (
    find_parameter,
    read_formula_name,
    rename_formula,
)
from fastformula.editor.rename import Refusal, prepare_rename, rename
from fastformula.text import Edit, Span
from lsprotocol import types
from pygls.capabilities import get_capability
from pygls.exceptions import JsonRpcException

from fastformula_server import convert
from fastformula_server.callers import find_passing, formulas_around, read_calls
from fastformula_server.documents import Document
from fastformula_server.files import SUFFIXES, FileError
from fastformula_server.library import all_names, formula_name
from fastformula_server.names import Place, place_of
from fastformula_server.server import FormulaServer
from fastformula_server.testing.finding import beside, own_file
from fastformula_server.testing.texts import Texts
from fastformula_server.workspace import to_path

_TESTED = re.compile(r"""(?m)^formula[ \t]*=[ \t]*(["'])(?P<path>[^"'\n]*)\1""")
"""Which formula a case file tests, where it says so."""


_UNREAD = Refusal("The other formulas were not read, so it may be called anywhere.")

_Edited = tuple[Document, tuple[Edit, ...]]


class _Changes(NamedTuple):
    """Edits of texts, and then files by another name."""

    edits: tuple[_Edited, ...]
    moves: tuple[tuple[Path, Path], ...] = ()


async def on_prepare_rename(
    ls: FormulaServer, params: types.PrepareRenameParams
) -> types.PrepareRenamePlaceholder | None:
    """What would be renamed; an error that says why where it cannot be."""
    at = await place_of(ls, params)
    found = prepare_rename(at.analysis, at.offset) if at else None
    if isinstance(found, Refusal):
        raise _refused(found)
    if at is None or found is None:
        return None
    span = convert.from_span(at.document, found.span)
    return types.PrepareRenamePlaceholder(span, found.name)


async def on_rename(
    ls: FormulaServer, params: types.RenameParams
) -> types.WorkspaceEdit | None:
    """Another name everywhere, in the formulas that call it as well, or why not.

    A formula's file is renamed with it, and so are its cases.
    """
    at = await place_of(ls, params)
    if at is None:
        return None
    formula = find_formula_name(at.analysis, at.offset)
    found = (
        await _rename_formula(ls, at, formula.name, params.new_name)
        if formula
        else await _rename_variable(ls, at, params.new_name)
    )
    if isinstance(found, Refusal):
        raise _refused(found)
    return _workspace_edit(ls, found)


async def on_will_rename_files(
    ls: FormulaServer, params: types.RenameFilesParams
) -> types.WorkspaceEdit | None:
    """The calls and cases of formulas whose files are about to get other names."""
    found = []
    for each in params.files:
        old, new = to_path(each.old_uri), to_path(each.new_uri)
        if old and new and formula_name(old) != formula_name(new):
            found.append(await _follow_file(ls, old, new))
    others = {to_path(each.old_uri) for each in params.files}
    changes = _Changes(
        tuple(chain.from_iterable(each.edits for each in found)),
        tuple(
            (old, new)
            for each in found
            for old, new in each.moves
            if old not in others and not new.exists()
        ),
    )
    return _workspace_edit(ls, changes) if any(changes) else None


async def _rename_variable(
    ls: FormulaServer, at: Place, new: str
) -> _Changes | Refusal:
    """A variable of a formula, and what its callers hand it or take from it so."""
    edits = rename(at.analysis, at.offset, new)
    if isinstance(edits, Refusal):
        return edits
    parameter = find_parameter(at.analysis, at.offset)
    passing = await find_passing(ls, at.document, parameter) if parameter else []
    if passing is None:
        return _UNREAD
    passed = (
        (document, tuple(Edit(span, f"'{new}'") for span in spans))
        for document, spans in passing
    )
    return _Changes(((at.document, edits), *passed))


async def _rename_formula(
    ls: FormulaServer, at: Place, old: str, written: str
) -> _Changes | Refusal:
    """A formula with its file and cases, wherever it is called."""
    new = read_formula_name(written)
    path = to_path(at.document.uri)
    formulas = await formulas_around(ls, path)
    if isinstance(new, Refusal):
        return new
    if formulas is None:
        return _UNREAD
    if new.upper() != old and any(new.upper() in all_names(each) for each in formulas):
        return Refusal(f"There is a formula {new.upper()} already.")
    owners = [Path(each.path) for each in formulas if old in all_names(each)]
    if len(owners) > 1:
        places = " and ".join(str(each) for each in owners)
        return Refusal(f"{places} are both called {old}: rename their files first.")
    changes = await _change_calls(ls, formulas, owners, old, new)
    if path is None or path not in changes:
        own = find_header_name(at.document.text)
        edits = rename_formula(find_calls(at.analysis), own, old, new)
        changes[path or Path()] = at.document, edits
    edited = _Changes(tuple(changes.values()))
    for owner in owners:
        target = owner.with_name(_stem_like(owner.stem, new) + owner.suffix)
        if formula_name(owner) != old or target == owner:
            continue
        if target.exists() and formula_name(target) != old:
            return Refusal(f"There is a file {target.name} already.")
        cases = await ls.neighbours.work(partial(_follow_cases, ls, owner, target))
        edited = _Changes(
            (*edited.edits, *cases.edits), ((owner, target), *cases.moves)
        )
    return edited


async def _follow_file(ls: FormulaServer, old: Path, new: Path) -> _Changes:
    """What a formula's file by another name asks for; nothing where nobody knows."""
    before, after = formula_name(old), formula_name(new)
    formulas = await formulas_around(ls, old) or ()
    owners = [Path(each.path) for each in formulas if before in all_names(each)]
    is_taken = any(after in all_names(each) for each in formulas)
    if owners != [old] or is_taken:
        return _Changes(())
    changes = await _change_calls(ls, formulas, owners, before, after)
    cases = await ls.neighbours.work(partial(_follow_cases, ls, old, new))
    return _Changes((*changes.values(), *cases.edits), cases.moves)


async def _change_calls(
    ls: FormulaServer,
    formulas: Iterable[FormulaSignature],
    owners: Iterable[Path],
    old: str,
    new: str,
) -> dict[Path, _Edited]:
    """A formula by another name in the texts that call it, and in its own."""
    callers = [Path(each.path) for each in formulas if old in each.calls]
    read = await read_calls(ls, dict.fromkeys([*callers, *owners]))
    changes = {}
    for path, (document, facts) in read.items():
        own = find_header_name(document.text) if path in owners else None
        edits = rename_formula(facts.calls, own, old, new)
        if edits:
            changes[path] = document, edits
    return changes


def _follow_cases(ls: FormulaServer, old: Path, new: Path) -> _Changes:
    """The cases of a formula whose file gets another name; reads files."""
    texts = Texts(ls.tests.documents.all(), ls.documents.encoding)
    edits: list[_Edited] = []
    for file in beside(old):
        try:
            document = texts.document(file)
        except FileError:  # who opens it is told
            continue
        tested = _TESTED.search(document.text)
        if tested is not None and PurePosixPath(tested["path"]).name == old.name:
            end = tested.end("path")
            span = Span(end - len(old.name), end)
            edits.append((document, (Edit(span, new.name),)))
    cases = own_file(old), own_file(new)
    return _Changes(tuple(edits), (cases,) if cases[0].exists() else ())


def _stem_like(stem: str, name: str) -> str:
    """A formula's name as a file's, written as `stem` is."""
    name = name.replace("_", " ") if " " in stem else name
    return name.lower() if stem == stem.lower() else name


def _workspace_edit(ls: FormulaServer, changes: _Changes) -> types.WorkspaceEdit:
    """All changes at once; files are renamed by clients that can."""
    merged: dict[Document, list[types.TextEdit]] = {}
    for document, edits in changes.edits:
        more = convert.from_text_edits(document, edits)
        merged.setdefault(document, []).extend(more)
    client = ls.client_capabilities
    has_changes = get_capability(client, "workspace.workspace_edit.document_changes")
    able = get_capability(client, "workspace.workspace_edit.resource_operations")
    if not has_changes or types.ResourceOperationKind.Rename not in (able or ()):
        for old, new in changes.moves:
            ls.log(f"Rename the file {old} to {new.name} as well.", False)
        changes = changes._replace(moves=())
    if not has_changes:
        return types.WorkspaceEdit(
            changes={document.uri: edits for document, edits in merged.items()}
        )
    known = ls.documents.is_current, ls.tests.documents.is_current
    texts = [
        types.TextDocumentEdit(
            types.OptionalVersionedTextDocumentIdentifier(
                document.uri,
                document.version if any(each(document) for each in known) else None,
            ),
            edits,
        )
        for document, edits in merged.items()
    ]
    files = [types.RenameFile(old.as_uri(), new.as_uri()) for old, new in changes.moves]
    return types.WorkspaceEdit(document_changes=[*texts, *files])


def _refused(refusal: Refusal) -> JsonRpcException:
    """An answer that editors show where the author typed the new name."""
    return JsonRpcException(refusal.message, types.LSPErrorCodes.RequestFailed)


_FILES = [
    types.FileOperationFilter(
        types.FileOperationPattern(
            f"**/*{suffix}",
            types.FileOperationPatternKind.File,
            types.FileOperationPatternOptions(ignore_case=True),
        ),
        scheme="file",
    )
    for suffix in sorted(SUFFIXES)
]

FEATURES: tuple[tuple[str, Any, Any], ...] = (
    (types.TEXT_DOCUMENT_PREPARE_RENAME, on_prepare_rename, None),
    (types.TEXT_DOCUMENT_RENAME, on_rename, types.RenameOptions(prepare_provider=True)),
    (
        types.WORKSPACE_WILL_RENAME_FILES,
        on_will_rename_files,
        types.FileOperationRegistrationOptions(_FILES),
    ),
)
"""As in `handlers`."""
