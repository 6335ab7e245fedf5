"""Cases made for the formula in the editor: a file of them, or one more."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from itertools import count
from pathlib import Path
from typing import Any, Final, NamedTuple

from fastformula.analysis import Analysis
from fastformula.text import Span
from lsprotocol import types
from pygls.capabilities import get_capability

from fastformula_server import convert
from fastformula_server.commanding import Answer, Failure, open_document
from fastformula_server.documents import Document
from fastformula_server.files import FileError, create_file
from fastformula_server.server import FormulaServer
from fastformula_server.testing.finding import CaseFile, own_file
from fastformula_server.testing.texts import Texts
from fastformula_server.workspace import to_path

NEW_CASE: Final = "fastformula.newTestCase"
KIND: Final = f"source.testCase.{convert.SOURCE}"
_TITLE = "Generate a test case"


class _New(NamedTuple):
    path: Path
    text: str
    """What is put at the end of the file."""
    file: Document | None
    """The file as it is; None where there is none yet."""


def offer_case(document: Document) -> types.CodeAction:
    """The action that makes a case, which is worked out when somebody wants it."""
    argument = {"textDocument": {"uri": document.uri}}
    command = types.Command(_TITLE, NEW_CASE, arguments=[argument])
    return types.CodeAction(_TITLE, KIND, command=command)


async def on_new_case(
    ls: FormulaServer, given: Mapping[str, Any], _token: types.ProgressToken | None
) -> Answer:
    """Put a case of the formula at the end of its case file, or begin such a file."""
    document = open_document(ls, given)
    path = to_path(document.uri)
    if path is None:
        raise Failure("Save the formula first.")
    judged = await ls.judged(document)
    if judged is None or judged.analysis is None:
        raise Failure("The formula has changed meanwhile; nothing was put in.")
    analysis, texts = judged.analysis, ls.tests.texts()
    own = await ls.tests.file(own_file(path))
    files = await ls.tests.files_of(path)
    new = await ls.tests.play(lambda: _make(path, analysis, own, files, texts))
    uri = texts.uri(new.path)
    answer: Answer = {"uri": uri}
    edit = _edit(ls, new, uri)
    if edit is None:
        try:
            create_file(new.path, new.text, force=False)
        except FileError as error:
            raise Failure(str(error)) from error
    elif get_capability(ls.client_capabilities, "workspace.apply_edit"):
        done = await ls.workspace_apply_edit_async(
            types.ApplyWorkspaceEditParams(edit, _TITLE)
        )
        answer["applied"] = done.applied
    else:
        return answer | {"edit": edit}
    if get_capability(ls.client_capabilities, "window.show_document.support"):
        await ls.window_show_document_async(
            types.ShowDocumentParams(uri, take_focus=True, selection=_place(new))
        )
    return answer


COMMANDS: dict[str, Callable[..., Awaitable[Answer]]] = {NEW_CASE: on_new_case}


def _make(
    path: Path,
    analysis: Analysis,
    own: CaseFile,
    files: list[CaseFile],
    texts: Texts,
) -> _New:
    """A case in the formula's own file or in another one with cases of it."""
    # The interpreter is not loaded before somebody wants a case.
    from fastformula_server.called import Neighbours
    from fastformula_server.project import load_project
    from fastformula_server.testing.skeleton import make_case, make_skeleton

    if files:
        file = next((each for each in files if each.path == own.path), files[0])
        taken = {case.name for case in file.cases}
        numbers = count(len(taken) + 1)
        name = next(
            name for number in numbers if (name := f"case {number}") not in taken
        )
        text = file.document.text
        gap = "" if text.endswith("\n") else "\n"
        return _New(file.path, f"{gap}\n{make_case(analysis, name)}", file.document)
    if own.path.exists() or texts.shown(own.path) is not None:
        why = own.error or f"It has cases of another formula than {path.name}."
        raise Failure(f"{own.path.name} is there already. {why}")
    neighbours = Neighbours(path.parent, load_project(path.parent), texts.read)
    text = make_skeleton(analysis, path.name, neighbours.find)
    if path.suffix != ".ff":
        text = f"formula = {json.dumps(path.name)}\n{text}"
    return _New(own.path, text, None)


def _edit(ls: FormulaServer, new: _New, uri: str) -> types.WorkspaceEdit | None:
    """What the client is to change; None where it cannot make the file."""
    can = get_capability(ls.client_capabilities, "workspace.workspace_edit")
    if can is None or not can.document_changes:
        if new.file is None:
            return None
        edit = types.TextEdit(_end(new.file), new.text)
        return types.WorkspaceEdit(changes={uri: [edit]})
    if new.file is not None:
        document = types.OptionalVersionedTextDocumentIdentifier(
            uri, new.file.version or None
        )
        edit = types.TextEdit(_end(new.file), new.text)
        return types.WorkspaceEdit(
            document_changes=[types.TextDocumentEdit(document, [edit])]
        )
    if "create" not in (can.resource_operations or ()):
        return None
    start = types.Position(0, 0)
    return types.WorkspaceEdit(
        document_changes=[
            # A file that is there meanwhile makes the whole edit fail.
            types.CreateFile(uri),
            types.TextDocumentEdit(
                types.OptionalVersionedTextDocumentIdentifier(uri),
                [types.TextEdit(types.Range(start, start), new.text)],
            ),
        ]
    )


def _end(document: Document) -> types.Range:
    end = len(document.text)
    return convert.from_span(document, Span(end, end))


def _place(new: _New) -> types.Range:
    """The line in which the case begins, once it is there."""
    before = new.file.text if new.file is not None else ""
    head = before + new.text[: new.text.rindex("[[case]]")]
    position = types.Position(head.count("\n"), 0)
    return types.Range(position, position)
