"""How far work has come, told to a client that may take its time to agree."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future

from fastformula_server.progress import show_progress
from lsprotocol import types


class Progress:
    """What pygls does for us, written down."""

    def __init__(self) -> None:
        self.agree: Callable[[object], None]
        self.shown: list[object] = []
        self.tokens: dict[str, Future[None]] = {}

    def create(self, token: str, callback: Callable[[object], None]) -> None:
        self.agree = callback

    def begin(self, token: str, value: types.WorkDoneProgressBegin) -> None:
        self.tokens[token] = Future()
        self.shown.append("begin")

    def report(self, token: str, value: types.WorkDoneProgressReport) -> None:
        self.shown.append(value.percentage)

    def end(self, token: str, value: types.WorkDoneProgressEnd) -> None:
        self.shown.append("end")


async def test_each_percentage_is_shown_once_from_any_thread() -> None:
    progress = Progress()
    with show_progress(progress, "Reading", print) as step:  # type: ignore[arg-type]
        progress.agree(None)
        for done in (1, 2, 3, 100, 200):
            await asyncio.to_thread(step, done, 200)
    assert progress.shown == ["begin", 1, 50, 100, "end"]


async def test_a_client_that_never_agrees_is_shown_nothing() -> None:
    progress = Progress()
    with show_progress(progress, "Reading", print) as step:  # type: ignore[arg-type]
        await asyncio.to_thread(step, 1, 2)
    assert progress.shown == []


async def test_who_wants_no_more_is_heard_while_the_work_goes_on() -> None:
    progress = Progress()
    heard: list[str] = []

    def cancel() -> None:
        heard.append("cancel")

    with show_progress(progress, "Reading", cancel):  # type: ignore[arg-type]
        progress.agree(None)
        (token,) = progress.tokens
        progress.tokens[token].cancel()
    assert heard == ["cancel"]
    assert progress.tokens == {}


async def test_a_client_that_agrees_too_late_is_not_left_with_a_bar() -> None:
    progress = Progress()
    with show_progress(progress, "Reading", print):  # type: ignore[arg-type]
        pass
    progress.agree(None)
    assert progress.shown == []
