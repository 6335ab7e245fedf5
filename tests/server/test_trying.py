"""Formulas run and tested from an editor: over stdio, with texts that are not saved."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest

PAY = """\
INPUTS ARE hours, rate
/* 😀 extra hours */ extra = GREATEST(hours - 41, 0)
pay = (hours + extra / 2) * rate
RETURN pay
"""
CASES = """\
[inputs]
RATE = 10

[[case]]
name = "a long week"
inputs = { HOURS = 42 }
returns = { PAY = 430 }

[[case]]
name = "{hours} hours pay {pay} 😀"
inputs = { HOURS = "{hours}" }
returns = { PAY = "{pay}" }
rows = [
    { hours = 40, pay = 400, who = "😀" }, { hours = 38, pay = 380 },
]
"""
LONG = "a long week"
SHORT = ["40 hours pay 400 😀", "38 hours pay 380 😀"]
SLOW = """\
INPUTS ARE n
i = 0
WHILE i < n LOOP ( i = i + 1 )
RETURN i
"""
RUN = "fastformula.runFormula"
TEST = "fastformula.testFormula"
SHOWS_TESTS = {"experimental": {"fastformula": {"tests": True}}}
PULLS = {
    "textDocument": {"diagnostic": {}},
    "workspace": {"diagnostics": {"refreshSupport": True}},
}


NUMBERS = count(1)
AGREED = {
    "workspace/applyEdit": {"applied": True},
    "window/showDocument": {"success": True},
}
"""What a client answers that does as it is told."""


class Session:
    """An editor with a folder of formulas; what is sent to it is kept."""

    def __init__(self, wire: Any, folder: Path) -> None:
        self.wire = wire
        self.folder = folder
        self.heard: list[dict[str, Any]] = []
        self.versions: dict[str, int] = {}
        self.diagnostics: dict[str, dict[str, Any]] = {}

    def uri(self, name: str) -> str:
        return (self.folder / name).as_uri()

    def open(self, name: str, text: str | None = None) -> None:
        path = self.folder / name
        item = {
            "uri": path.as_uri(),
            "languageId": "fastformula",
            "version": 1,
            "text": path.read_text("utf-8") if text is None else text,
        }
        self.versions[name] = 1
        self.wire.send("textDocument/didOpen", {"textDocument": item})

    def change(
        self, name: str, text: str, start: tuple[int, int], end: tuple[int, int]
    ) -> None:
        self.versions[name] += 1
        document = {"uri": self.uri(name), "version": self.versions[name]}
        change = {"range": {"start": at(*start), "end": at(*end)}, "text": text}
        self.wire.send(
            "textDocument/didChange",
            {"textDocument": document, "contentChanges": [change]},
        )

    def send(self, method: str, params: object) -> int:
        number = next(NUMBERS)
        self.wire.send(method, params, number=number)
        return number

    def until(self, holds: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
        """The first message that `holds`; the server's requests are agreed to."""
        while True:
            message: dict[str, Any] = self.wire.receive()
            assert message.get("method") != "window/showMessage", message
            self.heard.append(message)
            if message.get("method") == "textDocument/publishDiagnostics":
                self.diagnostics[message["params"]["uri"]] = message["params"]
            if "method" in message and "id" in message:
                result = AGREED.get(message["method"])
                answer = {"jsonrpc": "2.0", "id": message["id"], "result": result}
                self.wire.send_body(json.dumps(answer).encode())
            if holds(message):
                return message

    def answer(self, number: int) -> dict[str, Any]:
        return self.until(
            lambda each: each.get("id") == number and "method" not in each
        )

    def ask(self, method: str, **params: object) -> Any:
        answer = self.answer(self.send(method, params))
        assert "result" in answer, answer
        return answer["result"]

    def command(self, command: str, name: str, /, **given: object) -> Any:
        argument = {"textDocument": {"uri": self.uri(name)}} | given
        return self.ask(
            "workspace/executeCommand", command=command, arguments=[argument]
        )

    def of(self, name: str) -> dict[str, Any]:
        return {"textDocument": {"uri": self.uri(name)}}

    def run(self, name: str, *names: str, **more: object) -> dict[str, Any]:
        """What becomes of the cases of a file, or of some, by their names."""
        tests = {"uri": self.uri(name)} | ({"names": names} if names else {})
        answer: dict[str, Any] = self.ask("fastformula/runTests", tests=[tests], **more)
        return answer

    def lenses(self, name: str) -> list[tuple[int, str]]:
        found = self.ask("textDocument/codeLens", **self.of(name))
        return [
            (each["range"]["start"]["line"], each["command"]["title"]) for each in found
        ]

    def published(self, name: str, count: int) -> list[dict[str, Any]]:
        """The diagnostics of a document, once they are so many."""
        while True:
            params = self.diagnostics.get(self.uri(name), {})
            found: list[dict[str, Any]] = params.get("diagnostics", [])
            is_new = params.get("version") == self.versions[name]
            if is_new and len(found) == count:
                return found
            self.until(lambda _: True)

    def told(self, method: str, times: int = 1) -> None:
        """Wait until the server has said something so often."""
        while [each.get("method") for each in self.heard].count(method) < times:
            self.until(lambda _: True)


def at(line: int, character: int) -> dict[str, int]:
    return {"line": line, "character": character}


def extent(*places: int) -> dict[str, dict[str, int]]:
    return {"start": at(*places[:2]), "end": at(*places[2:])}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pay.ff").write_text(PAY, encoding="utf-8", newline="")
    (tmp_path / "pay.fftest.toml").write_text(CASES, encoding="utf-8", newline="")
    return tmp_path


def begin(wire: Any, folder: Path | None, **can: Any) -> dict[str, Any]:
    """Start the session of an editor; what the server can do."""
    able: dict[str, Any] = wire.initialize(
        rootUri=folder.as_uri() if folder else None,
        capabilities=can,
        initializationOptions={"completion": {"enabled": False}},
    )["capabilities"]
    wire.send("initialized", {})
    return able


@pytest.fixture(scope="module")
def server(shared_wire: Any) -> Any:
    """A server that knows no folder and a client that can do nothing in particular."""
    assert begin(shared_wire, None)["codeLensProvider"]
    return shared_wire


@pytest.fixture
def session(server: Any, folder: Path) -> Session:
    return Session(server, folder)


@pytest.fixture
def open_session(connect: Callable[..., Any], folder: Path) -> Callable[..., Session]:
    def start(**can: Any) -> Session:
        wire = connect()
        begin(wire, folder, **can)
        return Session(wire, folder)

    return start


@pytest.mark.parametrize(("encoding", "second"), [("utf-16", 43), ("utf-8", 45)])
def test_case_files_are_found_with_their_cases_and_formulas(
    open_session: Callable[..., Session], encoding: str, second: int
) -> None:
    session = open_session(general={"positionEncodings": [encoding]})
    (session.folder / "deep").mkdir()
    bad = session.folder / "deep" / "bad.fftest.toml"
    bad.write_text("[inputs]\nHOURS = \n", encoding="utf-8")
    first, last = session.ask("fastformula/tests")["files"]
    if first["uri"] != bad.as_uri():
        first, last = last, first
    assert (first["formula"], first["cases"]) == (None, [])
    assert first["error"] == "Line 2: This is no TOML: Invalid value."
    assert last == {
        "uri": session.uri("pay.fftest.toml"),
        "formula": session.uri("pay.ff"),
        "cases": [
            {"name": LONG, "range": extent(3, 0, 6, 23)},
            {"name": SHORT[0], "range": extent(13, 4, 13, second - 2)},
            {"name": SHORT[1], "range": extent(13, second, 13, second + 25)},
        ],
    }


def test_the_case_files_of_a_formula_are_those_that_name_it(
    session: Session,
) -> None:
    other = CASES.replace("[inputs]", 'formula = "other.ff"\n[inputs]', 1)
    mine = CASES.replace("[inputs]", 'formula = "./pay.ff"\n[inputs]', 1)
    for name, text in {"a": other, "b": mine}.items():
        path = session.folder / f"{name}.fftest.toml"
        path.write_text(text, encoding="utf-8")

    def files(name: str) -> list[str]:
        answer = session.ask("fastformula/tests", **session.of(name))
        return [each["uri"] for each in answer["files"]]

    own = session.uri("pay.fftest.toml")
    assert files("pay.ff") == [session.uri("b.fftest.toml"), own]
    assert files("pay.fftest.toml") == [own]


def test_a_failure_says_what_where_and_why(
    session: Session,
) -> None:
    failed, *others = session.run("pay.fftest.toml")["results"]
    assert [(each["name"], each["passed"]) for each in others] == [
        (name, True) for name in SHORT
    ]
    assert failed["uri"] == session.uri("pay.fftest.toml")
    assert (failed["name"], failed["passed"]) == (LONG, False)
    assert failed["range"] == extent(3, 0, 6, 23)
    text = "PAY: expected 430, but is 425"
    assert failed["differences"] == [
        {"name": "PAY", "expected": "430", "actual": "425", "text": text}
    ]
    assert len(failed["steps"]) == 2
    assert text in failed["message"] and failed["steps"][1] in failed["message"]
    assert failed["location"] == {
        "uri": session.uri("pay.ff"),
        "range": extent(2, 0, 2, 32),
    }


def test_texts_count_as_they_are_open(session: Session) -> None:
    session.open("pay.ff")
    session.open("pay.fftest.toml")
    session.change("pay.ff", "40", (1, 46), (1, 48))
    assert [each["passed"] for each in session.run("pay.fftest.toml")["results"]] == [
        True,
        True,
        True,
    ]
    session.change("pay.fftest.toml", "431", (6, 18), (6, 21))
    (failed,) = session.run("pay.fftest.toml", LONG)["results"]
    assert failed["differences"][0]["text"] == "PAY: expected 431, but is 430"
    assert (session.folder / "pay.ff").read_text("utf-8") == PAY


def test_a_formula_that_was_never_saved_is_run(
    session: Session,
) -> None:
    session.open("new.ff", "RETURN x")
    session.change("new.ff", "x = 1\n", (0, 0), (0, 0))
    session.open("new.fftest.toml", '[[case]]\nname = "one"\nreturns = { X = 1 }\n')
    (result,) = session.run("new.fftest.toml")["results"]
    assert result["passed"], result


def test_a_case_that_cannot_be_run_fails_and_the_others_go_on(
    session: Session,
) -> None:
    text = CASES.replace("HOURS = 42", "WEEKS = 42")
    session.open("pay.fftest.toml", text)
    failed, *others = session.run("pay.fftest.toml")["results"]
    message = "the formula has no input WEEKS; it has: HOURS, RATE"
    assert failed["differences"][0]["text"] == message
    assert [each["passed"] for each in others] == [True, True]


def test_results_come_in_parts_with_progress(
    session: Session,
) -> None:
    answer = session.run(
        "pay.fftest.toml", workDoneToken="work", partialResultToken="part"
    )
    assert answer == {"results": []}
    told: dict[str, list[Any]] = {"work": [], "part": []}
    for each in session.heard:
        if each.get("method") == "$/progress":
            told[each["params"]["token"]].append(each["params"]["value"])
    assert [each["kind"] for each in told["work"]] == [
        "begin",
        *["report"] * 3,
        "end",
    ]
    assert told["work"][2]["message"] == "2 of 3"
    names = [result["name"] for part in told["part"] for result in part["results"]]
    assert names == [LONG, *SHORT]


def slow_cases(session: Session, count: int, rounds: int) -> None:
    """Cases that take long enough for something to happen meanwhile."""
    session.open("slow.ff", SLOW)
    cases = (
        f'[[case]]\nname = "{number}"\ninputs.N = {rounds}\nreturns.I = {rounds}\n'
        for number in range(count)
    )
    session.open("slow.fftest.toml", "".join(cases))


def test_a_run_that_is_cancelled_ends_and_the_next_has_its_turn(
    session: Session,
) -> None:
    slow_cases(session, 500, 20_000)
    tests = [{"uri": session.uri("slow.fftest.toml")}]
    params = {"tests": tests, "partialResultToken": "part"}
    number = session.send("fastformula/runTests", params)
    session.until(lambda each: each.get("method") == "$/progress")
    session.wire.send("$/cancelRequest", {"id": number})
    assert session.answer(number)["error"]["code"] == -32800
    parts = [each for each in session.heard if each.get("method") == "$/progress"]
    assert len(parts) < 500
    # Nothing comes of the first one any more.
    assert len(session.run("pay.fftest.toml")["results"]) == 3
    assert parts == [
        each for each in session.heard if each.get("method") == "$/progress"
    ]


@pytest.mark.parametrize("by_command", [False, True])
def test_a_loop_that_would_take_minutes_can_be_cancelled(
    session: Session, by_command: bool
) -> None:
    lines = "".join(f"s = s + {number}\n" for number in range(2000))
    loop = f"s = 0\nWHILE i < n LOOP (\n{lines}i = i + 1 )\nRETURN i\n"
    session.open("slow.ff", f"INPUTS ARE n\ni = 0\n{loop}")
    short, long = (f"[[case]]\ninputs.N = {n}\nlog = []\n" for n in (0, 900_000))
    session.open("slow.fftest.toml", short + long)
    if by_command:
        given = session.of("slow.fftest.toml") | {"name": "case 2"}
        command = {"command": RUN, "arguments": [given]}
        number = session.send("workspace/executeCommand", command)
    else:
        tests = [{"uri": session.uri("slow.fftest.toml")}]
        params = {"tests": tests, "partialResultToken": "part"}
        number = session.send("fastformula/runTests", params)
        session.until(lambda each: each.get("method") == "$/progress")
    session.wire.send("$/cancelRequest", {"id": number})
    assert session.answer(number)["error"]["code"] == -32800
    assert len(session.run("pay.fftest.toml")["results"]) == 3


def test_one_can_type_while_a_formula_loops(
    session: Session,
) -> None:
    session.open("pay.ff")
    slow_cases(session, 3, 900_000)
    tests = [{"uri": session.uri("slow.fftest.toml")}]
    number = session.send("fastformula/runTests", {"tests": tests})
    session.change("pay.ff", "zzz = 1\n", (2, 0), (2, 0))
    hover = session.ask("textDocument/hover", **session.of("pay.ff"), position=at(2, 1))
    assert "zzz" in hover["contents"]["value"]
    assert not [each for each in session.heard if each.get("id") == number]
    results = session.answer(number)["result"]["results"]
    assert [each["passed"] for each in results] == [True, True, True]


def test_an_endless_loop_ends_as_an_error(
    session: Session,
) -> None:
    session.open("slow.ff", SLOW.replace("i + 1", "i"))
    session.open("slow.fftest.toml", "[[case]]\ninputs.N = 1\nreturns.I = 1\n")
    (result,) = session.run("slow.fftest.toml")["results"]
    assert "Too many iterations" in result["message"]
    assert result["location"]["range"]["start"]["line"] == 2


def test_coverage_counts_statements_and_branches(
    session: Session,
) -> None:
    text = PAY.replace("RETURN", "IF hours > 41 THEN note = 'long'\nRETURN")
    session.open("pay.ff", text)
    answer = session.run("pay.fftest.toml", SHORT[0], coverage=True)
    (covered,) = answer["coverage"]
    assert covered["uri"] == session.uri("pay.ff")
    assert covered["statements"][0] == {"range": extent(1, 21, 1, 52), "count": 1}
    counts = [each["count"] for each in covered["statements"]]
    assert counts == [1, 1, 1, 0, 1]
    ways = [{"label": "true", "count": 0}, {"label": "false", "count": 1}]
    assert covered["branches"] == [{"range": extent(3, 3, 3, 13), "taken": ways}]


def test_failures_stand_in_both_files_until_the_cases_pass(
    session: Session,
) -> None:
    session.open("pay.ff")
    session.open("pay.fftest.toml")
    session.run("pay.fftest.toml")
    (formula,) = session.published("pay.ff", 1)
    assert formula["message"] == f"{LONG}: PAY: expected 430, but is 425"
    assert formula["source"] == "fastformula test"
    assert formula["range"] == extent(2, 0, 2, 32)
    (case,) = session.published("pay.fftest.toml", 1)
    assert case["message"] == "PAY: expected 430, but is 425"
    assert case["range"] == extent(3, 0, 3, 8)
    # A line more above: they move. In the line itself: it is gone.
    session.change("pay.ff", "\n", (0, 0), (0, 0))
    (moved,) = session.published("pay.ff", 1)
    assert moved["range"] == extent(3, 0, 3, 32)
    session.change("pay.ff", " ", (3, 32), (3, 32))
    session.published("pay.ff", 0)
    session.change("pay.ff", "40", (2, 46), (2, 48))
    session.run("pay.fftest.toml", LONG)
    session.published("pay.fftest.toml", 0)


def test_a_client_that_asks_for_diagnostics_is_told_of_failures(
    open_session: Callable[..., Session],
) -> None:
    session = open_session(**PULLS)
    session.open("pay.ff")
    session.open("pay.fftest.toml")
    before = session.ask("textDocument/diagnostic", **session.of("pay.ff"))
    session.run("pay.fftest.toml")
    session.told("workspace/diagnostic/refresh")
    after = session.ask(
        "textDocument/diagnostic",
        **session.of("pay.ff"),
        previousResultId=before["resultId"],
    )
    (failure,) = after["items"]
    assert failure["source"] == "fastformula test"
    # Some clients ask for case files as well, but all are sent theirs.
    asked = session.ask("textDocument/diagnostic", **session.of("pay.fftest.toml"))
    assert asked["items"] == []
    session.published("pay.fftest.toml", 1)


def test_a_client_that_cannot_be_told_to_ask_again_is_sent_failures(
    open_session: Callable[..., Session],
) -> None:
    session = open_session(textDocument={"diagnostic": {}})
    session.open("pay.ff")
    session.run("pay.fftest.toml")
    (failure,) = session.published("pay.ff", 1)
    assert failure["source"] == "fastformula test"
    asked = session.ask("textDocument/diagnostic", **session.of("pay.ff"))
    assert asked["items"] == []
    session.change("pay.ff", " ", (2, 32), (2, 32))
    session.published("pay.ff", 0)


def test_a_mistake_in_a_case_file_stands_at_its_line(
    session: Session,
) -> None:
    session.open("pay.fftest.toml")
    session.published("pay.fftest.toml", 0)
    session.change("pay.fftest.toml", "retruns", (6, 0), (6, 7))
    (mistake,) = session.published("pay.fftest.toml", 1)
    assert mistake["range"] == extent(3, 0, 3, 8)
    assert f"the case '{LONG}' has a key retruns" in mistake["message"]
    session.change("pay.fftest.toml", "", (5, 9), (5, 10))
    session.change("pay.fftest.toml", '"', (4, 0), (4, 0))
    (mistake,) = session.published("pay.fftest.toml", 1)
    assert mistake["message"].startswith("This is no TOML: ")
    assert mistake["range"]["start"]["line"] == 4


def test_no_feature_takes_a_case_file_for_a_formula(
    session: Session,
) -> None:
    session.open("pay.fftest.toml")
    place = {**session.of("pay.fftest.toml"), "position": at(4, 2)}
    assert session.ask("textDocument/hover", **place) is None
    outline = session.ask(
        "textDocument/documentSymbol", **session.of("pay.fftest.toml")
    )
    assert outline is None
    session.published("pay.fftest.toml", 0)


def test_buttons_tell_what_became_of_the_cases_as_long_as_it_holds(
    session: Session,
) -> None:
    session.open("pay.ff")
    session.open("pay.fftest.toml")
    assert session.lenses("pay.ff") == [(0, "Run"), (0, "Test (3)")]
    assert session.lenses("pay.fftest.toml") == [
        *[(3, "Run"), (3, "Test")],
        *[(13, "Run"), (13, "Test")] * 2,
    ]
    answer = session.command(TEST, "pay.ff")
    assert [each["passed"] for each in answer["results"]] == [False, True, True]
    assert session.lenses("pay.ff") == [(0, "Run"), (0, "1 of 3 failed")]
    titles = [title for _, title in session.lenses("pay.fftest.toml")]
    assert titles[1::2] == ["Failed", "Passed", "Passed"]
    session.change("pay.ff", "40", (1, 46), (1, 48))
    assert session.lenses("pay.ff") == [(0, "Run"), (0, "Test (3)")]
    session.command(TEST, "pay.ff")
    assert session.lenses("pay.ff") == [(0, "Run"), (0, "3 passed")]
    # Another case changes: what became of this one holds.
    session.change("pay.fftest.toml", "1", (13, 26), (13, 26))
    titles = [title for _, title in session.lenses("pay.fftest.toml")]
    assert titles[1::2] == ["Passed", "Test", "Passed"]


def test_a_client_with_a_place_for_tests_gets_no_buttons_for_them_but_news(
    open_session: Callable[..., Session],
) -> None:
    session = open_session(**SHOWS_TESTS)
    session.open("pay.ff")
    session.open("pay.fftest.toml")
    assert session.lenses("pay.ff") == [(0, "Run")]
    session.told("fastformula/testsChanged")
    session.change("pay.fftest.toml", "x", (4, 8), (4, 8))
    session.told("fastformula/testsChanged", 2)
    (file,) = session.ask("fastformula/tests")["files"]
    assert file["cases"][0]["name"] == f"x{LONG}"
    # Results are no news of that kind.
    session.run("pay.fftest.toml")
    session.published("pay.fftest.toml", 1)
    session.change("pay.fftest.toml", "x", (4, 8), (4, 8))
    session.told("fastformula/testsChanged", 3)
    said = [each.get("method") for each in session.heard]
    assert said.count("fastformula/testsChanged") == 3


def test_case_files_that_come_and_go_on_disk_are_news(
    open_session: Callable[..., Session],
) -> None:
    session = open_session(**SHOWS_TESTS)
    (session.folder / "pay.fftest.toml").unlink()
    changes = [{"uri": session.uri("pay.fftest.toml"), "type": 3}]
    session.wire.send("workspace/didChangeWatchedFiles", {"changes": changes})
    session.told("fastformula/testsChanged")
    assert session.ask("fastformula/tests")["files"] == []


def test_a_formula_is_run_with_a_case_or_without(
    session: Session,
) -> None:
    session.open("pay.ff")
    with_case = session.command(RUN, "pay.fftest.toml", name=LONG)
    assert with_case == {
        "returns": {"PAY": 425},
        "log": [],
        "error": None,
        "text": "PAY = 425",
    }
    without = session.command(RUN, "pay.ff")
    assert without["error"]["class"] == "Uninitialized variable"
    assert without["error"]["line"] == 2
    assert without["missing"] == {"kind": "input", "name": "HOURS", "type": "NUMBER"}
    gone = session.command(RUN, "pay.fftest.toml", name="gone")
    assert gone == {"failure": "There is no case 'gone' any more."}


def test_hovering_tells_what_a_name_held_as_long_as_the_formula_is_the_same(
    session: Session,
) -> None:
    session.open("pay.ff")

    def told() -> str:
        place = {**session.of("pay.ff"), "position": at(2, 1)}
        hover: str = session.ask("textDocument/hover", **place)["contents"]["value"]
        return hover.split("\n\n")[-1]

    plain = told()
    session.command(RUN, "pay.fftest.toml", name=SHORT[0])
    assert told() == "In the last run: `400`"
    session.command(TEST, "pay.ff")
    assert told() == f"In the failing case '{LONG}': `425`"
    session.change("pay.ff", "40", (1, 46), (1, 48))
    assert told() == plain
    session.change("pay.ff", "41", (1, 46), (1, 48))
    assert told() == f"In the failing case '{LONG}': `425`"


CREATES = {"documentChanges": True, "resourceOperations": ["create"]}


def action(session: Session) -> dict[str, Any]:
    """The command behind the action that makes a case."""
    found = session.ask(
        "textDocument/codeAction",
        **session.of("pay.ff"),
        range=extent(0, 0, 0, 0),
        context={"diagnostics": [], "only": ["source"]},
    )
    (command,) = (
        each["command"] for each in found if each["title"] == "Generate a test case"
    )
    return {"command": command["command"], "arguments": command["arguments"]}


def test_a_case_file_is_begun_and_shown_by_a_client_that_can(
    open_session: Callable[..., Session],
) -> None:
    session = open_session(
        workspace={"applyEdit": True, "workspaceEdit": CREATES},
        window={"showDocument": {"support": True}},
    )
    (session.folder / "pay.fftest.toml").unlink()
    session.open("pay.ff", f"{PAY}RETURN extra\n")
    session.send("workspace/executeCommand", action(session))
    request = session.until(lambda each: each.get("method") == "workspace/applyEdit")
    made, filled = request["params"]["edit"]["documentChanges"]
    uri = session.uri("pay.fftest.toml")
    assert made == {"kind": "create", "uri": uri}
    assert filled["textDocument"] == {"uri": uri, "version": None}
    (edit,) = filled["edits"]
    assert 'name = "the usual case"' in edit["newText"]
    assert "EXTRA = 0" in edit["newText"], "the text that is open"
    shown = session.until(lambda each: each.get("method") == "window/showDocument")
    line = shown["params"]["selection"]["start"]["line"]
    assert edit["newText"].splitlines()[line] == "[[case]]"


def test_a_case_file_that_is_there_gets_one_more_case_under_a_free_name(
    open_session: Callable[..., Session],
) -> None:
    session = open_session(workspace={"applyEdit": True, "workspaceEdit": CREATES})
    session.open("pay.ff")
    session.open("pay.fftest.toml", CASES.replace(LONG, "case 4").rstrip("\n"))
    session.send("workspace/executeCommand", action(session))
    request = session.until(lambda each: each.get("method") == "workspace/applyEdit")
    (change,) = request["params"]["edit"]["documentChanges"]
    document = {"uri": session.uri("pay.fftest.toml"), "version": 1}
    assert change["textDocument"] == document
    (edit,) = change["edits"]
    assert edit["range"] == extent(14, 1, 14, 1)
    assert edit["newText"].startswith('\n\n[[case]]\nname = "case 5"\n[case.inputs]\n')
    session.change("pay.fftest.toml", edit["newText"], (14, 1), (14, 1))
    (result,) = session.run("pay.fftest.toml", "case 5")["results"]
    assert result["passed"], result


def test_the_server_begins_the_file_for_a_client_that_cannot(session: Session) -> None:
    path = session.folder / "pay.fftest.toml"
    path.unlink()
    session.open("pay.ff")
    command = action(session)
    assert session.ask("workspace/executeCommand", **command) == {
        "uri": session.uri("pay.fftest.toml")
    }
    before = path.read_text("utf-8")
    assert before.count("[[case]]") == 1
    answer = session.ask("workspace/executeCommand", **command)
    (edit,) = answer["edit"]["changes"][session.uri("pay.fftest.toml")]
    assert 'name = "case 2"' in edit["newText"]
    assert path.read_text("utf-8") == before


def test_a_case_file_that_cannot_be_read_is_left_alone(session: Session) -> None:
    session.open("pay.ff")
    session.open("pay.fftest.toml", f"{CASES}oops\n")
    answer = session.ask("workspace/executeCommand", **action(session))
    assert answer["failure"].startswith("pay.fftest.toml is there already. This is no")
