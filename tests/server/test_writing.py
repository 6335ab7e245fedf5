"""Writing, explaining and mending over stdio: progress, cancelling, nothing unasked."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

URI = "file:///formulas/pay.ff"
TEXT = """\
DEFAULT FOR hours IS 0
INPUTS ARE hours
/* 😀 */ pay = hours *
  /* Pay twice */
RETURN pay
"""
RIGHT = TEXT.replace("hours *", "hours * 2")
ASKING = {
    "workspace": {
        "workspaceEdit": {"documentChanges": True, "changeAnnotationSupport": {}}
    }
}
PROGRESS = {"window": {"workDoneProgress": True}}
WRITE = "fastformula.writeWithModel"
EXPLAIN = "fastformula.explainWithModel"
FIX = "fastformula.fixWithModel"


def fake(*answers: str) -> dict[str, Any]:
    return {"completion": {"backend": "fake", "answers": list(answers)}}


class Session:
    """An editor with one formula open; what is sent to it is kept."""

    def __init__(self, wire: Any, options: object, text: str, **can: object) -> None:
        self.wire = wire
        self.number = 0
        self.heard: list[dict[str, Any]] = []
        self.result = wire.initialize(initializationOptions=options, capabilities=can)
        wire.send("initialized", {})
        item = {"uri": URI, "languageId": "fastformula", "version": 1, "text": text}
        wire.send("textDocument/didOpen", {"textDocument": item})

    def send(self, method: str, params: object) -> int:
        self.number += 1
        self.wire.send(method, params, number=self.number)
        return self.number

    def until(self, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first message that `holds`; the server's requests are agreed to."""
        while True:
            message: dict[str, Any] = self.wire.receive()
            assert message.get("method") != "window/showMessage", message
            self.heard.append(message)
            if holds(message):
                return message
            self.agree(message)

    def agree(self, message: dict[str, Any], result: object = None) -> None:
        if "method" in message and "id" in message:
            answer = {"jsonrpc": "2.0", "id": message["id"], "result": result}
            self.wire.send_body(json.dumps(answer).encode())

    def answer(self, number: int) -> dict[str, Any]:
        return self.until(
            lambda each: each.get("id") == number and "method" not in each
        )

    def asked(self, method: str) -> dict[str, Any]:
        return self.until(lambda each: each.get("method") == method)

    def command(self, command: str, token: str = "", **given: object) -> int:
        argument = {"textDocument": {"uri": URI}} | given
        params: dict[str, object] = {"command": command, "arguments": [argument]}
        if token:
            params["workDoneToken"] = token
        return self.send("workspace/executeCommand", params)

    def progress(self, token: object) -> list[dict[str, Any]]:
        """What was told of a task."""
        return [
            each["params"]["value"]
            for each in self.heard
            if each.get("method") == "$/progress" and each["params"]["token"] == token
        ]

    def actions(self, line: int, first: int, last: int, *only: str) -> dict[str, Any]:
        extent = {
            "start": {"line": line, "character": first},
            "end": {"line": line, "character": last},
        }
        number = self.send(
            "textDocument/codeAction",
            {
                "textDocument": {"uri": URI},
                "range": extent,
                "context": {"diagnostics": []} | ({"only": only} if only else {}),
            },
        )
        answer = self.answer(number)
        assert "result" in answer, (answer, self.wire.errors.decode())
        return {each["title"]: each for each in answer["result"]}


@pytest.fixture
def open_session(connect: Callable[..., Any]) -> Callable[..., Session]:
    def start(options: object, text: str = TEXT, **can: object) -> Session:
        return Session(connect(), options, text, **can)

    return start


def at(line: int, character: int = 0) -> dict[str, int]:
    return {"line": line, "character": character}


@pytest.mark.parametrize("applied", [True, False])
def test_a_client_that_can_ask_is_sent_the_change_to_be_confirmed(
    open_session: Callable[..., Session], applied: bool
) -> None:
    session = open_session(fake("```\npay = pay * 2\n```"), **ASKING)
    number = session.command(WRITE, "mine", position=at(3, 5))
    request = session.asked("workspace/applyEdit")
    edit = request["params"]["edit"]
    (annotation,) = edit["changeAnnotations"].values()
    assert annotation["needsConfirmation"] is True
    (change,) = edit["documentChanges"]
    assert change["textDocument"] == {"uri": URI, "version": 1}
    (made,) = change["edits"]
    assert made["newText"] == "  pay = pay * 2\n"
    assert made["range"] == {"start": at(4), "end": at(4)}
    session.agree(request, {"applied": applied})
    result = session.answer(number)["result"]
    assert result["applied"] is applied
    assert (result["text"], result["problems"]) == (made["newText"], [])


def test_another_client_gets_it_in_the_answer_and_nothing_is_changed(
    open_session: Callable[..., Session],
) -> None:
    session = open_session(fake("pay = pay *"), **PROGRESS)
    number = session.command(WRITE, position=at(4), instruction="Pay twice")
    result = session.answer(number)["result"]
    edit = {"newText": "pay = pay *\n", "range": {"start": at(5), "end": at(5)}}
    assert result["edit"] == {"changes": {URI: [edit]}}
    assert result["text"] == edit["newText"]
    (problem,) = result["problems"]
    assert problem.startswith("Line 6: ")
    assert not [each for each in session.heard if "Edit" in each.get("method", "")]


def test_progress_is_shown_under_the_token_of_the_client(
    open_session: Callable[..., Session],
) -> None:
    session = open_session(fake("pay = pay *", "pay = 1\npay = 2"))
    session.answer(session.command(WRITE, "mine", position=at(3, 5)))
    begin, *reports, end = session.progress("mine")
    assert begin == {"kind": "begin", "title": "Writing", "cancellable": True}
    assert [each["message"] for each in reports] == [
        "line 1",
        "attempt 2, line 1",
        "attempt 2, line 2",
    ]
    assert end == {"kind": "end"}


def test_without_one_the_client_is_asked_to_show_it(
    open_session: Callable[..., Session], slow_model: Any
) -> None:
    session = open_session(slow_model.options, **PROGRESS)
    ready(session)
    number = session.command(WRITE, position=at(3, 5))
    create = session.asked("window/workDoneProgress/create")
    token = create["params"]["token"]
    session.agree(create)
    session.until(lambda each: bool(session.progress(token)))
    slow_model.let.set()
    assert session.answer(number)["result"]["text"] == "  l_hours * 2\n"
    assert session.progress(token)[0]["cancellable"] is True
    assert session.progress(token)[-1] == {"kind": "end"}


def ready(session: Session) -> None:
    session.until(lambda each: "ready: remote" in str(each.get("params")))


def test_the_client_can_cancel_in_the_middle_and_go_on(
    open_session: Callable[..., Session], slow_model: Any
) -> None:
    session = open_session(slow_model.options)
    ready(session)
    number = session.command(WRITE, "mine", position=at(3, 5))
    assert slow_model.asked.acquire(timeout=30)
    session.wire.send("$/cancelRequest", {"id": number})
    assert session.answer(number)["error"]["code"] == -32800
    assert session.progress("mine")[-1] == {"kind": "end"}

    number = session.command(EXPLAIN, "more", range={"start": at(0), "end": at(1)})
    assert slow_model.asked.acquire(timeout=30)
    session.wire.send("window/workDoneProgress/cancel", {"token": "more"})
    assert session.answer(number)["result"] == {"failure": "It was cancelled."}

    slow_model.let.set()
    number = session.command(WRITE, position=at(3, 5))
    assert session.answer(number)["result"]["text"] == "  l_hours * 2\n"


def test_a_change_meanwhile_is_not_written_over(
    open_session: Callable[..., Session], slow_model: Any
) -> None:
    session = open_session(slow_model.options, **ASKING)
    ready(session)
    number = session.command(WRITE, position=at(3, 5))
    assert slow_model.asked.acquire(timeout=30)
    changed = {"textDocument": {"uri": URI, "version": 2}}
    session.wire.send(
        "textDocument/didChange", changed | {"contentChanges": [{"text": "a = 1\n"}]}
    )
    slow_model.let.set()
    assert "changed meanwhile" in session.answer(number)["result"]["failure"]
    assert not [
        each for each in session.heard if each.get("method") == "workspace/applyEdit"
    ]


def test_an_explanation_is_streamed(open_session: Callable[..., Session]) -> None:
    said = "It pays **twice** the hours.\x1b[2J " * 5
    session = open_session(fake(said))
    extent = {"start": at(2), "end": at(3)}
    number = session.command(EXPLAIN, range=extent, partialToken="part")
    markdown = session.answer(number)["result"]["markdown"]
    assert markdown == ("It pays **twice** the hours. " * 5).rstrip()
    parts = [each["markdown"] for each in session.progress("part")]
    assert len(parts) >= 3
    assert all(markdown.startswith(part) for part in parts)


def test_what_is_wrong_is_mended_through_its_code_action(
    open_session: Callable[..., Session],
) -> None:
    session = open_session(fake("pay = hours * *", "pay = hours * 2"))
    action = session.actions(2, 20, 22, "quickfix")["Fix with the model…"]
    assert action["kind"] == "quickfix"
    command = action["command"]
    assert command["command"] == FIX
    number = session.send("workspace/executeCommand", command)
    edit = session.answer(number)["result"]["edit"]["changes"][URI][0]
    assert edit["newText"] == "pay = hours * 2"
    assert edit["range"] == {"start": at(2, 9), "end": at(2, 22)}


def test_a_fix_that_is_none_or_comes_too_late_is_said_so(
    open_session: Callable[..., Session],
) -> None:
    session = open_session(fake("pay = hours * *"))
    extent = session.actions(2, 20, 22)["Fix with the model…"]["command"]
    number = session.send("workspace/executeCommand", extent)
    assert "nothing that mends" in session.answer(number)["result"]["failure"]
    extent["arguments"][0]["code"] = "other"
    number = session.send("workspace/executeCommand", extent)
    assert "no longer wrong" in session.answer(number)["result"]["failure"]


def test_actions_are_there_where_they_make_sense(
    open_session: Callable[..., Session],
) -> None:
    session = open_session(fake("pay = pay * 2"), RIGHT)
    write = "Write what the comment asks for…"
    assert list(session.actions(3, 5, 5)) == [write, "Generate a test case"]
    explain = "Explain with the model"
    assert list(session.actions(0, 0, 9)) == [explain, "Generate a test case"]
    assert list(session.actions(0, 3, 3)) == ["Generate a test case"]
    assert session.actions(3, 5, 9, "quickfix") == {}
    assert list(session.actions(3, 5, 9, "refactor")) == [
        "Write what the comment asks for…"
    ]
    command = session.actions(3, 5, 5)["Write what the comment asks for…"]["command"]
    number = session.send("workspace/executeCommand", command)
    assert session.answer(number)["result"]["text"] == "  pay = pay * 2\n"


def test_the_small_model_says_that_it_cannot_and_nothing_is_suggested(
    open_session: Callable[..., Session],
) -> None:
    session = open_session({"completion": {"backend": "embedded"}})
    assert "Fix with the model…" not in session.actions(2, 20, 22)
    number = session.command(WRITE, position=at(3, 5))
    failure = session.answer(number)["result"]["failure"]
    assert failure.startswith("The small model cannot follow instructions; set")
    provider = session.result["capabilities"]["executeCommandProvider"]
    assert {WRITE, EXPLAIN, FIX} <= set(provider["commands"])


NONSENSE: list[dict[str, Any]] = [
    {"command": "fastformula.nonsense"},
    {"command": WRITE},
    {"command": WRITE, "arguments": ["x"]},
    {"command": WRITE, "arguments": [{"textDocument": {"uri": URI}}]},
    {"command": FIX, "arguments": [{"textDocument": {"uri": URI}, "range": 1}]},
]


def test_a_command_that_makes_no_sense_is_an_error(
    open_session: Callable[..., Session],
) -> None:
    session = open_session(fake("x"))
    for params in NONSENSE:
        number = session.send("workspace/executeCommand", params)
        assert session.answer(number)["error"]["code"] == -32602, params


def test_without_a_comment_or_a_text_there_is_nothing_to_write(
    open_session: Callable[..., Session],
) -> None:
    session = open_session(fake("x"))
    number = session.command(WRITE, position=at(0, 3))
    assert "comment" in session.answer(number)["result"]["failure"]
    other = {"uri": "file:///formulas/other.ff"}
    number = session.command(WRITE, position=at(0, 3), textDocument=other)
    assert session.answer(number)["result"] == {"failure": "Open the formula first."}
