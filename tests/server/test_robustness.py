"""The server goes on whatever it is sent, whatever fails, and whoever does not read."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from fastformula_server.protocol import OUTLIVING, SHOWN

from tests.server.conftest import SECONDS, Wire, server_environment

URI = "file:///formulas/pay.ff"
LONG_URI = "file:///formulas/long.ff"
SHORT = "INPUTS ARE l_hours\nl_pay = GREATEST(l_hours, 2)\nRETURN l_pay\n"
LONG = "".join(f"l_{n} = GREATEST(l_{n - 1}, 1)\n" for n in range(1, 4000))
CONTENT_MODIFIED, CANCELLED = -32801, -32800

Connect = Callable[..., Any]
Message = dict[str, Any]


def opened(uri: str, text: str, version: int = 1) -> Message:
    item = {"uri": uri, "languageId": "fastformula", "version": version, "text": text}
    return {"textDocument": item}


def changed(uri: str, version: int, *changes: Message) -> Message:
    document = {"uri": uri, "version": version}
    return {"textDocument": document, "contentChanges": list(changes)}


def edit(start: tuple[int, int], end: tuple[int, int], text: str) -> Message:
    places = [{"line": line, "character": at} for line, at in (start, end)]
    return {"range": {"start": places[0], "end": places[1]}, "text": text}


def at(uri: str, line: int = 1, character: int = 10) -> Message:
    place = {"line": line, "character": character}
    return {"textDocument": {"uri": uri}, "position": place}


def start(connect: Connect, **capabilities: object) -> Any:
    """A session with a short formula open."""
    wire = connect()
    wire.initialize(capabilities=capabilities)
    wire.send("initialized", {})
    wire.send("textDocument/didOpen", opened(URI, SHORT))
    return wire


def answers(wire: Any, numbers: Iterable[int]) -> dict[int, Message]:
    """The answers to these requests; each comes once, and nothing is a pop-up."""
    waiting, found = set(numbers), {}
    while waiting:
        message = wire.receive()
        assert message.get("method") != "window/showMessage", message
        if "id" in message and "method" not in message:
            assert message["id"] not in found, "answered twice"
            waiting.discard(message["id"])
            found[message["id"]] = message
    return found


def is_well(wire: Any, number: int = 100_000) -> bool:
    """Whether what GREATEST means is still explained."""
    wire.send("textDocument/hover", at(URI), number=number)
    shown = answers(wire, [number])[number]
    return "GREATEST" in shown["result"]["contents"]["value"]


# What clients send


PARTS: dict[str, Message] = {
    "textDocument/codeAction": {
        "range": edit((0, 0), (0, 1), "")["range"],
        "context": {"diagnostics": []},
    },
    "textDocument/completion": {},
    "textDocument/definition": {},
    "textDocument/diagnostic": {},
    "textDocument/documentHighlight": {},
    "textDocument/documentLink": {},
    "textDocument/documentSymbol": {},
    "textDocument/foldingRange": {},
    "textDocument/formatting": {"options": {"tabSize": 2, "insertSpaces": True}},
    "textDocument/inlayHint": {"range": edit((0, 0), (9, 0), "")["range"]},
    "textDocument/linkedEditingRange": {},
    "textDocument/prepareCallHierarchy": {},
    "textDocument/prepareRename": {},
    "textDocument/references": {"context": {"includeDeclaration": True}},
    "textDocument/rename": {"newName": "l_other"},
    "textDocument/selectionRange": {"positions": [{"line": 0, "character": 0}]},
    "textDocument/semanticTokens/full": {},
    "textDocument/semanticTokens/full/delta": {"previousResultId": "1"},
    "textDocument/semanticTokens/range": {"range": edit((0, 0), (9, 0), "")["range"]},
    "textDocument/signatureHelp": {},
}
"""Requests that have to wait for a long formula, with what each has of its own."""


def test_what_was_asked_of_a_text_that_has_changed_since_is_given_up(
    connect: Connect,
) -> None:
    wire = start(connect)
    wire.send("textDocument/didOpen", opened(LONG_URI, LONG))
    numbers = dict(enumerate(PARTS, start=1))
    for number, method in numbers.items():
        wire.send(method, at(LONG_URI, 0, 3) | PARTS[method], number=number)
    wire.send("textDocument/didChange", changed(LONG_URI, 2, edit((0, 0), (0, 0), " ")))
    found = answers(wire, numbers)
    for number, method in numbers.items():
        error = found[number].get("error", {})
        if method in OUTLIVING:
            assert not error, method
        elif method in SHOWN:
            assert not error and found[number]["result"] is None, method
        else:
            assert error.get("code") == CONTENT_MODIFIED, method
    assert is_well(wire)


def test_what_was_asked_of_another_text_goes_on(connect: Connect) -> None:
    wire = start(connect)
    wire.send("textDocument/didOpen", opened(LONG_URI, LONG))
    wire.send("textDocument/documentSymbol", at(LONG_URI), number=1)
    wire.send("textDocument/didChange", changed(URI, 2, edit((0, 0), (0, 0), " ")))
    assert "error" not in answers(wire, [1])[1]


def test_what_is_cancelled_is_answered_at_once(connect: Connect) -> None:
    wire = start(connect)
    wire.send("textDocument/didOpen", opened(LONG_URI, LONG))
    wire.send("textDocument/documentSymbol", at(LONG_URI), number=1)
    wire.send("textDocument/semanticTokens/full", at(LONG_URI), number=2)
    wire.send("$/cancelRequest", {"id": 2})
    found = answers(wire, [2])
    assert found[2]["error"]["code"] == CANCELLED
    assert 1 not in found, "the text is not read yet"
    assert "error" not in answers(wire, [1])[1]


def test_a_storm_of_cancelled_requests_passes(connect: Connect) -> None:
    wire = start(connect)
    wire.send("textDocument/didOpen", opened(LONG_URI, LONG))
    methods = list(PARTS)
    numbers = range(1, 1001)
    for number in numbers:
        method = methods[number % len(methods)]
        uri = (URI, LONG_URI)[number % 3 > 0]
        wire.send(method, at(uri, 1, 3) | PARTS[method], number=number)
        wire.send("$/cancelRequest", {"id": number})
    wire.send("$/cancelRequest", {"id": "never sent"})
    for message in answers(wire, numbers).values():
        assert "result" in message or message["error"]["code"] == CANCELLED, message
    assert is_well(wire)


def test_a_formula_of_5_mb_keeps_no_other_from_being_answered(
    connect: Connect,
) -> None:
    wire = start(connect, textDocument={"publishDiagnostics": {}})
    statements = (f"l_{n} = GREATEST(l_{n - 1}, {n})\n" for n in range(1, 200_000))
    huge = "".join(statements)[:5_000_000].rpartition("\n")[0] + "\nl_end = (1\n"
    wire.send("textDocument/didOpen", opened(LONG_URI, huge))
    wire.send("textDocument/hover", at(LONG_URI), number=1)
    assert is_well(wire)
    found: list[Any] = []
    while not found:
        message = wire.receive()
        if message.get("method") == "textDocument/publishDiagnostics":
            told = message["params"]
            found = told["diagnostics"] if told["uri"] == LONG_URI else []
    assert [each["code"] for each in found] == ["syntax-missing"]
    wire.send("textDocument/didClose", {"textDocument": {"uri": LONG_URI}})
    assert is_well(wire, 100_001)


def test_a_thousand_formulas_may_be_open(connect: Connect) -> None:
    wire = start(connect)
    uris = [f"file:///formulas/pay_{n}.ff" for n in range(1000)]
    for uri in uris:
        wire.send("textDocument/didOpen", opened(uri, SHORT))
    for number, uri in enumerate(uris, 1):
        wire.send("textDocument/hover", at(uri), number=number)
    for message in answers(wire, range(1, 1001)).values():
        assert "GREATEST" in message["result"]["contents"]["value"]
    for uri in uris:
        wire.send("textDocument/didClose", {"textDocument": {"uri": uri}})
    assert is_well(wire)


HEADERS = (
    b"Content-Length: 999999999999\r\n\r\n{}",
    b"Content-Length: -5\r\n\r\n{}",
    b"Content-Length: five\r\n\r\n{}",
    b"Content-Length: 2\r\n\r\n{}and more than it has\r\n",
    b"Content-Length: 2\r\n\r\n{}and more on the line of the next header",
    b"Content-Length: 0\r\n\r\n",
    b"\r\n\r\n\r\n",
    b"content-length:2\nX-Other: \xff\xfe\n\n{}",
    b"\x00" * 200_000,
)


def test_wrong_headers_are_passed_over(connect: Connect) -> None:
    wire = start(connect)
    for number, header in enumerate(HEADERS, start=1):
        wire.send_bytes(header)
        assert is_well(wire, number), header


def test_several_messages_in_a_list_are_all_answered(connect: Connect) -> None:
    wire = start(connect)
    asked = [
        {"jsonrpc": "2.0", "id": n, "method": "textDocument/hover", "params": at(URI)}
        for n in (1, 2)
    ]
    wire.send_body(json.dumps([*asked, 7, [], {"id": 3, "method": "x"}]).encode())
    found = answers(wire, [1, 2, 3])
    assert found[1]["result"] == found[2]["result"] is not None
    assert "error" in found[3]


WRONG = (
    {"method": "textDocument/hover"},
    {"method": "textDocument/hover", "params": None},
    {"method": "textDocument/hover", "params": []},
    {"method": "textDocument/hover", "params": "x" * 100_000},
    {"method": "textDocument/hover", "params": at(URI, 2**40)},
    {"method": "textDocument/hover", "params": at(URI, -1)},
    {"method": "textDocument/rename", "params": at(URI)},
    {"method": "textDocument/codeAction", "params": at(URI)},
    {"method": "workspace/executeCommand", "params": {"command": "rm -rf"}},
    {"method": "workspace/executeCommand", "params": {"command": 5}},
    {"method": "initialize", "params": {"capabilities": {}}},
    {"method": "nonsense"},
    {"method": ""},
    {"method": "$/nonsense", "params": {"jsonrpc": "2.0"}},
)


def test_every_wrong_request_is_answered_with_an_error(connect: Connect) -> None:
    wire = start(connect)
    for number, message in enumerate(WRONG, start=1):
        body = {"jsonrpc": "2.0", "id": number} | message
        wire.send_body(json.dumps(body).encode())
    found = answers(wire, range(1, len(WRONG) + 1))
    for number, message in enumerate(WRONG, start=1):
        assert found[number]["error"]["code"] in (-32600, -32601, -32602), message
    assert is_well(wire)


ODD_MESSAGES = (
    {"id": 5, "result": None},
    {"id": [], "result": None},
    {"id": {}, "error": 7},
    {"id": None, "method": "textDocument/hover", "params": at(URI)},
    {"id": 1.5, "method": "textDocument/hover", "params": at(URI)},
    {"method": 7},
    {"method": ["exit"]},
    {"method": "$/cancelRequest", "params": {"id": []}},
    {"method": "$/setTrace", "params": {"value": "loud"}},
    {"method": "$/unknown", "params": {"secret": "l_secret"}},
    {"method": "window/workDoneProgress/cancel", "params": {"token": "none"}},
    {"method": "textDocument/didOpen", "params": {"textDocument": {"uri": URI}}},
    {"method": "textDocument/didChange", "params": changed(URI, 2, {"range": 5})},
    {"method": "textDocument/didChange", "params": changed(URI, 2, {})},
    {"method": "textDocument/didSave", "params": {}},
    {"method": "workspace/didChangeWatchedFiles", "params": {"changes": 1}},
    {"method": "workspace/didChangeConfiguration", "params": {"settings": "l_secret"}},
    {"method": "workspace/didChangeWorkspaceFolders", "params": {"event": {}}},
)


def test_wrong_notifications_and_answers_end_nothing(connect: Connect) -> None:
    wire = start(connect)
    for number, message in enumerate(ODD_MESSAGES, start=1):
        wire.send_body(json.dumps({"jsonrpc": "2.0"} | message).encode())
        assert is_well(wire, number), message
    assert b"l_secret" not in wire.errors


def test_bytes_that_are_no_utf_8_are_odd_characters(connect: Connect) -> None:
    wire = connect()
    wire.initialize()
    body = json.dumps(
        {"jsonrpc": "2.0", "method": "textDocument/didOpen"}
        | {"params": opened(URI, f"/* EURO */\n{SHORT}")}
    ).encode()
    wire.send_body(body.replace(b"EURO", b"\x80 \xe9 \xed\xa0\x80"))
    wire.send("textDocument/hover", at(URI, 2), number=1)
    assert "GREATEST" in answers(wire, [1])[1]["result"]["contents"]["value"]


def test_half_of_a_pair_of_surrogates_is_a_character(connect: Connect) -> None:
    wire = start(connect)
    odd = "\ud800 \udfff"
    wire.send("textDocument/didChange", changed(URI, 2, edit((0, 0), (0, 0), odd)))
    wire.send("textDocument/didChange", changed(URI, 3, edit((0, 0), (0, 3), "")))
    wire.send("textDocument/documentSymbol", at(URI), number=1)
    assert "error" not in answers(wire, [1])[1]
    assert is_well(wire)


def test_messages_out_of_order_are_refused(connect: Connect) -> None:
    wire = connect()
    wire.send("initialized", {})
    wire.send("textDocument/didOpen", opened(URI, SHORT))
    wire.send("textDocument/hover", at(URI), number=1)
    assert answers(wire, [1])[1]["error"]["code"] == -32002
    wire.initialize()
    wire.send("textDocument/hover", at(URI), number=2)
    assert answers(wire, [2])[2]["result"] is None, "it was opened before the start"
    wire.send("shutdown", number=3)
    wire.send("textDocument/didOpen", opened(URI, SHORT))
    wire.send("textDocument/hover", at(URI), number=4)
    wire.send("initialize", {"capabilities": {}, "processId": None}, number=5)
    found = answers(wire, [3, 4, 5])
    assert found[3]["result"] is None
    assert found[4]["error"]["code"] == found[5]["error"]["code"] == -32600
    wire.send("exit")
    assert wire.wait() == 0


# Documents


ODD_URIS = (
    "untitled:Untitled-1",
    "vscode-notebook-cell:/formulas/a.ipynb#W0sZmlsZQ%3D%3D",
    "git:/formulas/pay.ff?%7B%22ref%22%3A%22~%22%7D",
    "file:///C%3A/Formulas/pay.ff",
    "file:///c:/Formulas/pay.ff",
    "file://server/share/pay.ff",
    "file://[::1/pay.ff",
    "file:///formulas/%F0%9F%98%80%20pay.ff",
    "file:///formulas/%00.ff",
    "file:///formulas/%ED%A0%80.ff",
    "file:///formulas/\ud800.ff",
    "file:///formulas/%ZZ%.ff",
    f"file:///{'formulas/' * 2000}pay.ff",
    f"file:///{'x' * 100_000}.ff",
    "file:///",
    "file:",
    "pay.ff",
    "",
)


@pytest.mark.parametrize("pulls", [False, True])
def test_every_uri_is_as_good_as_another(connect: Connect, *, pulls: bool) -> None:
    wire = start(connect, **({"textDocument": {"diagnostic": {}}} if pulls else {}))
    for number, uri in enumerate(ODD_URIS):
        first = 100 * number + 1
        wire.send("textDocument/didOpen", opened(uri, SHORT))
        numbers = dict(enumerate(PARTS, start=first))
        for each, method in numbers.items():
            wire.send(method, at(uri, 1, 3) | PARTS[method], number=each)
        found = answers(wire, numbers)
        for each, method in numbers.items():
            assert "error" not in found[each], (method, uri, found[each])
        wire.send("textDocument/didClose", {"textDocument": {"uri": uri}})
    assert is_well(wire)


def test_documents_bear_what_clients_do_to_them(connect: Connect) -> None:
    wire = start(connect)
    closed = {"textDocument": {"uri": URI}}
    far = (10**6, 10**6)
    for method, params in (
        ("didChange", changed("file:///never.ff", 2, {"text": "x"})),
        ("didSave", {"textDocument": {"uri": "file:///never.ff"}}),
        ("didChange", changed(URI, -7, edit((0, 0), (0, 0), "  "))),
        ("didChange", changed(URI, 3)),
        ("didChange", changed(URI, 2, edit((1, 0), (0, 0), "/* back */"))),
        ("didChange", changed(URI, 2, edit(far, (0, 0), "/* back */"))),
        ("didChange", changed(URI, 9, edit((0, 10**6), far, ""))),
        ("didClose", closed),
        ("didClose", closed),
        ("didChange", changed(URI, 10, {"text": "gone"})),
        ("didOpen", opened(URI, "l_pay = \n", 50)),
        ("didOpen", opened(URI, SHORT, 1)),
    ):
        wire.send(f"textDocument/{method}", params)
    assert is_well(wire)


# What fails in the server


FAILING = """\
import sys
from fastformula_server import convert, formatting, handlers, transport
from fastformula_server.counting import later

def fail(*given, **named):
    raise KeyError("l_secret")

handlers.outline = handlers.refactor = formatting.format_text = fail
convert.from_diagnostic = fail
server = handlers.make_server()
server.protocol.fm.features["textDocument/didSave"] = fail
server.completions.changed = lambda *given: later(0, fail)
sys.exit(transport.serve_stdio(server))
"""


@pytest.mark.parametrize("pulls", [False, True])
def test_what_fails_is_logged_and_shown_to_nobody(
    connect: Connect, *, pulls: bool
) -> None:
    wire = connect("-c", FAILING, program=(), arguments=())
    diagnostic = {"textDocument": {"diagnostic": {}}} if pulls else {}
    wire.initialize(capabilities=diagnostic)
    wire.send("initialized", {})
    wire.send("textDocument/didOpen", opened(URI, f"l_pay = \n{SHORT}"))
    wire.send("textDocument/didChange", changed(URI, 2, edit((0, 0), (0, 0), " ")))
    wire.send("textDocument/didSave", {"textDocument": {"uri": URI}})
    asked = ["textDocument/documentSymbol", "textDocument/codeAction"]
    asked += ["textDocument/formatting", *["textDocument/diagnostic"] * pulls]
    for number, method in enumerate(asked, start=1):
        wire.send(method, at(URI) | PARTS[method], number=number)
    said: list[str] = []
    found: dict[int, Message] = {}
    wanted = [*asked, "textDocument/didSave", "the background"]
    while len(found) < len(asked) or any(
        not any(each in line for line in said) for each in wanted
    ):
        message = wire.receive()
        assert message.get("method") != "window/showMessage", message
        if message.get("method") == "window/logMessage":
            said.append(message["params"]["message"])
        elif "id" in message:
            found[message["id"]] = message
    assert all("error" not in message for message in found.values())
    assert all(found[number]["result"] is None for number in (1, 2, 3))
    assert not pulls or found[4]["result"] == {"kind": "full", "items": []}
    failures = [line for line in said if "failed" in line]
    assert all(re.search(r"KeyError in .*, line \d+", line) for line in failures)
    assert any("documentSymbol of pay.ff" in line for line in failures)
    wire.send("textDocument/hover", at(URI, 2), number=9)
    assert "GREATEST" in answers(wire, [9])[9]["result"]["contents"]["value"]
    assert "l_secret" not in "".join(said)
    assert b"l_secret" not in wire.errors
    assert b"KeyError" in wire.errors


# The client's end


def test_who_does_not_read_is_heard_all_the_same() -> None:
    count = 2000
    with subprocess.Popen(
        [sys.executable, "-m", "fastformula_server", "serve"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=server_environment(),
    ) as process:
        assert process.stdin and process.stdout
        messages: list[Message] = [
            {
                "id": 0,
                "method": "initialize",
                "params": {"processId": None, "rootUri": None, "capabilities": {}},
            },
            {"method": "textDocument/didOpen", "params": opened(URI, SHORT)},
        ]
        messages += [
            {"id": number, "method": "textDocument/hover", "params": at(URI)}
            for number in range(1, count)
        ]
        messages += [{"id": count, "method": "shutdown"}, {"method": "exit"}]
        bodies = [json.dumps({"jsonrpc": "2.0"} | each).encode() for each in messages]
        sent = b"".join(b"Content-Length: %d\r\n\r\n%s" % (len(b), b) for b in bodies)
        writing = threading.Thread(target=process.stdin.write, args=(sent,))
        writing.daemon = True
        writing.start()
        writing.join(SECONDS)
        assert not writing.is_alive(), "the server does not listen until it is read"
        assert process.stdout.read().count(b"GREATEST(") >= count - 1
        assert process.wait(SECONDS) == 0


def test_a_client_that_dies_ends_the_server_though_its_pipe_is_open(
    connect: Connect,
) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=-1) as client:
        wire: Wire = connect()
        wire.initialize(processId=client.pid)
        client.communicate(b"\n")
        assert wire.wait() == 1
    assert b"Traceback" not in wire.errors


def test_a_client_on_another_machine_does_not_end_the_server(connect: Connect) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        gone.wait()
    wire = connect()
    wire.initialize(processId=gone.pid)
    wire.send("textDocument/didOpen", opened(URI, SHORT))
    with pytest.raises(subprocess.TimeoutExpired):
        wire.process.wait(3)
    assert is_well(wire)
