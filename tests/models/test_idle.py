"""A backend that gives its memory back while nobody asks."""

import time

import pytest
from fastformula_models import BackendError, Cancelled, Request
from fastformula_models.backend import complete_many
from fastformula_models.idle import IdleBackend


class Counted:
    """A backend that says how many of it are open."""

    name = "counted"

    def __init__(self, log: list[str]) -> None:
        self.log = log
        log.append("open")

    def complete(self, request: Request) -> str:
        assert self.log[-1] != "close"
        self.log.append("answer")
        return request.prefix

    def close(self) -> None:
        self.log.append("close")


def wait_for(log: list[str], last: str) -> None:
    deadline = time.monotonic() + 10
    while log[-1] != last and time.monotonic() < deadline:
        time.sleep(0.005)
    assert log[-1] == last


def test_it_is_closed_when_idle_and_opened_by_the_next_request() -> None:
    log: list[str] = []
    backend = IdleBackend(lambda: Counted(log), 0.05)
    assert backend.name == "counted"
    wait_for(log, "close")
    assert backend.complete(Request("a", "")) == "a"
    wait_for(log, "close")
    assert log == ["open", "close", "open", "answer", "close"]
    backend.close()
    assert log.count("close") == 2


def test_it_stays_open_while_it_is_asked() -> None:
    log: list[str] = []
    backend = IdleBackend(lambda: Counted(log), 60)
    assert complete_many(backend, [Request("a", ""), Request("b", "")]) == ["a", "b"]
    backend.complete(Request("c", ""))
    assert log == ["open", "answer", "answer", "answer"]
    backend.close()
    assert log[-1] == "close"


def test_what_is_wrong_is_known_at_once_and_a_cancelled_request_is_not_asked() -> None:
    log: list[str] = []

    def fail() -> Counted:
        raise BackendError("There is no device cuda.")

    with pytest.raises(BackendError, match="no device"):
        IdleBackend(fail, 60)
    backend = IdleBackend(lambda: Counted(log), 60)
    request = Request("a", "")
    request.cancelled.set()
    with pytest.raises(Cancelled):
        backend.complete(request)
    assert log == ["open"]
    backend.close()
