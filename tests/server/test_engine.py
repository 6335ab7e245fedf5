"""The model's process, as a server and its editor see it."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it looks into /proc")

FAKE = {"completion": {"backend": "fake", "answers": ["10"]}}
SECONDS = 30
STATUS = "fastformula/status"


def children(process: int) -> list[int]:
    """The processes that a process has started, of whichever thread."""
    found = Path(f"/proc/{process}/task").glob("*/children")
    return [int(each) for file in found for each in file.read_text().split()]


def is_model(process: int) -> bool:
    return b"spawn_main" in Path(f"/proc/{process}/cmdline").read_bytes()


def model_of(session: Any) -> int:
    """The one process of the model."""
    (found,) = filter(is_model, children(session.wire.process.pid))
    return found


def wait_for_end(process: int) -> None:
    deadline = time.monotonic() + SECONDS
    # A process that nobody has waited for is still there, with nothing to run.
    while (
        Path(f"/proc/{process}/cmdline").exists()
        and Path(f"/proc/{process}/cmdline").read_bytes()
    ):
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize("busy", [False, True])
def test_the_process_ends_with_a_server_that_is_killed(
    open_session: Callable[..., Any], slow_model: Any, busy: bool
) -> None:
    session = open_session(slow_model.options if busy else FAKE).become_ready()
    if busy:
        session.ask()
        assert slow_model.asked.acquire(timeout=SECONDS)
    model = model_of(session)
    session.wire.process.kill()
    wait_for_end(model)


def test_the_process_ends_with_a_server_that_is_told_to_end(
    open_session: Callable[..., Any], slow_model: Any
) -> None:
    session = open_session(slow_model.options).become_ready()
    session.ask()
    assert slow_model.asked.acquire(timeout=SECONDS)
    model = model_of(session)
    session.wire.send("shutdown", number=1000)
    session.wire.answer(1000)
    session.wire.send("exit")
    assert session.wire.wait() == 0
    wait_for_end(model)
    assert b"Traceback" not in session.wire.errors


def test_an_editor_is_told_of_a_crash_and_the_rest_goes_on(
    open_session: Callable[..., Any],
) -> None:
    session = open_session(FAKE, experimental={STATUS: True})
    session.become_ready()
    os.kill(model_of(session), signal.SIGSEGV)
    statuses: list[dict[str, str]] = []

    def follow() -> None:
        while (message := session.wire.receive()).get("method") != STATUS:
            assert message.get("method") != "window/showMessage"
        statuses.append(message["params"])

    while not statuses or statuses[-1]["kind"] != "failing":
        follow()
    ((_, answer),) = session.answers(session.hover())
    assert "error" not in answer
    session.become_ready()
    assert "signal 11" in statuses[-1]["message"]
    assert session.offered(session.ask(kind=1)) == ["10"]


@pytest.mark.parametrize("completion", [{"enabled": False}, {"backend": "off"}])
def test_no_process_is_started_where_no_model_is_wanted(
    open_session: Callable[..., Any], completion: dict[str, Any]
) -> None:
    session = open_session({"completion": completion})
    assert session.offered(session.ask(kind=1)) == []
    session.answers(session.hover())
    assert not children(session.wire.process.pid)


def test_nothing_is_started_before_the_editor_is_ready(
    connect: Callable[..., Any],
) -> None:
    wire = connect()
    wire.initialize(initializationOptions=FAKE)
    wire.send("shutdown", number=1)
    wire.answer(1)
    assert not children(wire.process.pid)
