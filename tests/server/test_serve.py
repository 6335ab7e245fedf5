"""How the server process starts, ends, and bears with what clients send it."""

from __future__ import annotations

import json
import re
import signal
import socket
import sys
from collections.abc import Callable
from typing import Any

import pytest

URI = "file:///formulas/pay.ff"
HEAVY = ("torch", "transformers", "peft", "numpy", "rich")

Connect = Callable[..., Any]


def opened(text: str, version: int = 1) -> dict[str, Any]:
    item = {
        "uri": URI,
        "languageId": "fastformula",
        "version": version,
        "text": text,
    }
    return {"textDocument": item}


def place(line: int, character: int) -> dict[str, object]:
    return {
        "textDocument": {"uri": URI},
        "position": {"line": line, "character": character},
    }


def imported(errors: bytes) -> set[str]:
    """The top-level modules that `python -X importtime` reports."""
    return set(re.findall(r"^import time:.*\| +(\w+)\s*$", errors.decode(), re.M))


def test_initialize_is_answered_before_anything_heavy_is_imported(
    connect: Connect,
) -> None:
    wire = connect("-X", "importtime")
    wire.initialize()
    wire.send("shutdown", number=1)
    wire.answer(1)
    wire.send("exit")
    assert wire.wait() == 0
    assert "pygls" in imported(wire.errors)
    assert not imported(wire.errors) & set(HEAVY)


@pytest.mark.parametrize("command", ["version", "check"])
def test_plain_commands_import_no_protocol_and_no_model(
    connect: Connect, tmp_path: Any, command: str
) -> None:
    formula = tmp_path / "pay.ff"
    formula.write_text("RETURN l_pay\n", encoding="utf-8")
    arguments = [command] + ([str(formula)] if command == "check" else [])
    wire = connect("-X", "importtime", arguments=tuple(arguments))
    assert wire.wait() == 0
    found = imported(wire.errors)
    assert "click" in found
    assert not found & {*HEAVY, "pygls", "lsprotocol", "asyncio"}


def test_exit_after_shutdown_is_success_and_without_it_is_not(
    connect: Connect,
) -> None:
    wire = connect()
    wire.initialize()
    wire.send("shutdown", number=1)
    assert wire.answer(1)["result"] is None
    wire.send("textDocument/hover", place(0, 0), number=2)
    assert wire.answer(2)["error"]["code"] == -32600
    wire.send("exit")
    assert wire.wait() == 0

    wire = connect()
    wire.initialize()
    wire.send("exit")
    assert wire.wait() == 1


@pytest.mark.parametrize("half", [b"", b"Content-Length: 100\r\n\r\n{"])
def test_a_client_that_vanishes_ends_the_server(connect: Connect, half: bytes) -> None:
    wire = connect()
    wire.initialize()
    wire.send("initialized", {})
    wire.send_bytes(half)
    wire.process.stdin.close()
    assert wire.wait() == 1
    assert b"Traceback" not in wire.errors


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGINT to send")
def test_interrupting_it_prints_no_traceback(connect: Connect) -> None:
    wire = connect()
    wire.initialize()
    wire.process.send_signal(signal.SIGINT)
    assert wire.wait() != 0
    assert b"Traceback" not in wire.errors


def test_requests_out_of_order_and_unknown_ones_are_answered(
    connect: Connect,
) -> None:
    wire = connect()
    wire.send("textDocument/hover", place(0, 0), number=7)
    assert wire.answer(7)["error"]["code"] == -32002
    wire.initialize()
    wire.send("textDocument/nonsense", {}, number=8)
    assert wire.answer(8)["error"]["code"] == -32601


def test_every_request_that_cannot_be_understood_is_answered(
    connect: Connect,
) -> None:
    wire = connect()
    wire.initialize()
    wire.send("textDocument/didOpen", opened("l_pay = \n"))
    inline = place(0, 8) | {"context": {"triggerKind": 0}}
    wire.send("textDocument/inlineCompletion", inline, number=1)
    assert wire.answer(1)["error"]["code"] == -32602
    wire.send("textDocument/hover", place(-1, 0), number=2)
    assert wire.answer(2)["error"]["code"] == -32602
    wire.send("textDocument/hover", {"textDocument": 5}, number=3)
    assert wire.answer(3)["error"]["code"] == -32602
    wire.send("textDocument/hover", place(0, 10**9), number=4)
    assert "error" not in wire.answer(4)


MALFORMED = (
    b"{",
    b"[]",
    b"7",
    b"\xff\xfe",
    b'{"jsonrpc": "1.0", "method": "exit"}',
    b'{"jsonrpc": "2.0", "id": 99, "result": {}}',
    b'{"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {}}',
    b'{"jsonrpc": "2.0", "method": "textDocument/didChange"}',
    b"[" * 100_000,
)


def test_malformed_messages_do_not_end_the_session(connect: Connect) -> None:
    wire = connect()
    wire.initialize()
    wire.send("textDocument/didOpen", opened("l_pay = GREATEST(1, 2)\n"))
    for number, body in enumerate(MALFORMED, start=1):
        wire.send_bytes(b"not a header\r\n")
        wire.send_body(body)
        wire.send("textDocument/hover", place(0, 10), number=number)
        while (message := wire.receive()).get("id") != number:
            assert message["method"] != "window/showMessage", "a pop-up"
        assert "GREATEST" in message["result"]["contents"]["value"]


def test_edits_of_unknown_documents_and_out_of_range_are_borne(
    connect: Connect,
) -> None:
    wire = connect()
    wire.initialize()
    unknown = {"uri": "file:///unknown.ff", "version": 2}
    wire.send(
        "textDocument/didChange",
        {"textDocument": unknown, "contentChanges": [{"text": "x"}]},
    )
    wire.send("textDocument/didClose", {"textDocument": unknown})
    wire.send("textDocument/didOpen", opened("l_pay = 1\n"))
    far = {"line": 10_000, "character": 10_000}
    change = {"range": {"start": far, "end": far}, "text": "RETURN l_pay, \n"}
    wire.send(
        "textDocument/didChange",
        {"textDocument": {"uri": URI, "version": 2}, "contentChanges": [change]},
    )
    while True:
        message = wire.receive()
        assert "window/" not in message["method"], message
        if message["params"].get("version") == 2:
            break
    (mistake,) = message["params"]["diagnostics"]
    assert mistake["range"]["start"]["line"] >= 1


def test_a_long_formula_does_not_hold_up_the_others(connect: Connect) -> None:
    wire = connect()
    wire.initialize()
    long = opened("".join(f"l_{n} = GREATEST(l_{n}, 1)\n" for n in range(5000)))
    long["textDocument"] |= {"uri": "file:///formulas/long.ff"}
    wire.send("textDocument/didOpen", long)
    wire.send("textDocument/didOpen", opened("l_pay = GREATEST(1, 2)\n"))
    wire.send("textDocument/hover", place(0, 10), number=1)
    order = []
    while "file:///formulas/long.ff" not in order:
        message = wire.receive()
        order.append(message.get("id") or message["params"]["uri"])
    assert order[:2] == [URI, 1]


def test_the_encoding_is_the_first_of_the_clients_that_we_know(
    connect: Connect,
) -> None:
    general = {"positionEncodings": ["utf-7", "utf-32", "utf-16"]}
    answer = connect().initialize(capabilities={"general": general})
    assert answer["capabilities"]["positionEncoding"] == "utf-32"


def test_one_client_is_served_over_tcp(connect: Connect) -> None:
    wire = connect(arguments=("serve", "--tcp", ":0"))
    port = int(wire.said(rb"listening on 127\.0\.0\.1:(\d+)")[1])
    with socket.create_connection(("127.0.0.1", port), 30) as client:
        stream = client.makefile("rwb")

        def send(**message: object) -> None:
            body = json.dumps({"jsonrpc": "2.0"} | message).encode()
            stream.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
            stream.flush()

        def receive() -> Any:
            length = 0
            while (header := stream.readline()).strip():
                if header.startswith(b"Content-Length"):
                    length = int(header.split(b":")[1])
            return json.loads(stream.read(length))

        capabilities = {"processId": None, "rootUri": None, "capabilities": {}}
        send(id=1, method="initialize", params=capabilities)
        assert receive()["result"]["serverInfo"]["name"] == "fastformula"
        send(id=2, method="shutdown")
        assert receive() == {"jsonrpc": "2.0", "id": 2, "result": None}
        send(method="exit")
        assert wire.wait() == 0


def test_an_address_that_cannot_be_had_is_one_line(connect: Connect) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        wire = connect(arguments=("serve", "--tcp", address))
        assert wire.wait() == 2
    assert len(wire.errors.splitlines()) == 1
    assert address.encode() in wire.errors
