"""Ghost text while one types: what waits for what, and what is given up.

The model answers only when it is let, so the order of events is the test's own.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any


def test_a_hover_is_answered_while_the_model_works(
    open_session: Callable[..., Any], slow_model: Any
) -> None:
    session = open_session(slow_model.options).become_ready()
    asked = session.ask()
    assert slow_model.asked.acquire(timeout=30)
    hovers = [session.hover() for _ in range(5)]
    assert [number for number, _ in session.answers(*hovers)] == hovers
    slow_model.let.set()
    assert session.offered(asked) == ["l_hours * 2"]


def test_the_next_request_ends_the_one_before(
    open_session: Callable[..., Any], slow_model: Any
) -> None:
    session = open_session(slow_model.options).become_ready()
    first = session.ask()
    assert slow_model.asked.acquire(timeout=30)
    second = session.ask()
    assert session.offered(first) == []
    slow_model.let.set()
    assert session.offered(second) == ["l_hours * 2"]


def test_a_keystroke_ends_the_request_for_the_text_before_it(
    open_session: Callable[..., Any], slow_model: Any
) -> None:
    session = open_session(slow_model.options).become_ready()
    asked = session.ask()
    assert slow_model.asked.acquire(timeout=30)
    session.type("1", version=2)
    assert session.offered(asked) == []


def test_an_answer_for_a_text_that_was_closed_is_dropped(
    open_session: Callable[..., Any], slow_model: Any
) -> None:
    session = open_session(slow_model.options).become_ready()
    asked = session.ask()
    assert slow_model.asked.acquire(timeout=30)
    session.wire.send("textDocument/didClose", {"textDocument": {"uri": session.uri}})
    assert session.offered(asked) == []


def test_a_storm_of_cancelled_requests_leaves_nothing_behind(
    open_session: Callable[..., Any], slow_model: Any
) -> None:
    session = open_session(slow_model.options).become_ready()
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
    assert session.offered(session.ask()) == ["l_hours * 2"]
    assert len(slow_model.requests) < 10


def test_what_is_typed_waits_for_a_pause_and_what_is_asked_for_does_not(
    open_session: Callable[..., Any], slow_model: Any
) -> None:
    options = slow_model.options
    options["completion"]["debounceMilliseconds"] = 60_000
    slow_model.let.set()
    session = open_session(options).become_ready()
    typed = session.ask(kind=2)
    asked = session.ask(kind=1)
    (first, nothing), (second, answer) = session.answers(typed, asked)
    assert (first, second) == (typed, asked)
    assert nothing["result"] == {"items": []}
    assert [item["insertText"] for item in answer["result"]["items"]] == ["l_hours * 2"]
    asked_first = [each for each in slow_model.requests if not each["temperature"]]
    assert len(asked_first) == 1


def test_unless_set_the_pause_is_a_fraction_of_a_second(
    open_session: Callable[..., Any],
) -> None:
    session = open_session({"completion": {"backend": "fake", "answers": ["10"]}})
    for version in range(2, 6):
        session.type(" ", version)
    begun = time.monotonic()
    assert session.offered(session.ask()) == ["10"]
    # The longest pause is 0.4 s; the rest is for a machine with other things to do.
    assert time.monotonic() - begun < 10


GONE = {
    "completion": {
        "backend": "remote",
        "endpoint": "http://127.0.0.1:9/v1",
        "model": "gone",
        "format": "qwen2.5-coder",
    }
}


def test_a_model_that_fails_is_mentioned_once_and_another_answers(
    open_session: Callable[..., Any],
) -> None:
    session = open_session(GONE).become_ready()
    log = []
    for version in range(2, 6):
        session.type(" ", version)
        number = session.ask(kind=1)
        while (message := session.wire.receive()).get("id") != number:
            assert message["method"] != "window/showMessage"
            if message["method"] == "window/logMessage":
                log.append(message["params"]["message"])
        assert message["result"]["items"]
    (line,) = (line for line in log if "127.0.0.1:9" in line)
    assert "The embedded model answers in its place." in line


def test_a_client_that_shows_a_status_is_told_each_change_of_it(
    open_session: Callable[..., Any],
) -> None:
    session = open_session(GONE, experimental={"fastformula/status": True})
    statuses: list[dict[str, str]] = []

    def follow(number: int) -> None:
        while (message := session.wire.receive()).get("id") != number:
            if message["method"] == "fastformula/status":
                statuses.append(message["params"])

    version = 1
    while not statuses or statuses[-1]["kind"] != "failing":
        version += 1
        session.type(" ", version)
        follow(session.ask(kind=1))
    assert [each["kind"] for each in statuses] == ["loading", "ready", "failing"]
    assert "127.0.0.1:9" in statuses[-1]["message"]
    off = {"completion": {"enabled": False}}
    session.wire.send("workspace/didChangeConfiguration", {"settings": off})
    follow(session.hover())
    assert statuses[-1]["kind"] == "off"


def test_a_client_that_shows_no_status_is_sent_none(
    open_session: Callable[..., Any],
) -> None:
    session = open_session({"completion": {"backend": "fake", "answers": ["1"]}})
    number = session.ask(kind=1)
    while (message := session.wire.receive()).get("id") != number:
        assert message["method"] != "fastformula/status"


def test_a_model_that_cannot_be_opened_leaves_the_rest_at_work(
    open_session: Callable[..., Any],
) -> None:
    options = {"completion": {"backend": "remote", "endpoint": "nonsense"}}
    session = open_session(options)
    assert session.offered(session.ask(kind=1))
    ((_, answer),) = session.answers(session.hover())
    assert "error" not in answer


def test_a_wrong_setting_is_explained_and_the_rest_goes_on(
    open_session: Callable[..., Any],
) -> None:
    session = open_session({"completion": {"backend": "gpt", "enabled": False}})
    (line,) = (line for line in session.logged() if "setting" in line)
    assert "completion.backend" in line
    assert "embedded" in line
    assert '"gpt"' in line


def test_changed_settings_take_effect(
    open_session: Callable[..., Any],
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
        assert session.offered(session.ask(kind=1)) == expected


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
