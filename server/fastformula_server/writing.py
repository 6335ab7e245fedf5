"""Commands that have the model write, explain or mend, as an author asks for it.

A client that can ask its author about a change is sent it to do so. Others find it in
the answer to the command and decide for themselves. Nothing is changed unasked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, Final, TypeVar

from fastformula import parse
from fastformula.diagnostic import Severity
from fastformula.text import LineIndex
from fastformula_completion.answer import clean_text
from fastformula_completion.explanation import explain
from fastformula_completion.insertion import room_at
from fastformula_completion.remedy import remedy
from fastformula_completion.repair import Commission, Draft, Progress
from fastformula_completion.writing import wish_at, write
from fastformula_models import BackendError, Cancelled
from lsprotocol import types
from pygls.capabilities import get_capability

from fastformula_server import convert
from fastformula_server.commanding import (
    Answer,
    Failure,
    open_document,
    read_part,
    shown_task,
)
from fastformula_server.documents import Document
from fastformula_server.messages import Commissioned
from fastformula_server.server import FormulaServer

WRITE: Final = "fastformula.writeWithModel"
EXPLAIN: Final = "fastformula.explainWithModel"
FIX: Final = "fastformula.fixWithModel"

Result = TypeVar("Result")


async def on_write(
    ls: FormulaServer, given: Mapping[str, Any], token: types.ProgressToken | None
) -> Answer:
    """Write what `instruction` says, or the comment at `position`, into the formula."""
    document = open_document(ls, given)
    offset = convert.to_offset(
        document, read_part(ls, given, "position", types.Position)
    )
    wish = str(given.get("instruction") or "").strip()
    if not wish:
        found = wish_at(parse(document.text), offset)
        if found is None:
            raise Failure(
                "Put the cursor on a comment that says what is to be written."
            )
        wish, offset = found
    room = room_at(document.text, offset)
    draft = await _ask(
        ls,
        document,
        token,
        "Writing",
        partial(write, wish, document.text, room),
    )
    return await _offer(ls, document, draft, f"Write: {_shortened(wish)}")


async def on_fix(
    ls: FormulaServer, given: Mapping[str, Any], token: types.ProgressToken | None
) -> Answer:
    """Write the statement at `range` anew, so that what `code` names is gone."""
    document = open_document(ls, given)
    span = convert.to_span(document, read_part(ls, given, "range", types.Range))
    judged = await ls.judged(document)
    found = [
        each
        for each in (judged.diagnostics if judged else ())
        if each.span == span and each.code == given.get("code")
    ]
    if not found:
        raise Failure("The formula has changed, and this is no longer wrong with it.")
    draft = await _ask(
        ls,
        document,
        token,
        "Mending",
        partial(remedy, document.text, found[0]),
    )
    return await _offer(ls, document, draft, f"Mend: {_shortened(found[0].message)}")


async def on_explain(
    ls: FormulaServer, given: Mapping[str, Any], token: types.ProgressToken | None
) -> Answer:
    """Explain what stands at `range`, in Markdown.

    What there is of it so far is sent as progress under `partialToken`, if given.
    """
    document = open_document(ls, given)
    span = convert.to_span(document, read_part(ls, given, "range", types.Range))
    part = given.get("partialToken")
    show = _partial_result(ls, part) if isinstance(part, str | int) else None
    markdown = await _ask(
        ls,
        document,
        token,
        "Explaining",
        partial(explain, document.text, span),
        show,
    )
    return {"markdown": markdown}


def _partial_result(
    ls: FormulaServer, token: types.ProgressToken
) -> Callable[[str], None]:
    """What sends Markdown to the client as far as it has been written."""
    return lambda said: ls.protocol.notify(
        types.PROGRESS, types.ProgressParams(token, {"markdown": clean_text(said)})
    )


COMMANDS: dict[str, Callable[..., Awaitable[Answer]]] = {
    WRITE: on_write,
    FIX: on_fix,
    EXPLAIN: on_explain,
}


async def _ask(
    ls: FormulaServer,
    document: Document,
    token: types.ProgressToken | None,
    title: str,
    work: Callable[[Commission], Result],
    show: Callable[[str], None] | None = None,
) -> Result:
    """What `work` makes of the model's answer. Raises Failure."""
    commissioned = Commissioned(
        document.uri,
        work,
        ls.settings.repairs,
        ls.settings.chosen_sampling(),
        ls.settings.chosen_adapter(),
    )

    def hear(progress: Progress) -> None:
        again = f"attempt {progress.attempt}, " if progress.attempt > 1 else ""
        lines = progress.said.count("\n") + 1
        tell(f"{again}line {lines}")
        if show is not None:
            show(progress.said)

    asking = asyncio.create_task(ls.model.write(commissioned, hear))
    with shown_task(ls, token, title, asking.cancel) as tell:
        try:
            result: Result | None = await asking
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            raise Failure("It was cancelled.") from None
        except Cancelled:
            raise Failure("It was cancelled.") from None
        except BackendError as error:
            raise Failure(str(error)) from error
    if result is None:
        raise Failure(
            "No model is switched on: see the settings completion.enabled and "
            "completion.backend."
        )
    return result


async def _offer(
    ls: FormulaServer, document: Document, draft: Draft, title: str
) -> Answer:
    """Ask the client's author about the change, or leave it to the client."""
    if not ls.documents.is_current(document):
        raise Failure("The formula has changed meanwhile; nothing was put in.")
    answer: Answer = {
        "text": draft.new_text,
        "range": convert.from_span(document, draft.span),
        "problems": _problems(draft),
    }
    edit = "workspace.workspace_edit."
    asks = get_capability(
        ls.client_capabilities, f"{edit}change_annotation_support"
    ) and get_capability(ls.client_capabilities, f"{edit}document_changes")
    change = convert.from_draft(document, draft, title, confirmed=bool(asks))
    if not asks:
        return answer | {"edit": change}
    done = await ls.workspace_apply_edit_async(
        types.ApplyWorkspaceEditParams(change, title)
    )
    return answer | {"applied": done.applied}


def _problems(draft: Draft) -> list[str]:
    """What is still wrong with what was written, as sentences."""
    lines = LineIndex(draft.text)
    return [
        f"Line {lines.position(each.span.start).line + 1}: {each.message}"
        for each in draft.diagnostics
        if each.severity in (Severity.ERROR, Severity.WARNING)
    ]


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:59]}…"
