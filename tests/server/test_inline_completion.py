"""Ghost text while one types: what waits for what, and what is given up.

The model answers only when it is let, so the order of events is the test's own.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

URI = "file:///formulas/pay.ff"
TEXT = "l_pay = \nRETURN l_pay\n"
PUSHED = "textDocument/publishDiagnostics"


class Session:
    """An editor with one formula open, its cursor where a value is to follow."""

    def __init__(self, wire: Any, options: object) -> None:
        self.wire = wire
        self.ids = iter(range(1, 1000))
        wire.initialize(initializationOptions=options)
        wire.send("initialized", {})
        item = {"uri": URI, "languageId": "fastformula", "version": 1, "text": TEXT}
        wire.send("textDocument/didOpen", {"textDocument": item})

    def request(self, method: str, **params: object) -> int:
        number = next(self.ids)
        defaults = {
            "textDocument": {"uri": URI},
            "position": {"line": 0, "character": 8},
        }
        self.wire.send(method, defaults | params, number=number)
        return number

    def ask(self, kind: int = 2, **params: object) -> int:
        context = {"triggerKind": kind}
        return self.request("textDocument/inlineCompletion", context=context, **params)

    def hover(self) -> int:
        return self.request("textDocument/hover")

    def type(self, text: str, version: int) -> None:
        document = {"uri": URI, "version": version}
        place = {"line": 0, "character": 8}
        change = {"range": {"start": place, "end": place}, "text": text}
        self.wire.send(
            "textDocument/didChange",
            {"textDocument": document, "contentChanges": [change]},
        )

    def answers(self, *ids: int) -> list[tuple[int, dict[str, Any]]]:
        """The answers to the requests, in the order in which they come."""
        waiting, found = set(ids), []
        while waiting:
            message = self.wire.receive()
            if message.get("id") in waiting and "method" not in message:
                waiting.discard(message["id"])
                found.append((message["id"], message))
        return found

    def logged(self) -> list[str]:
        """What is in the log once all that was sent has been handled."""
        number = self.hover()
        found = []
        while (message := self.wire.receive()).get("id") != number:
            assert message["method"] != "window/showMessage", message
            if message["method"] == "window/logMessage":
                found.append(message["params"]["message"])
        return found


@pytest.fixture
def open_session(connect: Callable[..., Any]) -> Callable[[object], Session]:
    return lambda options: Session(connect(), options)


def texts(message: dict[str, Any]) -> list[str]:
    return [item["insertText"] for item in message["result"]["items"]]


def test_a_hover_is_answered_while_the_model_works(
    open_session: Callable[[object], Session], slow_model: Any
) -> None:
    session = open_session(slow_model.options)
    asked = session.ask()
    assert slow_model.asked.acquire(timeout=30)
    hovers = [session.hover() for _ in range(5)]
    assert [number for number, _ in session.answers(*hovers)] == hovers
    slow_model.let.set()
    ((_, answer),) = session.answers(asked)
    assert texts(answer) == ["l_hours * 2"]


def test_the_next_request_ends_the_one_before(
    open_session: Callable[[object], Session], slow_model: Any
) -> None:
    session = open_session(slow_model.options)
    first = session.ask()
    assert slow_model.asked.acquire(timeout=30)
    second = session.ask()
    ((_, answer),) = session.answers(first)
    assert answer["result"] == {"items": []}
    slow_model.let.set()
    ((_, answer),) = session.answers(second)
    assert texts(answer) == ["l_hours * 2"]


def test_a_keystroke_ends_the_request_for_the_text_before_it(
    open_session: Callable[[object], Session], slow_model: Any
) -> None:
    session = open_session(slow_model.options)
    asked = session.ask()
    assert slow_model.asked.acquire(timeout=30)
    session.type("1", version=2)
    ((_, answer),) = session.answers(asked)
    assert answer["result"] == {"items": []}


def test_an_answer_for_a_text_that_was_closed_is_dropped(
    open_session: Callable[[object], Session], slow_model: Any
) -> None:
    session = open_session(slow_model.options)
    asked = session.ask()
    assert slow_model.asked.acquire(timeout=30)
    session.wire.send("textDocument/didClose", {"textDocument": {"uri": URI}})
    ((_, answer),) = session.answers(asked)
    assert answer["result"] == {"items": []}


def test_a_storm_of_cancelled_requests_leaves_nothing_behind(
    open_session: Callable[[object], Session], slow_model: Any
) -> None:
    session = open_session(slow_model.options)
    first = session.ask()
    assert slow_model.asked.acquire(timeout=30)
    asked = [first, *(session.ask() for _ in range(39))]
    for number in asked:
        session.wire.send("$/cancelRequest", {"id": number})
    hover = session.hover()
    answers = session.answers(*asked, hover)
    assert hover in dict(answers)
    for number, answer in answers:
        if number != hover:
            cancelled = answer.get("error", {}).get("code") == -32800
            assert cancelled or answer["result"] == {"items": []}
    slow_model.let.set()
    ((_, answer),) = session.answers(session.ask())
    assert texts(answer) == ["l_hours * 2"]
    assert len(slow_model.requests) < 10


def test_what_is_typed_waits_for_a_pause_and_what_is_asked_for_does_not(
    open_session: Callable[[object], Session], slow_model: Any
) -> None:
    options = slow_model.options
    options["completion"]["debounceMilliseconds"] = 60_000
    slow_model.let.set()
    session = open_session(options)
    typed = session.ask(kind=2)
    asked = session.ask(kind=1)
    (first, nothing), (second, answer) = session.answers(typed, asked)
    assert (first, second) == (typed, asked)
    assert nothing["result"] == {"items": []}
    assert texts(answer) == ["l_hours * 2"]
    assert len(slow_model.requests) == 1


def test_unless_set_the_pause_is_a_fraction_of_a_second(
    open_session: Callable[[object], Session],
) -> None:
    session = open_session({"completion": {"backend": "fake", "answers": ["10"]}})
    for version in range(2, 6):
        session.type(" ", version)
    begun = time.monotonic()
    ((_, answer),) = session.answers(session.ask())
    assert texts(answer) == ["10"]
    # The longest pause is 0.4 s; the rest is for a machine with other things to do.
    assert time.monotonic() - begun < 10


def test_a_model_that_fails_is_mentioned_once_and_never_in_a_pop_up(
    open_session: Callable[[object], Session],
) -> None:
    options = {
        "completion": {
            "backend": "remote",
            "endpoint": "http://127.0.0.1:9/v1",
            "model": "gone",
            "format": "qwen2.5-coder",
        }
    }
    session = open_session(options)
    log = []
    for _ in range(3):
        number = session.ask(kind=1)
        while (message := session.wire.receive()).get("id") != number:
            assert message["method"] != "window/showMessage"
            if message["method"] == "window/logMessage":
                log.append(message["params"]["message"])
        assert message["result"] == {"items": []}
    (line,) = (line for line in log if "127.0.0.1:9" in line)
    assert line.startswith("No completion:")


def test_a_model_that_cannot_be_opened_leaves_the_rest_at_work(
    open_session: Callable[[object], Session],
) -> None:
    options = {"completion": {"backend": "remote", "endpoint": "nonsense"}}
    session = open_session(options)
    ((_, answer),) = session.answers(session.ask(kind=1))
    assert answer["result"] == {"items": []}
    ((_, answer),) = session.answers(session.hover())
    assert "error" not in answer


def test_a_wrong_setting_is_explained_and_the_rest_goes_on(
    open_session: Callable[[object], Session],
) -> None:
    session = open_session({"completion": {"backend": "gpt", "enabled": False}})
    (line,) = (line for line in session.logged() if "setting" in line)
    assert "completion.backend" in line
    assert "embedded" in line
    assert '"gpt"' in line


def test_changed_settings_take_effect(
    open_session: Callable[[object], Session],
) -> None:
    def fake(*answers: str) -> dict[str, object]:
        return {"completion": {"backend": "fake", "answers": list(answers)}}

    session = open_session(fake("l_hours"))
    changed = "workspace/didChangeConfiguration"
    for settings, expected in (
        (fake("l_rate * 2"), ["l_rate * 2"]),
        ({"fastformula": fake("l_hours * 3")}, ["l_hours * 3"]),
        ({"fastformula": {"completion": {"enabled": False}}}, []),
        ({"fastformula": {"completion": {"backend": "off"}}}, []),
        (None, []),
    ):
        session.wire.send(changed, {"settings": settings})
        ((_, answer),) = session.answers(session.ask(kind=1))
        assert texts(answer) == expected


def test_a_client_that_only_answers_is_asked_for_its_settings(
    connect: Callable[..., Any],
) -> None:
    wire = connect()
    wire.initialize(capabilities={"workspace": {"configuration": True}})
    wire.send("initialized", {})
    wire.send("workspace/didChangeConfiguration", {"settings": None})
    while (question := wire.receive()).get("method") != "workspace/configuration":
        pass
    assert question["params"]["items"] == [{"section": "fastformula"}]
    answer = [{"completion": {"backend": "wrong"}}]
    body = {"jsonrpc": "2.0", "id": question["id"], "result": answer}
    wire.send_body(json.dumps(body).encode())
    while (message := wire.receive()).get("method") != "window/logMessage":
        pass
    while "wrong" not in message["params"]["message"]:
        message = wire.receive()
