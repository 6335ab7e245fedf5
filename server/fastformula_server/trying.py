"""What the server answers about tests: which there are, and what becomes of them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import aclosing
from typing import Any

from fastformula.diagnostic import Diagnostic
from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams

from fastformula_server.case_documents import show_verdicts
from fastformula_server.commanding import shown_task
from fastformula_server.documents import Document
from fastformula_server.server import FormulaServer
from fastformula_server.testing.answers import (
    Answer,
    from_covered,
    from_file,
    from_verdict,
)
from fastformula_server.testing.finding import CaseFile, is_case_file
from fastformula_server.testing.protocol import (
    RUN_TESTS,
    TESTS,
    RunTestsParams,
    TestsParams,
)
from fastformula_server.testing.run import Wanted
from fastformula_server.workspace import to_path


async def on_tests(ls: FormulaServer, params: TestsParams) -> Answer:
    """The case files of the folders that are open and of open formulas."""
    if params.text_document is None:
        files = await ls.tests.files(ls.formulas.folders)
    else:
        files = await case_files(ls, params.text_document.uri)
    texts = ls.tests.texts()
    return {"files": [from_file(each, texts) for each in files]}


async def on_run_tests(ls: FormulaServer, params: RunTestsParams) -> Answer:
    """What becomes of some cases, and how far they come in the formulas."""
    wanted = []
    for each in params.tests:
        path = to_path(each.uri)
        if path is None:
            raise JsonRpcInvalidParams(f"{each.uri} is not a file on this machine.")
        names = None if each.names is None else frozenset(each.names)
        wanted.append(Wanted(path, names))
    return await run_tests(
        ls,
        wanted,
        params.work_done_token,
        params.partial_result_token,
        coverage=bool(params.coverage),
    )


async def case_files(ls: FormulaServer, uri: str) -> list[CaseFile]:
    """Those of a formula, or the case file itself."""
    path = to_path(uri)
    if path is None:
        return []
    if is_case_file(uri):
        return [await ls.tests.file(path)]
    return await ls.tests.files_of(path)


async def run_tests(
    ls: FormulaServer,
    wanted: Iterable[Wanted],
    token: types.ProgressToken | None,
    part: types.ProgressToken | None = None,
    *,
    coverage: bool = False,
) -> Answer:
    """Play cases, and show what became of them wherever that is to be seen.

    Results that were sent to `part` are not in the answer once more.
    """
    before = _problems(ls)
    try:
        return await _play(ls, wanted, token, part, coverage=coverage)
    finally:
        show_changes(ls, before)


async def _play(
    ls: FormulaServer,
    wanted: Iterable[Wanted],
    token: types.ProgressToken | None,
    part: types.ProgressToken | None,
    *,
    coverage: bool,
) -> Answer:
    run = ls.tests.start(coverage=coverage)
    results: list[Answer] = []
    enough = asyncio.Event()
    with shown_task(ls, token, "Running tests", enough.set) as tell:
        async with aclosing(run.verdicts(wanted)) as verdicts:
            number = 0
            async for verdict in verdicts:
                number += 1
                tell(f"{number} of {run.total}")
                ls.tests.heed(verdict)
                answer = from_verdict(verdict)
                if part is None:
                    results.append(answer)
                else:
                    _send_part(ls, part, answer)
                if enough.is_set():
                    break
        covered = await run.covered()
    answer = {"results": results}
    if coverage:
        answer["coverage"] = from_covered(covered, run.texts)
    return answer


def _send_part(ls: FormulaServer, part: types.ProgressToken, result: Answer) -> None:
    value = {"results": [result]}
    ls.protocol.notify(types.PROGRESS, types.ProgressParams(part, value))


Problems = dict[Document, tuple[Diagnostic, ...]]


def _problems(ls: FormulaServer) -> Problems:
    """What of failed cases is to be seen in each open text."""
    shown = (*ls.documents.all(), *ls.tests.documents.all())
    return {each: ls.tests.problems(each) for each in shown}


def show_changes(ls: FormulaServer, before: Problems) -> None:
    """Show what is known of cases now, where it is not what was shown `before`."""
    changed = [
        document
        for document, problems in _problems(ls).items()
        if problems != before.get(document, ())
    ]
    show_verdicts(ls, changed)


FEATURES: tuple[tuple[str, Any, Any], ...] = (
    (TESTS, on_tests, None),
    (RUN_TESTS, on_run_tests, None),
)
"""As in `handlers`."""
