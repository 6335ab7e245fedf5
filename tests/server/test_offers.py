"""What is offered again without asking, ahead of being asked, and beside a list."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from fastformula_server.tally import Tally

ANSWER = "l_hours * 2 + l_rate"


def fake(*answers: str) -> dict[str, Any]:
    return {"completion": {"backend": "fake", "answers": list(answers)}}


def prompts(slow_model: Any) -> list[str]:
    return [request["prompt"] for request in slow_model.requests]


def test_who_asks_by_hand_is_offered_three_different_texts(
    open_session: Callable[..., Any],
) -> None:
    session = open_session(fake("l_hours", "l_hours", "l_rate", "l_hours + 1", "7"))
    assert session.offered(session.ask(kind=1)) == ["l_hours", "l_rate", "l_hours + 1"]
    assert len(session.offered(session.ask(kind=2))) == 1


def test_what_is_typed_along_an_offer_asks_no_model(
    open_session: Callable[..., Any], slow_model: Any
) -> None:
    slow_model.answers = iter(lambda: ANSWER, None)
    slow_model.let.set()
    session = open_session(slow_model.options).become_ready()
    assert session.offered(session.ask()) == [ANSWER]
    for typed, letter in enumerate("l_hou"):
        session.type(letter, version=typed + 2, character=8 + typed)
        rest = ANSWER[typed + 1 :]
        assert session.offered(session.ask(character=9 + typed)) == [rest]
    assert not [each for each in prompts(slow_model) if each.endswith(("l_", "l_hou"))]


def test_accepting_a_word_keeps_the_rest(
    open_session: Callable[..., Any], slow_model: Any
) -> None:
    slow_model.answers = iter(lambda: ANSWER, None)
    slow_model.let.set()
    session = open_session(slow_model.options).become_ready()
    assert session.offered(session.ask()) == [ANSWER]
    session.type("l_hours", version=2)
    assert session.offered(session.ask(character=15)) == [" * 2 + l_rate"]
    session.type(" * 2", version=3, character=15)
    assert session.offered(session.ask(character=19)) == [" + l_rate"]
    assert not [each for each in prompts(slow_model) if each.endswith("l_hours * 2")]


def test_an_offer_is_not_made_again_where_the_text_behind_has_changed(
    open_session: Callable[..., Any], slow_model: Any
) -> None:
    slow_model.let.set()
    session = open_session(slow_model.options).become_ready()
    assert session.offered(session.ask()) == ["l_hours * 2"]
    session.type("+ 1", version=2)
    assert slow_model.asked.acquire(timeout=30)
    before = prompts(slow_model)
    session.offered(session.ask(kind=1))
    assert prompts(slow_model)[len(before)].count("+ 1") == 1


def test_while_an_offer_stands_the_model_is_asked_how_it_would_go_on(
    open_session: Callable[..., Any], slow_model: Any
) -> None:
    answers = iter(("l_hours * 2", " + l_rate"))
    slow_model.answers = answers
    slow_model.let.set()
    session = open_session(slow_model.options).become_ready()
    assert session.offered(session.ask()) == ["l_hours * 2"]
    for _ in range(2):
        assert slow_model.asked.acquire(timeout=30)
    assert prompts(slow_model)[1].endswith("l_pay = l_hours * 2")
    session.type("l_hours * 2", version=2)
    assert session.offered(session.ask(character=19)) == [" + l_rate"]
    assert len([each for each in prompts(slow_model) if each.endswith("* 2")]) == 1


def test_that_nothing_goes_on_from_an_offer_is_remembered(
    open_session: Callable[..., Any], slow_model: Any
) -> None:
    slow_model.answers = iter(("l_hours * 2", ""))
    slow_model.let.set()
    session = open_session(slow_model.options).become_ready()
    assert session.offered(session.ask()) == ["l_hours * 2"]
    for _ in range(2):
        assert slow_model.asked.acquire(timeout=30)
    session.type("l_hours * 2", version=2)
    for _ in range(2):
        assert session.offered(session.ask(character=19)) == []
    assert len(slow_model.requests) == 2


def test_looking_ahead_ends_when_somebody_asks(
    open_session: Callable[..., Any], slow_model: Any
) -> None:
    slow_model.let.set()
    session = open_session(slow_model.options).become_ready()
    assert session.offered(session.ask()) == ["l_hours * 2"]
    slow_model.let.clear()
    for _ in range(2):
        assert slow_model.asked.acquire(timeout=30)
    session.type("1", version=2)
    asked = session.ask(character=9)
    # The one thread of the model is free again though it was never answered.
    assert slow_model.asked.acquire(timeout=30)
    assert prompts(slow_model)[2].endswith("l_pay = 1")
    slow_model.let.set()
    session.answers(asked)


def test_a_cancelled_request_ends_inside_the_generation(
    open_session: Callable[..., Any], slow_model: Any
) -> None:
    session = open_session(slow_model.options).become_ready()
    first = session.ask()
    assert slow_model.asked.acquire(timeout=30)
    session.wire.send("$/cancelRequest", {"id": first})
    ((_, answer),) = session.answers(first)
    assert answer["error"]["code"] == -32800
    # The first is never answered, and the model has one thread.
    second = session.ask()
    assert slow_model.asked.acquire(timeout=30)
    slow_model.let.set()
    assert session.offered(second) == ["l_hours * 2"]


def test_ghost_text_goes_on_from_what_is_selected_in_the_list(
    open_session: Callable[..., Any],
) -> None:
    session = open_session(fake(" * 2"))
    session.type("l_ho", version=2)
    start, end = {"line": 1, "character": 8}, {"line": 1, "character": 12}
    selected = {"range": {"start": start, "end": end}, "text": "l_hours"}
    asked = session.ask(character=12, selectedCompletionInfo=selected)
    (item,) = session.items(asked)
    assert item["insertText"] == "l_hours * 2"
    assert item["range"] == selected["range"]


def test_nothing_is_offered_beside_a_selected_item_that_it_does_not_continue(
    open_session: Callable[..., Any],
) -> None:
    session = open_session(fake("s * 2"))
    session.type("l_ho", version=2)
    start, end = {"line": 1, "character": 8}, {"line": 1, "character": 12}
    selected = {"range": {"start": start, "end": end}, "text": "l_rate"}
    asked = session.ask(character=12, selectedCompletionInfo=selected)
    assert session.offered(asked) == []


def test_an_accepted_item_is_counted_by_its_command(
    open_session: Callable[..., Any], tmp_path: Path
) -> None:
    options = fake("l_hours * 2")
    options["completion"]["countAccepted"] = True
    folders = dict.fromkeys(("XDG_DATA_HOME", "LOCALAPPDATA", "HOME"), str(tmp_path))
    session = open_session(options, variables=folders)
    (item,) = session.items(session.ask())
    command = item["command"]
    session.type(item["insertText"] + " ", version=2)
    asked = session.request(
        "workspace/executeCommand",
        command=command["command"],
        arguments=command["arguments"],
    )
    ((_, answer),) = session.answers(asked)
    assert answer["result"] is None
    session.wire.send("shutdown", number=1000)
    session.wire.answer(1000)
    session.wire.send("exit")
    session.wire.wait()
    (path,) = tmp_path.rglob("offers.sqlite")
    (row,) = Tally(path).rows()
    assert (row.backend, row.characters, row.taken) == ("fake", 11, 11)
    assert row.accepted


def test_nothing_is_counted_unless_it_is_wished(
    open_session: Callable[..., Any], tmp_path: Path
) -> None:
    folders = dict.fromkeys(("XDG_DATA_HOME", "LOCALAPPDATA", "HOME"), str(tmp_path))
    session = open_session(fake("l_hours"), variables=folders)
    (item,) = session.items(session.ask())
    assert "command" not in item
    session.type(item["insertText"], version=2)
    session.answers(session.hover())
    assert not list(tmp_path.rglob("offers.sqlite"))


def open_formula(session: Any, path: Path, text: str) -> str:
    uri = path.as_uri()
    item = {"uri": uri, "languageId": "fastformula", "version": 1, "text": text}
    session.wire.send("textDocument/didOpen", {"textDocument": item})
    return uri


def test_what_the_project_knows_may_be_offered(
    open_session: Callable[..., Any], tmp_path: Path
) -> None:
    session = open_session(fake("bonus * 2"))
    answers = []
    for name in ("apart", "project"):
        folder = tmp_path / name
        folder.mkdir()
        if name == "project":
            settings = folder / "fastformula.toml"
            settings.write_text('globals = {bonus = "NUMBER"}\n', encoding="utf-8")
        uri = open_formula(session, folder / "pay.ff", "l_pay = \nRETURN l_pay\n")
        asked = session.request(
            "textDocument/inlineCompletion",
            context={"triggerKind": 1},
            textDocument={"uri": uri},
            position={"line": 0, "character": 8},
        )
        answers.append(session.offered(asked))
    assert answers == [[], ["bonus * 2"]]


def test_a_model_is_shown_statements_of_other_formulas_that_are_alike(
    open_session: Callable[..., Any], slow_model: Any, tmp_path: Path
) -> None:
    slow_model.let.set()
    beside = "l_pay = l_hours * l_overtime_factor\nRETURN l_pay\n"
    (tmp_path / "on_disk.ff").write_text(beside, encoding="utf-8")
    (tmp_path / "fastformula.toml").write_text("", encoding="utf-8")
    session = open_session(slow_model.options).become_ready()
    other = "INPUTS ARE l_hours\nl_pay = l_hours * l_night_factor\nRETURN l_pay\n"
    open_formula(session, tmp_path / "open.ff", other)
    text = "INPUTS ARE l_hours\nl_total = 1\nl_pay = l_hours \nRETURN l_pay\n"
    uri = open_formula(session, tmp_path / "pay.ff", text)
    shown = ""
    # The files of the folder are read for the next time.
    while "l_overtime_factor" not in shown:
        place = {"line": 2, "character": 16}
        change = {"range": {"start": place, "end": place}, "text": " "}
        document = {"uri": uri, "version": len(slow_model.requests) + 2}
        session.wire.send(
            "textDocument/didChange",
            {"textDocument": document, "contentChanges": [change]},
        )
        asked = session.request(
            "textDocument/inlineCompletion",
            context={"triggerKind": 1},
            textDocument={"uri": uri},
            position=place,
        )
        session.answers(asked)
        shown = prompts(slow_model)[-1]
    assert "l_night_factor" in shown
