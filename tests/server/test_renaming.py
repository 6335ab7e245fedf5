"""Formulas and what they are handed get other names, and are found, in all files.

Columns are counted in UTF-16, and on the lines that are looked at stands an emoji.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.server.test_calling import Workspace, place

ODD = "/* 😀 pasted\u2028 */ "
RATE = f"""\
/* Formula Name: ACME RATE */
{ODD}INPUTS ARE worked (NUMBER), grade
DEFAULT FOR grade IS 1
{ODD}rate = worked * grade
RETURN rate
"""
PAY = f"""\
{ODD}CALL_FORMULA('ACME_RATE', 1 > 'WORKED', l_rate < 'RATE')
{ODD}CALL_FORMULA('OTHER', 1 > 'WORKED')
pay = l_rate
RETURN pay
"""
BONUS = f"""\
{ODD}SET_INPUT('Worked', 5) EXECUTE('acme_rate')
bonus = GET_OUTPUT('RATE', 0)
RETURN bonus
"""
CASES = f"""\
{ODD.replace("/*", "#").replace("*/", "")}
formula = "acme_rate.ff"

[[case]]
name = "one"
inputs = {{ WORKED = 1 }}
"""
FORMULAS = {
    "acme_rate.ff": RATE,
    "pay.ff": PAY,
    "bonus.ff": BONUS,
    "acme_rate.fftest.toml": CASES.replace("formula =", "# formula ="),
    "more.fftest.toml": CASES.replace(CASES.partition("\n")[0], "# more"),
}
ABLE = {
    "workspace": {
        "workspaceEdit": {"documentChanges": True, "resourceOperations": ["rename"]},
        "fileOperations": {"willRename": True},
    }
}


@pytest.fixture
def start(connect: Callable[..., Any], tmp_path: Path) -> Callable[..., Workspace]:
    (tmp_path / ".git").mkdir()
    return lambda capabilities=ABLE, formulas=FORMULAS: Workspace(
        connect(), tmp_path, formulas, **capabilities
    )


def at(workspace: Workspace, name: str, words: str, text: str = "") -> dict[str, Any]:
    """The place behind the first letter of `words`."""
    start = place(text or FORMULAS[name], words)["start"]
    position = {**start, "character": start["character"] + 1}
    return {"textDocument": {"uri": workspace.uri(name)}, "position": position}


def rename(workspace: Workspace, name: str, words: str, new: str) -> Any:
    return workspace.ask(
        "textDocument/rename", **at(workspace, name, words), newName=new
    )


def written(workspace: Workspace, edit: Any) -> dict[str, str]:
    """The texts of the files that the edit changes, by how they are called then."""
    changed = {}
    for change in edit["documentChanges"]:
        if change.get("kind") == "rename":
            assert not (change.get("options") or {}).get("overwrite")
            old = Path(change["oldUri"]).name.replace("%20", " ")
            text = changed.pop(old, FORMULAS.get(old, ""))
            changed[Path(change["newUri"]).name] = text
        else:
            name = Path(change["textDocument"]["uri"]).name.replace("%20", " ")
            changed[name] = apply(FORMULAS[name], change["edits"])
    return changed


def apply(text: str, edits: list[dict[str, Any]]) -> str:
    """Made as the protocol says, without any of our code."""
    lines = text.split("\n")
    for edit in sorted(edits, key=lambda each: str(each["range"]), reverse=True):
        start, end = edit["range"]["start"], edit["range"]["end"]
        assert start["line"] == end["line"]
        units = lines[start["line"]].encode("utf-16-le")
        before, after = units[: 2 * start["character"]], units[2 * end["character"] :]
        new = before + edit["newText"].encode("utf-16-le") + after
        lines[start["line"]] = new.decode("utf-16-le")
    return "\n".join(lines)


def test_a_formula_is_renamed_with_its_file_and_cases_where_it_is_called(
    start: Callable[..., Workspace],
) -> None:
    workspace = start()
    for name, words in (
        ("pay.ff", "ACME_RATE"),
        ("bonus.ff", "acme_rate"),
        ("acme_rate.ff", "ACME RATE"),
    ):
        workspace.open(name, FORMULAS[name])
        spot = at(workspace, name, words)
        prepared = workspace.ask("textDocument/prepareRename", **spot)
        assert prepared == {"range": place(FORMULAS[name], words), "placeholder": words}
        edit = rename(workspace, name, words, "ACME_TAX")
        assert written(workspace, edit) == {
            "acme_tax.ff": RATE.replace("ACME RATE", "ACME_TAX"),
            "pay.ff": PAY.replace("ACME_RATE", "ACME_TAX"),
            "bonus.ff": BONUS.replace("acme_rate", "ACME_TAX"),
            "acme_tax.fftest.toml": FORMULAS["acme_rate.fftest.toml"],
            "more.fftest.toml": FORMULAS["more.fftest.toml"].replace(
                '"acme_rate.ff"', '"acme_tax.ff"'
            ),
        }
        versions = {
            Path(each["textDocument"]["uri"]).name: each["textDocument"]["version"]
            for each in edit["documentChanges"]
            if "edits" in each
        }
        assert versions[name] == 1, "the client checks what is open"
        assert versions["more.fftest.toml"] is None


def test_a_client_that_cannot_rename_files_is_told_to(
    start: Callable[..., Workspace],
) -> None:
    workspace = start({})
    workspace.open("pay.ff", PAY)
    workspace.wire.send(
        "textDocument/rename",
        {**at(workspace, "pay.ff", "ACME_RATE"), "newName": "ACME_TAX"},
        number=900,
    )
    logged = []
    while (message := workspace.wire.receive()).get("id") != 900:
        logged.append(message["params"].get("message", ""))
    changes = message["result"]["changes"]
    names = {Path(uri).name for uri in changes}
    assert names == {"acme_rate.ff", "pay.ff", "bonus.ff", "more.fftest.toml"}
    assert any("acme_rate.ff to acme_tax.ff as well" in each for each in logged)


def test_a_name_that_cannot_be_is_refused(start: Callable[..., Workspace]) -> None:
    workspace = start()
    workspace.open("bonus.ff", BONUS)
    spot = at(workspace, "bonus.ff", "acme_rate")
    for new, reason in (
        ("PAY", "There is a formula PAY already."),
        ("1st", "no name of a formula"),
        ("../x", "no name of a formula"),
    ):
        answer = workspace.answered("textDocument/rename", **spot, newName=new)
        assert reason in answer["error"]["message"]


def test_of_two_formulas_with_one_name_none_is_renamed(
    start: Callable[..., Workspace],
) -> None:
    workspace = start(formulas={**FORMULAS, "copy.ff": RATE + "\n"})
    workspace.open("bonus.ff", BONUS)
    answer = workspace.answered(
        "textDocument/rename", **at(workspace, "bonus.ff", "acme_rate"), newName="X"
    )
    assert "are both called ACME_RATE" in answer["error"]["message"]


def test_inputs_and_outputs_are_renamed_where_they_are_handed_over(
    start: Callable[..., Workspace],
) -> None:
    workspace = start()
    workspace.open("acme_rate.ff", RATE)
    edit = rename(workspace, "acme_rate.ff", "worked (", "hours")
    assert written(workspace, edit) == {
        "acme_rate.ff": RATE.replace("worked", "hours"),
        "pay.ff": PAY.replace("'WORKED', l_rate", "'hours', l_rate"),
        "bonus.ff": BONUS.replace("Worked", "hours"),
    }
    edit = rename(workspace, "acme_rate.ff", "rate = worked", "tax")
    assert written(workspace, edit) == {
        "acme_rate.ff": RATE.replace("rate =", "tax =").replace("N rate", "N tax"),
        "pay.ff": PAY.replace("'RATE'", "'tax'"),
        "bonus.ff": BONUS.replace("'RATE'", "'tax'"),
    }


def test_what_is_typed_counts_and_not_what_is_on_disk(
    start: Callable[..., Workspace],
) -> None:
    workspace, typed = start(), f"{ODD}l_pay = 1\n{PAY}"
    workspace.open("acme_rate.ff", RATE)
    workspace.open("pay.ff", typed)
    edit = rename(workspace, "acme_rate.ff", "grade\n", "step")
    assert list(written(workspace, edit)) == ["acme_rate.ff"]
    edit = rename(workspace, "acme_rate.ff", "worked (", "hours")
    changed = {
        each["textDocument"]["uri"]: each["edits"] for each in edit["documentChanges"]
    }
    (only,) = changed[workspace.uri("pay.ff")]
    assert only["range"] == place(typed, "'WORKED'")
    nowhere = at(workspace, "pay.ff", "OTHER", typed)
    edit = workspace.ask("textDocument/rename", **nowhere, newName="ACME_OTHER")
    (change,) = edit["documentChanges"]
    assert [each["range"] for each in change["edits"]] == [place(typed, "'OTHER'")]


def test_a_file_that_gets_another_name_is_followed(
    start: Callable[..., Workspace],
) -> None:
    workspace = start()
    operations = workspace.answer["capabilities"]["workspace"]["fileOperations"]
    globs = [each["pattern"]["glob"] for each in operations["willRename"]["filters"]]
    assert globs == ["**/*.ff", "**/*.fff"]

    def follow(old: str, new: str) -> Any:
        files = [{"oldUri": workspace.uri(old), "newUri": workspace.uri(new)}]
        return workspace.ask("workspace/willRenameFiles", files=files)

    assert written(workspace, follow("acme_rate.ff", "acme tax.ff")) == {
        "acme_rate.ff": RATE.replace("ACME RATE", "ACME_TAX"),
        "pay.ff": PAY.replace("ACME_RATE", "ACME_TAX"),
        "bonus.ff": BONUS.replace("acme_rate", "ACME_TAX"),
        "acme%20tax.fftest.toml": FORMULAS["acme_rate.fftest.toml"],
        "more.fftest.toml": FORMULAS["more.fftest.toml"].replace(
            '"acme_rate.ff"', '"acme tax.ff"'
        ),
    }
    assert follow("bonus.ff", "elsewhere/bonus.ff") is None
    assert follow("bonus.ff", "pay.ff") is None
    assert follow("nowhere.ff", "anywhere.ff") is None


def test_formulas_and_their_inputs_are_found_in_all_files(
    start: Callable[..., Workspace],
) -> None:
    workspace = start()
    workspace.open("pay.ff", PAY)

    def find(declared: bool) -> list[dict[str, Any]]:
        found = workspace.ask(
            "textDocument/references",
            **at(workspace, "pay.ff", "ACME_RATE"),
            context={"includeDeclaration": declared},
        )
        return sorted(found, key=lambda each: str(each["uri"]))

    uses = [
        {"uri": workspace.uri("bonus.ff"), "range": place(BONUS, "acme_rate")},
        {"uri": workspace.uri("pay.ff"), "range": place(PAY, "ACME_RATE")},
    ]
    own = {"uri": workspace.uri("acme_rate.ff"), "range": place(RATE, "ACME RATE")}
    assert find(declared=False) == uses
    assert find(declared=True) == [own, *uses]
    workspace.open("acme_rate.ff", RATE)
    found = workspace.ask(
        "textDocument/references",
        **at(workspace, "acme_rate.ff", "worked ("),
        context={"includeDeclaration": False},
    )
    places = {Path(each["uri"]).name: each["range"] for each in found}
    assert places == {
        "acme_rate.ff": place(RATE.replace("worked (", "------ ("), "worked"),
        "bonus.ff": place(BONUS, "'Worked'"),
        "pay.ff": place(PAY.replace("'OTHER', 1 > 'WORKED'", ""), "'WORKED'"),
    }
