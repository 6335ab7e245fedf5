"""What commands have in common: their argument, how they are shown, how they fail."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TypeVar

from lsprotocol import types
from pygls.capabilities import get_capability
from pygls.exceptions import JsonRpcInvalidParams

from fastformula_server.documents import Document
from fastformula_server.progress import show_task
from fastformula_server.server import FormulaServer

Answer = dict[str, object]
Result = TypeVar("Result")


class Failure(Exception):  # noqa: N818 - what happened, not what is wrong
    """The author is told why nothing comes of it, in a sentence."""


def open_document(ls: FormulaServer, given: Mapping[str, Any]) -> Document:
    """The formula that a command is about; raises Failure where it is not open."""
    identifier = read_part(ls, given, "textDocument", types.TextDocumentIdentifier)
    document = ls.documents.get(identifier.uri)
    if document is None:
        raise Failure("Open the formula first.")
    return document


def read_part(
    ls: FormulaServer, given: Mapping[str, Any], key: str, kind: type[Result]
) -> Result:
    """A part of the argument, typed; an error for the client where there is none."""
    try:
        return ls.protocol._converter.structure(given[key], kind)
    except Exception as error:
        raise JsonRpcInvalidParams(f"The command takes a {key}.") from error


def shown_task(
    ls: FormulaServer,
    token: types.ProgressToken | None,
    title: str,
    cancel: Callable[[], object],
) -> AbstractContextManager[Callable[[str], None]]:
    """Show what the author has asked for and may end, if the client can show it."""
    can_show = get_capability(ls.client_capabilities, "window.work_done_progress")
    if token is None and not can_show:
        return nullcontext(lambda _message: None)
    return show_task(ls.work_done_progress, token, title, cancel)
