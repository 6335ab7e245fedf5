"""A model that waits while there is more urgent work."""

from __future__ import annotations

import threading

import pytest
from fastformula_models import Request
from fastformula_models.fake import FakeBackend
from fastformula_server import gate as gate_module
from fastformula_server.gate import Gate, Patient


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate_module, "_PATIENCE", 60)


def test_a_model_goes_on_when_the_urgent_work_is_done() -> None:
    gate, order = Gate(), list[str]()
    begun, urgent = threading.Event(), threading.Event()

    def stop(text: str) -> bool:
        order.append(text)
        begun.set()
        urgent.wait(30)
        return False

    model = Patient(FakeBackend(("abc",)), gate)
    thread = threading.Thread(target=lambda: model.complete(Request("", "", stop=stop)))
    thread.start()
    assert begun.wait(30)
    with gate.closed(), gate.closed():
        urgent.set()
        order.append("urgent")
    thread.join(30)
    assert order == ["a", "urgent", "ab", "abc"]


def test_the_answer_and_the_wish_to_stop_are_those_of_the_request() -> None:
    model = Patient(FakeBackend(("abc", "def")), Gate())
    stop = Request("", "", stop=lambda text: len(text) == 2)
    assert model.complete(stop) == "ab"
    assert model.complete_many([stop, stop]) == ["de", "ab"]
    assert model.name == "fake"


def test_a_model_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate_module, "_PATIENCE", 0.01)
    gate = Gate()
    with gate.closed():
        assert Patient(FakeBackend(("abc",)), gate).complete(Request("", "")) == "abc"
