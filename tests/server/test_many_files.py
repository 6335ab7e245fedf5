"""A folder of many formulas is read in the background, before anybody asks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastformula_server.indexing import IN_THIS_PROCESS

MANY = IN_THIS_PROCESS + 10


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(MANY):
        # Other tests may have had the same formulas read, but not these.
        text = f"l_{tmp_path.name} = {number}\nRETURN l_{tmp_path.name}\n"
        (tmp_path / f"pay_{number}.ff").write_text(text, encoding="utf-8")
    return tmp_path


def open_folder(wire: Any, folder: Path, **window: object) -> None:
    wire.initialize(
        workspaceFolders=[{"uri": folder.as_uri(), "name": "formulas"}],
        initializationOptions={"completion": {"enabled": False}},
        capabilities={"window": window},
    )
    wire.send("initialized", {})


def agree(wire: Any) -> str:
    """The token of the task that the server wants to show, once it may."""
    while (message := wire.receive()).get("method") != "window/workDoneProgress/create":
        assert message.get("method") != "$/progress", "nothing is shown unasked"
    wire.send_result(message["id"], None)
    return str(message["params"]["token"])


def shown(wire: Any, token: str, kind: str) -> list[dict[str, Any]]:
    """What is shown of a task up to the first of `kind`."""
    found = []
    while True:
        message = wire.receive()
        if message.get("method") == "$/progress":
            assert message["params"]["token"] == token
            found.append(message["params"]["value"])
            if found[-1]["kind"] == kind:
                return found


def count_symbols(wire: Any, number: int) -> int:
    wire.send("workspace/symbol", {"query": ""}, number=number)
    return len(wire.answer(number)["result"])


def test_how_far_it_has_come_is_shown(
    connect: Callable[..., Any], folder: Path
) -> None:
    wire = connect()
    open_folder(wire, folder, workDoneProgress=True)
    begin, *reports, end = shown(wire, agree(wire), "end")
    assert begin == {
        "kind": "begin",
        "title": "Reading the formulas",
        "cancellable": True,
        "percentage": 0,
    }
    percentages = [each["percentage"] for each in reports]
    assert percentages == sorted(percentages) and percentages[-1] == 100
    assert end == {"kind": "end"}
    assert count_symbols(wire, 1) == MANY


def test_its_author_may_stop_it_and_is_answered_all_the_same(
    connect: Callable[..., Any], folder: Path
) -> None:
    wire = connect()
    open_folder(wire, folder, workDoneProgress=True)
    token = agree(wire)
    shown(wire, token, "begin")
    wire.send("window/workDoneProgress/cancel", {"token": token})
    assert "percentage" not in shown(wire, token, "end")[-1]
    assert count_symbols(wire, 1) == MANY


def test_who_cannot_show_it_is_not_asked_to(
    connect: Callable[..., Any], folder: Path
) -> None:
    wire = connect()
    open_folder(wire, folder)
    wire.send("workspace/symbol", {"query": "pay"}, number=1)
    while (message := wire.receive()).get("id") != 1:
        assert message["method"] == "window/logMessage"
    assert len(message["result"]) == MANY
