"""How far long work has come, shown by clients that can."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

from lsprotocol import types
from pygls.progress import Progress

_numbers = count(1)


@contextmanager
def show_progress(
    progress: Progress, title: str, cancel: Callable[[], object]
) -> Iterator[Callable[[int, int], None]]:
    """Show the work that is done within; what is given takes the steps, in any thread.

    A client may take its time to say that it will show it, or never do: the work does
    not wait for that. `cancel` is called when its author wants no more of it.
    """
    token = f"fastformula-{next(_numbers)}"
    loop = asyncio.get_running_loop()
    is_shown = is_over = False
    last = 0

    def begin(_answer: object) -> None:
        nonlocal is_shown
        if not is_over:
            is_shown = True
            told = types.WorkDoneProgressBegin(title, cancellable=True, percentage=0)
            progress.begin(token, told)
            progress.tokens[token].add_done_callback(lambda _: cancel())

    def report(percentage: int) -> None:
        if is_shown and not is_over:
            progress.report(token, types.WorkDoneProgressReport(percentage=percentage))

    def step(done: int, total: int) -> None:
        nonlocal last
        percentage = 100 * done // total
        if percentage != last:
            last = percentage
            loop.call_soon_threadsafe(report, percentage)

    progress.create(token, begin)
    try:
        yield step
    finally:
        is_over = True
        progress.tokens.pop(token, None)
        if is_shown:
            progress.end(token, types.WorkDoneProgressEnd())


@contextmanager
def show_task(
    progress: Progress,
    token: types.ProgressToken | None,
    title: str,
    cancel: Callable[[], object],
) -> Iterator[Callable[[str], None]]:
    """Show what an author has asked for and may end; takes messages, in any thread.

    `token` is the client's, or None to ask it to show a task of ours. `cancel` is
    called when the author wants no more of it.
    """
    loop = asyncio.get_running_loop()
    is_shown = is_over = False
    last = ""

    def begin(number: types.ProgressToken) -> None:
        nonlocal is_shown
        if is_over:
            return
        is_shown = True
        progress.begin(number, types.WorkDoneProgressBegin(title, cancellable=True))
        progress.tokens[number].add_done_callback(lambda _: cancel())

    def report(message: str) -> None:
        if is_shown and not is_over:
            progress.report(shown, types.WorkDoneProgressReport(message=message))

    def tell(message: str) -> None:
        nonlocal last
        if message != last:
            last = message
            loop.call_soon_threadsafe(report, message)

    if token is not None:
        shown = token
        begin(shown)
    else:
        shown = f"fastformula-{next(_numbers)}"
        progress.create(shown, lambda _: begin(shown))
    try:
        yield tell
    finally:
        is_over = True
        progress.tokens.pop(shown, None)
        if is_shown:
            progress.end(shown, types.WorkDoneProgressEnd())
