"""Formulas of a folder by name, links to those that are called, and who calls whom.

Columns are counted in UTF-16, and on the lines that are looked at stands an emoji.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from typing import Any

import pytest

ODD = "/* 😀 */ "
ROUNDING = "INPUTS ARE amount (NUMBER)\nrounded = ROUND(amount, 2)\nRETURN rounded\n"
PAY = f"""\
l_pay = 1
{ODD}CALL_FORMULA('ACME_ROUNDING', l_pay > 'AMOUNT', l_pay < 'ROUNDED')
RETURN l_pay
"""
BONUS = f"""\
/* Formula Name: ACME BONUS */
{ODD}SET_INPUT('AMOUNT', 5) EXECUTE('acme_rounding')
l_bonus = GET_OUTPUT('ROUNDED', 0)
RETURN l_bonus
"""
FORMULAS = {"acme rounding.ff": ROUNDING, "pay.ff": PAY, "bonus.ff": BONUS}


class Workspace:
    """A folder of formulas, and a server that has it open."""

    def __init__(
        self,
        wire: Any,
        folder: Path,
        formulas: Mapping[str, str] = FORMULAS,
        **capabilities: object,
    ) -> None:
        self.wire = wire
        self.folder = folder
        self.numbers = count(1)
        for name, text in formulas.items():
            (folder / name).write_text(text, encoding="utf-8")
        self.answer = wire.initialize(
            capabilities=capabilities,
            workspaceFolders=[{"uri": folder.as_uri(), "name": "formulas"}],
            initializationOptions={"completion": {"enabled": False}},
        )
        wire.send("initialized", {})

    def uri(self, name: str) -> str:
        return (self.folder / name).as_uri()

    def open(self, name: str, text: str = "") -> None:
        item = {"uri": self.uri(name), "languageId": "fastformula", "version": 1}
        text = text or FORMULAS[name]
        self.wire.send("textDocument/didOpen", {"textDocument": {**item, "text": text}})

    def ask(self, method: str, **params: Any) -> Any:
        answer = self.answered(method, **params)
        assert "error" not in answer, answer
        return answer["result"]

    def answered(self, method: str, **params: Any) -> dict[str, Any]:
        number = next(self.numbers)
        self.wire.send(method, params, number=number)
        return dict(self.wire.answer(number))

    def prepare(self, name: str, line: int, character: int) -> dict[str, Any]:
        (item,) = self.ask(
            "textDocument/prepareCallHierarchy",
            textDocument={"uri": self.uri(name)},
            position={"line": line, "character": character},
        )
        return dict(item)


def place(text: str, words: str) -> dict[str, dict[str, int]]:
    """Counted as the protocol says, without any of our code."""
    start = text.index(words)

    def position(offset: int) -> dict[str, int]:
        lines = text[:offset].split("\n")
        units = len(lines[-1].encode("utf-16-le")) // 2
        return {"line": len(lines) - 1, "character": units}

    return {"start": position(start), "end": position(start + len(words))}


@pytest.fixture
def workspace(connect: Callable[..., Any], tmp_path: Path) -> Workspace:
    (tmp_path / ".git").mkdir()
    return Workspace(connect(), tmp_path)


def test_formulas_are_found_by_a_part_of_their_name(workspace: Workspace) -> None:
    names = [
        [each["name"] for each in workspace.ask("workspace/symbol", query=query)]
        for query in ("rounding", "ar", "ACME", "bonus", "nothing", "")
    ]
    assert names[0] == names[1] == ["ACME_ROUNDING"]
    assert names[2] == ["ACME_BONUS", "ACME_ROUNDING"]
    assert names[3] == ["ACME_BONUS"]
    assert names[4] == []
    assert sorted(names[5]) == ["ACME_BONUS", "ACME_ROUNDING", "PAY"]
    (found,) = workspace.ask("workspace/symbol", query="rounding")
    assert found["location"]["uri"] == workspace.uri("acme rounding.ff")


def test_the_name_of_a_called_formula_is_a_link_to_its_file(
    workspace: Workspace,
) -> None:
    workspace.ask("workspace/symbol", query="")
    workspace.open("pay.ff")
    (link,) = workspace.ask(
        "textDocument/documentLink", textDocument={"uri": workspace.uri("pay.ff")}
    )
    assert link["target"] == workspace.uri("acme rounding.ff")
    assert link["range"] == place(PAY, "'ACME_ROUNDING'")


def test_a_formula_knows_its_callers(workspace: Workspace) -> None:
    workspace.open("acme rounding.ff")
    item = workspace.prepare("acme rounding.ff", 1, 3)
    assert item["name"] == "ACME_ROUNDING"
    calls = workspace.ask("callHierarchy/incomingCalls", item=item)
    found = {each["from"]["name"]: each["fromRanges"] for each in calls}
    assert found == {
        "ACME_BONUS": [place(BONUS, "'acme_rounding'")],
        "PAY": [place(PAY, "'ACME_ROUNDING'")],
    }
    assert workspace.ask("callHierarchy/outgoingCalls", item=item) == []


def test_a_formula_knows_what_it_calls(workspace: Workspace) -> None:
    workspace.open("bonus.ff")
    item = workspace.prepare("bonus.ff", 0, 0)
    assert (item["name"], item["detail"]) == ("ACME_BONUS", "bonus.ff")
    (call,) = workspace.ask("callHierarchy/outgoingCalls", item=item)
    assert call["to"]["uri"] == workspace.uri("acme rounding.ff")
    assert call["fromRanges"] == [place(BONUS, "'acme_rounding'")]


def test_a_call_leads_to_the_formula_that_is_called(workspace: Workspace) -> None:
    workspace.open("pay.ff")
    at = place(PAY, "ACME_ROUNDING")["start"]
    item = workspace.prepare("pay.ff", at["line"], at["character"] + 2)
    assert item["uri"] == workspace.uri("acme rounding.ff")


def test_a_file_that_is_gone_calls_nobody(workspace: Workspace) -> None:
    item = {
        "name": "GONE",
        "kind": 12,
        "uri": workspace.uri("gone.ff"),
        "range": place("x", "x"),
        "selectionRange": place("x", "x"),
    }
    for way in ("incoming", "outgoing"):
        assert workspace.ask(f"callHierarchy/{way}Calls", item=item) == []


def test_formulas_and_their_inputs_are_offered_in_quotes(workspace: Workspace) -> None:
    workspace.ask("workspace/symbol", query="")
    workspace.open("pay.ff")
    for words, wanted in (("'ACME_RO", ["ACME_ROUNDING"]), ("> 'AMO", ["AMOUNT"])):
        answer = workspace.ask(
            "textDocument/completion",
            textDocument={"uri": workspace.uri("pay.ff")},
            position=place(PAY, words)["end"],
        )
        labels = [each["label"] for each in answer["items"]]
        assert labels[:1] == wanted
