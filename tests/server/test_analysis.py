"""What editors are told of a formula's meaning, over real stdio, sent and asked for.

Columns are counted in UTF-16, and on the lines that are looked at stands an emoji.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from fastformula import Edit, Span, apply_edits

ODD = "/* 😀 */ "
FORMULA = f"""\
INPUTS ARE l_hours (NUMBER)
{ODD}l_spare = l_hours
{ODD}l_pay = l_hours * 2
RETURN l_pay
"""
"""Its one flaw is a local that nobody reads, in line 1."""

CRASHING = """
from fastformula.linter import RULES
from fastformula_server.__main__ import main
import sys

def check(analysis):
    raise RuntimeError("on purpose")
    yield

for rule in RULES:
    if rule.name == "operator-types":
        object.__setattr__(rule, "check", check)
sys.argv = ["fastformula", "serve"]
main()
"""


class Editor:
    """A client with one kind of diagnostics, in the words of a test."""

    def __init__(self, wire: Any, folder: Path, *, pulls: bool) -> None:
        self.wire = wire
        self.folder = folder
        self.pulls = pulls
        self.texts: dict[str, str] = {}
        self.versions: dict[str, int] = {}
        self.numbers = count(1)
        self.seen: list[dict[str, Any]] = []
        """Messages that nobody has asked for yet."""

    def start(self, options: object = None, **more: Any) -> dict[str, Any]:
        workspace = {
            "didChangeWatchedFiles": {"dynamicRegistration": True},
            "diagnostics": {"refreshSupport": True},
        }
        text_document = {"diagnostic": {}} if self.pulls else {}
        capabilities = {"workspace": workspace, "textDocument": text_document}
        answer: dict[str, Any] = self.wire.initialize(
            capabilities=capabilities | more.pop("capabilities", {}),
            initializationOptions={"completion": {"enabled": False}, **(options or {})},
            **more,
        )
        self.wire.send("initialized", {})
        return answer

    def uri(self, name: str) -> str:
        return (self.folder / name).as_uri()

    def open(self, text: str, name: str = "pay.ff") -> None:
        self.texts[name] = text
        self.versions[name] = 1
        item = {"uri": self.uri(name), "languageId": "fastformula"}
        self.wire.send(
            "textDocument/didOpen",
            {"textDocument": item | {"version": 1, "text": text}},
        )

    def change(self, old: str, new: str, name: str = "pay.ff") -> None:
        start = self.texts[name].index(old)
        edit = {"range": self.range(start, len(old), name), "text": new}
        self.texts[name] = self.texts[name].replace(old, new, 1)
        self.versions[name] += 1
        where = {"uri": self.uri(name), "version": self.versions[name]}
        self.wire.send(
            "textDocument/didChange", {"textDocument": where, "contentChanges": [edit]}
        )

    def close(self, name: str = "pay.ff") -> None:
        self.wire.send(
            "textDocument/didClose", {"textDocument": {"uri": self.uri(name)}}
        )

    def range(self, start: int, length: int, name: str = "pay.ff") -> dict[str, Any]:
        """Counted as the protocol says, without any of our code."""

        def place(offset: int) -> dict[str, int]:
            lines = self.texts[name][:offset].split("\n")
            column = len(lines[-1].encode("utf-16-le")) // 2
            return {"line": len(lines) - 1, "character": column}

        return {"start": place(start), "end": place(start + length)}

    def of(self, words: str, name: str = "pay.ff") -> dict[str, Any]:
        return self.range(self.texts[name].index(words), len(words), name)

    def request(self, method: str, params: object) -> Any:
        number = next(self.numbers)
        self.wire.send(method, params, number=number)
        return self.find(lambda each: each.get("id") == number and "method" not in each)

    def find(self, fits: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first message that fits; the others can still be found."""
        for each in self.seen:
            if fits(each):
                self.seen.remove(each)
                return each
        while not fits(message := self.wire.receive()):
            self.seen.append(message)
        return message

    def told(self, method: str) -> Any:
        message = self.find(lambda each: each.get("method") == method)
        return message.get("params")

    def published(self, name: str = "pay.ff") -> list[dict[str, Any]]:
        """The next that is sent of the present version."""

        def fits(message: dict[str, Any]) -> bool:
            params = message.get("params") or {}
            return (
                message.get("method") == "textDocument/publishDiagnostics"
                and params["uri"] == self.uri(name)
                and params.get("version") == self.versions.get(name)
            )

        return list(self.find(fits)["params"]["diagnostics"])

    def pull(self, name: str = "pay.ff", previous: str | None = None) -> Any:
        params: dict[str, Any] = {"textDocument": {"uri": self.uri(name)}}
        if previous is not None:
            params["previousResultId"] = previous
        return self.request("textDocument/diagnostic", params)["result"]

    def diagnostics(self, name: str = "pay.ff") -> list[dict[str, Any]]:
        """All of the present version."""
        if self.pulls:
            return list(self.pull(name)["items"])
        self.published(name)  # the syntax errors
        return self.published(name)

    def again(self, name: str = "pay.ff") -> list[dict[str, Any]]:
        """All, after the server has said or shown that there is something new."""
        if self.pulls:
            self.told("workspace/diagnostic/refresh")
        return self.diagnostics(name)

    def until(self, code: str, *, there: bool) -> None:
        """Wait for news that has a diagnostic, or no longer has it."""
        news = self.again if self.pulls else self.published
        while (code in codes(news())) is not there:
            pass

    def actions(self, extent: object, name: str = "pay.ff", **context: Any) -> Any:
        params = {
            "textDocument": {"uri": self.uri(name)},
            "range": extent,
            "context": {"diagnostics": [], **context},
        }
        return self.request("textDocument/codeAction", params)["result"]

    def apply(self, action: Any, name: str = "pay.ff") -> str:
        """The text after an action, by the client's own arithmetic."""
        text = self.texts[name]
        lines = [match.start() for match in re.finditer(r"^", text, re.MULTILINE)]
        lines.append(len(text))

        def offset(place: dict[str, int]) -> int:
            start = lines[place["line"]]
            units = text[start:].encode("utf-16-le")[: 2 * place["character"]]
            return start + len(units.decode("utf-16-le"))

        (edits,) = action["edit"]["changes"].values()
        return apply_edits(
            text,
            [
                Edit(
                    Span(*(offset(each["range"][end]) for end in ("start", "end"))),
                    each["newText"],
                )
                for each in edits
            ],
        )

    def watched(self, path: Path, kind: int = 2) -> None:
        """Say that a file has changed (2), is new (1) or gone (3)."""
        self.wire.send(
            "workspace/didChangeWatchedFiles",
            {"changes": [{"uri": path.as_uri(), "type": kind}]},
        )


Start = Callable[..., Editor]


@pytest.fixture(params=[False, True], ids=["sent", "asked for"])
def pulls(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def editor(connect: Callable[..., Any], tmp_path: Path, pulls: bool) -> Editor:
    """An editor that has just started the server, on a folder without a project."""
    (tmp_path / ".git").mkdir()
    return Editor(connect(), tmp_path, pulls=pulls)


def codes(diagnostics: list[dict[str, Any]]) -> list[str]:
    return [each["code"] for each in diagnostics]


def test_syntax_and_meaning_are_told_together_each_in_its_place(editor: Editor) -> None:
    editor.start()
    editor.open(FORMULA.replace("l_hours * 2", "l_hours == 2 * l_hours"))
    editor.change("l_hours == 2 * l_hours", "l_hours * 2")
    editor.change("RETURN l_pay\n", "l_pay = l_pay; \nRETURN l_pay\n")
    found = {each["code"]: each for each in editor.diagnostics()}
    assert found["unused-local"]["range"] == editor.of("l_spare")
    assert found["unused-local"]["tags"] == [1]
    assert found["semicolon"]["range"] == editor.of(";")
    assert "uninitialized-variable" not in found


def test_a_diagnostic_names_other_places_too(editor: Editor) -> None:
    editor.start()
    text = f"{ODD}l_pay = l_rate * 2\n{ODD}{ODD}l_rate = 3\nRETURN l_pay, l_rate\n"
    editor.open(text)
    (found,) = editor.diagnostics()
    assert found["range"] == editor.of("l_rate")
    (related,) = found["relatedInformation"]
    start = text.index("l_rate = 3")
    assert related["location"] == {
        "uri": editor.uri("pay.ff"),
        "range": editor.range(start, len("l_rate")),
    }
    assert related["message"]


def test_the_last_version_counts_however_fast_one_types(editor: Editor) -> None:
    editor.start()
    editor.open(FORMULA)
    for digit in range(30):
        editor.change("* 2", f"* 2{digit} * 2")
    editor.change("l_pay = ", "l_pay = l_spare + ")
    assert codes(editor.diagnostics()) == []


def test_what_is_known_of_unchanged_lines_stays_in_sight_while_one_types(
    editor: Editor,
) -> None:
    if editor.pulls:
        pytest.skip("this client asks, and is told all at once")
    editor.start()
    editor.open(FORMULA)
    editor.diagnostics()
    editor.change("INPUTS", f"{ODD}\n\nINPUTS")
    (kept,) = editor.published()
    assert kept["code"] == "unused-local"
    assert kept["range"] == editor.of("l_spare")
    editor.published()
    editor.change("l_spare", "l_spar")
    assert editor.published() == []
    (anew,) = editor.published()
    assert anew["range"] == editor.of("l_spar")


def test_a_mistake_is_not_told_before_its_line_is_written(editor: Editor) -> None:
    if editor.pulls:
        pytest.skip("this client asks when it likes")
    editor.start()
    editor.open("x = 1\nRETURN x\n")
    assert editor.diagnostics() == []
    editor.change("x = 1", "x = ")
    assert editor.published() == []
    (mistake,) = editor.published()
    assert mistake["code"].startswith("syntax")
    editor.change("x = ", "x = 2 ")
    assert editor.published() == []


def test_what_needs_a_whole_formula_stays_while_one_is_half_typed(
    editor: Editor,
) -> None:
    editor.start()
    editor.open(FORMULA)
    assert codes(editor.diagnostics()) == ["unused-local"]
    editor.change("* 2", "* ")
    kept, mistake = editor.diagnostics()
    assert kept["code"] == "unused-local"
    assert mistake["code"].startswith("syntax")
    editor.change("l_hours * ", "l_hours * l_spare")
    assert editor.diagnostics() == []


def test_an_unchanged_document_has_the_same_result_until_its_project_changes(
    editor: Editor,
) -> None:
    if not editor.pulls:
        pytest.skip("this client is sent its diagnostics")
    editor.start()
    editor.open(FORMULA)
    first = editor.pull()
    assert editor.pull(previous=first["resultId"])["kind"] == "unchanged"
    project = editor.folder / "fastformula.toml"
    project.write_text('rules = {unused-local = "error"}\n', encoding="utf-8")
    second = editor.pull(previous=first["resultId"])
    assert second["kind"] == "full"
    assert [each["severity"] for each in second["items"]] == [1]


def test_a_changed_project_is_heeded_at_once(editor: Editor) -> None:
    editor.start()
    registered = editor.told("client/registerCapability")["registrations"]
    patterns = [
        each["globPattern"]
        for registration in registered
        for each in registration["registerOptions"]["watchers"]
    ]
    assert "**/fastformula.toml" in patterns
    assert "**/*.ff" in patterns
    editor.open(FORMULA)
    assert codes(editor.diagnostics()) == ["unused-local"]
    project = editor.folder / "fastformula.toml"
    project.write_text('rules = {unused-local = "off"}\n', encoding="utf-8")
    editor.watched(project, 1)
    assert editor.again() == []
    project.unlink()
    editor.watched(project, 3)
    assert codes(editor.again()) == ["unused-local"]


def test_a_client_that_watches_nothing_sees_the_project_when_it_saves(
    editor: Editor,
) -> None:
    editor.start()
    editor.open(FORMULA)
    assert codes(editor.diagnostics()) == ["unused-local"]
    project = editor.folder / "fastformula.toml"
    project.write_text('rules = {unused-local = "off"}\n', encoding="utf-8")
    where = {"textDocument": {"uri": editor.uri("pay.ff")}}
    editor.wire.send("textDocument/didSave", where)
    assert editor.again() == []


def test_what_is_wrong_in_the_project_is_said_in_its_file(editor: Editor) -> None:
    editor.start()
    project = editor.folder / "fastformula.toml"
    project.write_text('product = "fusion"\n\ncolour = 1\n', encoding="utf-8")
    editor.open(FORMULA)
    editor.diagnostics()
    (said,) = editor.published("fastformula.toml")
    assert said["range"]["start"] == {"line": 2, "character": 0}
    assert "colour" in said["message"]
    project.write_text('product = "fusion"\n', encoding="utf-8")
    editor.watched(project)
    editor.again()
    assert editor.published("fastformula.toml") == []
    project.write_text("colour = 1\n", encoding="utf-8")
    editor.watched(project)
    editor.again()
    assert len(editor.published("fastformula.toml")) == 1
    project.unlink()
    editor.watched(project, 3)
    assert editor.published("fastformula.toml") == []


def test_settings_count_where_the_project_says_nothing(editor: Editor) -> None:
    editor.start({"formulaType": "oracle payrol", "catalogue": "nowhere"})
    said = editor.told("window/logMessage")["message"]
    assert "formulaType" in said
    assert "Oracle Payroll" in said
    editor.open(FORMULA)
    assert codes(editor.diagnostics()) == ["unused-local"]
    assert "`nowhere`" in editor.told("window/logMessage")["message"]
    # Of a type whose returns are known, this return is a mistake.
    editor.wire.send(
        "workspace/didChangeConfiguration",
        {"settings": {"fastformula": {"formulaType": "Global Absence Plan Duration"}}},
    )
    assert "unknown-return" in codes(editor.again())
    project = editor.folder / "fastformula.toml"
    project.write_text('formula-type = "Oracle Payroll"\n', encoding="utf-8")
    editor.watched(project, 1)
    assert "unknown-return" not in codes(editor.again())


def test_a_fix_is_preferred_where_it_is_the_only_one(editor: Editor) -> None:
    editor.start()
    editor.open(FORMULA)
    editor.diagnostics()
    fix, excuse = editor.actions(editor.of("l_spare"), only=["quickfix"])
    assert (fix["kind"], fix["isPreferred"]) == ("quickfix", True)
    assert (excuse["kind"], excuse["isPreferred"]) == ("quickfix", False)
    assert "l_spare" not in editor.apply(fix)
    assert editor.apply(excuse) == FORMULA.replace(
        f"{ODD}l_spare",
        f"/* fastformula: ignore unused-local */\n{ODD}l_spare",
    )
    assert editor.actions(editor.of("RETURN"), only=["quickfix"]) == []


def test_a_change_is_made_where_an_author_asks_for_it(editor: Editor) -> None:
    answer = editor.start()
    kinds = answer["capabilities"]["codeActionProvider"]["codeActionKinds"]
    assert {"refactor.extract", "refactor.inline", "refactor.rewrite"} <= set(kinds)
    editor.open(f"{ODD}l_a = 1\r\nl_b = ROUND({ODD}l_a * 2, 1)\r\nRETURN l_b\r\n")
    (action,) = editor.actions(editor.of("l_a * 2"), only=["refactor.extract"])
    assert action["kind"] == "refactor.extract"
    assert editor.apply(action) == (
        f"{ODD}l_a = 1\r\nl_value = l_a * 2\r\n"
        f"l_b = ROUND({ODD}l_value, 1)\r\nRETURN l_b\r\n"
    )
    titles = [each["title"] for each in editor.actions(editor.of("l_b"))]
    assert "Write l_b to the log" in titles


def test_all_safe_fixes_are_made_by_who_asks_for_them(editor: Editor) -> None:
    answer = editor.start()
    kinds = answer["capabilities"]["codeActionProvider"]["codeActionKinds"]
    assert "source.fixAll.fastformula" in kinds
    text = f"{ODD}l_pay == 1;\n{ODD}IF l_pay == 2 && l_pay == 3 THEN\n  l_pay = 3\n"
    editor.open(text + "RETURN l_pay\n")
    editor.diagnostics()
    everywhere = editor.range(0, len(editor.texts["pay.ff"]))
    for kind in ("source.fixAll.fastformula", "source.fixAll", "source"):
        action = {
            each["kind"]: each for each in editor.actions(everywhere, only=[kind])
        }["source.fixAll.fastformula"]
        assert editor.apply(action) == (
            f"{ODD}l_pay = 1\n{ODD}IF l_pay = 2 AND l_pay = 3 THEN\n  l_pay = 3\n"
            "RETURN l_pay\n"
        )
    unasked = editor.actions(everywhere)
    assert "source.fixAll.fastformula" not in {each["kind"] for each in unasked}
    assert editor.actions(everywhere, only=["refactor"]) == []
    editor.open(FORMULA, "other.ff")
    assert editor.actions(everywhere, "other.ff", only=["source.fixAll"]) == []


def test_a_rule_that_fails_is_named_in_the_log_and_the_others_go_on(
    connect: Callable[..., Any], tmp_path: Path, pulls: bool
) -> None:
    script = tmp_path / "crashing.py"
    script.write_text(CRASHING, encoding="utf-8")
    editor = Editor(connect(program=(str(script),)), tmp_path, pulls=pulls)
    editor.start()
    editor.open(FORMULA)
    assert codes(editor.diagnostics()) == ["unused-local"]
    said = editor.told("window/logMessage")
    assert said["type"] == 1
    assert "operator-types" in said["message"]
    assert "on purpose" in said["message"]
    editor.change("* 2", "* 3")
    assert codes(editor.diagnostics()) == ["unused-local"]
    assert not [each for each in editor.seen if "logMessage" in each.get("method", "")]


def test_closing_while_it_is_judged_leaves_nothing_behind(editor: Editor) -> None:
    editor.start()
    long = "".join(f"l_{n} = GREATEST({n}, 1)\n" for n in range(3000))
    for _ in range(3):
        editor.open(long, "long.ff")
        editor.close("long.ff")
    editor.versions.pop("long.ff")
    if not editor.pulls:
        assert editor.published("long.ff") == []
    editor.open(FORMULA)
    assert codes(editor.diagnostics()) == ["unused-local"]
    assert not [each for each in editor.seen if (each.get("params") or {}).get("items")]
    if editor.pulls:
        assert editor.pull("long.ff")["items"] == []


def test_a_formula_of_three_thousand_lines_is_judged_whole(editor: Editor) -> None:
    editor.start()
    lines = "".join(f"l_{n} = l_hours * {n}\n" for n in range(3000))
    text = f"INPUTS ARE l_hours (NUMBER)\n{lines}{ODD}l_pay = 1\nRETURN l_pay\n"
    editor.open(text)
    for typed in ("1", "12", "12 ", "12 + l_0"):
        now = re.findall(r"l_pay = (.*)", editor.texts["pay.ff"])[0]
        editor.change(f"l_pay = {now}", f"l_pay = {typed}")
    found = editor.diagnostics()
    assert codes(found) == ["unused-local"] * 2999
    assert found[-1]["range"] == editor.of("l_2999")


def test_a_storm_of_cancelled_requests_is_borne(editor: Editor) -> None:
    editor.start()
    editor.open(FORMULA)
    numbers = range(1000, 1050)
    where = {"textDocument": {"uri": editor.uri("pay.ff")}}
    for number in numbers:
        editor.change("* 2", f"* {number} * 2")
        editor.wire.send("textDocument/diagnostic", where, number=number)
        editor.wire.send("$/cancelRequest", {"id": number})
    answered = {
        editor.find(lambda each: each.get("id") in numbers)["id"] for _ in numbers
    }
    assert answered == set(numbers)
    assert codes(editor.diagnostics()) == ["unused-local"]


def test_a_text_that_is_nowhere_on_disk_is_judged_too(editor: Editor) -> None:
    editor.start()
    editor.uri = lambda name: f"untitled:{name}"  # type: ignore[method-assign]
    editor.open(FORMULA, "Untitled-1")
    assert codes(editor.diagnostics("Untitled-1")) == ["unused-local"]


STORING = "INPUTS ARE pay (NUMBER)\nWSA_SET('LAST_PAY', pay)\nRETURN pay\n"
DELETING = "pay = 1\nWSA_DELETE('LAST_PAY')\nRETURN pay\n"


def test_the_other_formulas_of_the_folder_are_read_in_the_background(
    editor: Editor,
) -> None:
    neighbour = editor.folder / "neighbour.ff"
    neighbour.write_text("l_pay = 1\nRETURN l_pay\n", encoding="utf-8")
    folder = {"uri": editor.folder.as_uri(), "name": "formulas"}
    editor.start(
        workspaceFolders=[folder],
        capabilities={
            "window": {"workDoneProgress": True},
            "workspace": {"diagnostics": {"refreshSupport": True}},
            "textDocument": {"diagnostic": {}} if editor.pulls else {},
        },
    )
    editor.open(STORING)
    assert "wsa-never-deleted" not in codes(editor.diagnostics())
    assert editor.told("window/workDoneProgress/create")["token"]
    editor.until("wsa-never-deleted", there=True)

    neighbour.write_text(DELETING, encoding="utf-8")
    editor.watched(neighbour)
    editor.until("wsa-never-deleted", there=False)

    editor.open("l_pay = 1\nRETURN l_pay\n", "neighbour.ff")
    editor.diagnostics("neighbour.ff")
    editor.until("wsa-never-deleted", there=True)
    editor.close("neighbour.ff")
    editor.until("wsa-never-deleted", there=False)
