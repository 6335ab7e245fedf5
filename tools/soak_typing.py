"""A day of typing in an hour or two: the server answers all of it and keeps its size.

    python tools/soak_typing.py [EDITS]

An author makes 200,000 edits, or so many, in some formulas of ours that are open in a
real server over stdio. Their editor asks what editors ask meanwhile, as often as they
do, waits for the answers when he rests, and now and then closes a formula and opens
another. Prints how much memory the server and its model have as it goes on. Fails where
a request was not answered, where a handler failed, or where the memory of either at the
end is more than a fifth above that behind the first tenth of the edits.
"""

from __future__ import annotations

import json
import queue
import random
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any

import psutil
from author import write
from benchmarks import OWN, read
from fastformula.text import LineIndex
from fastformula_server.documents import Document

EDITS = 200_000
OPEN = 4
"""How many formulas are open."""
VISIT = 400
"""After how many edits in it a formula is closed, about."""
BURST = 12
"""How many edits are made before the author rests, on average."""
PATIENCE = 60
"""Seconds after which a request counts as not answered."""
SAMPLES = 40
"""How often the memory is looked at."""
GROWTH = 1.2
"""By how much it may grow."""

# How often each is asked for at an edit, and when the author rests.
TYPING = {
    "completion": 0.3,
    "signatureHelp": 0.1,
    "documentHighlight": 0.1,
    "inlineCompletion": 0.05,
    "onTypeFormatting": 0.02,
}
RESTING = {
    "foldingRange": 1.0,
    "documentSymbol": 1.0,
    "inlayHint": 1.0,
    "codeAction": 0.7,
    "codeLens": 0.7,
    "documentLink": 0.5,
    "hover": 0.3,
    "definition": 0.1,
    "references": 0.05,
    "prepareRename": 0.05,
    "formatting": 0.03,
}
CANCELLED = 0.05
"""How many requests are taken back at once."""
SAVED = 0.2
"""How often the author saves when he rests."""

Place = dict[str, int]


class Editor:
    """An editor's end of the wire; a thread of its own reads what the server says."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "fastformula_server", "serve"]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.memory = psutil.Process(self.process.pid)
        self.ids = count(1)
        self.asked: dict[int, str] = {}
        self.results: dict[int, Any] = {}
        """What the requests that were waited for last have brought."""
        self.told: Counter[str] = Counter()
        self.failures: list[str] = []
        self._answers: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._sending = threading.Lock()
        threading.Thread(target=self._read, daemon=True).start()

    def send(self, method: str, params: object, **more: object) -> None:
        """A notification, or with an id a request."""
        self._write({"jsonrpc": "2.0", "method": method, "params": params, **more})

    def ask(self, method: str, params: object) -> int:
        """Send a request, whose answer is waited for later."""
        number = next(self.ids)
        self.asked[number] = method
        self.send(method, params, id=number)
        return number

    def wait(self) -> None:
        """Until all requests are answered, or patience ends."""
        self.results.clear()
        until = time.monotonic() + PATIENCE
        while self.asked and time.monotonic() < until:
            try:
                self._take(self._answers.get(timeout=PATIENCE))
            except queue.Empty:
                return

    def _take(self, answer: dict[str, Any]) -> None:
        method = self.asked.pop(answer["id"])
        error = answer.get("error")
        self.told[f"error {error['code']}" if error else "answered"] += 1
        # Who is told that the text has changed, or that he has cancelled, knows it.
        if error and error["code"] not in (-32800, -32801, -32803):
            self.failures.append(f"{method}: {error['message']}")
        self.results[answer["id"]] = answer.get("result")

    def sizes(self) -> tuple[float, float]:
        """The memory of the server, and of the processes that it started, in MB."""
        own = self.memory.memory_info().rss
        others = self.memory.children(recursive=True)
        return own / 2**20, sum(each.memory_info().rss for each in others) / 2**20

    def _write(self, message: object) -> None:
        body = json.dumps(message).encode()
        assert self.process.stdin
        with self._sending:
            self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
            self.process.stdin.flush()

    def _read(self) -> None:
        stream = self.process.stdout
        assert stream
        length = 0
        while header := stream.readline():
            if header.lower().startswith(b"content-length:"):
                length = int(header.split(b":")[1])
            if header.strip():
                continue
            message = json.loads(stream.read(length))
            if "method" not in message:
                self._answers.put(message)
            elif "id" in message:
                self._write({"jsonrpc": "2.0", "id": message["id"], "result": None})
            else:
                self.told[message["method"]] += 1
                said = message["params"].get("message", "")
                if message["method"] == "window/logMessage" and (
                    message["params"]["type"] == 1
                ):
                    self.failures.append(said)


class Author:
    """Somebody with one formula open, and the editor that he writes it in."""

    def __init__(
        self, editor: Editor, number: int, texts: list[str], dice: random.Random
    ) -> None:
        self.editor = editor
        self.dice = dice
        text = dice.choice(texts)
        uri = f"file:///formulas/day_{number}.ff"
        self.document = Document(uri, 1, text, LineIndex(text), "utf-16")
        self.steps = write(text, texts, dice)
        self.colours = ""
        """Which colours the server has told last."""
        item = {"uri": uri, "languageId": "fastformula", "version": 1, "text": text}
        editor.send("textDocument/didOpen", {"textDocument": item})

    @property
    def identifier(self) -> dict[str, object]:
        """The document, as the protocol names it."""
        return {"uri": self.document.uri}

    def edit(self) -> int:
        """Make one edit, ask what one asks then, and say where the cursor is."""
        step = next(self.steps)
        version = self.document.version + 1
        change = {"range": self._range(*step.edit.span), "text": step.edit.new_text}
        where = {**self.identifier, "version": version}
        self.editor.send(
            "textDocument/didChange",
            {"textDocument": where, "contentChanges": [change]},
        )
        # Half a surrogate pair counts as much as what the server takes it for.
        text = step.after.replace("\ud83d", "\ufffd")
        uri = self.document.uri
        self.document = Document(uri, version, text, LineIndex(text), "utf-16")
        cursor = step.edit.span.start + len(step.edit.new_text)
        for name, share in TYPING.items():
            if self.dice.random() < share:
                self._ask(name, cursor)
        return cursor

    def rest(self, cursor: int) -> None:
        """Ask what an editor asks when typing pauses, and wait for the answers."""
        for name, share in RESTING.items():
            if self.dice.random() < share:
                self._ask(name, cursor)
        if self.dice.random() < SAVED:
            saved = {"textDocument": self.identifier}
            self.editor.send("textDocument/didSave", saved)
        name = "semanticTokens/full" + ("/delta" if self.colours else "")
        number = self._ask(name, cursor)
        self.editor.wait()
        told = self.editor.results.get(number) or {}
        self.colours = told.get("resultId", self.colours)

    def close(self) -> None:
        """Close the formula."""
        closed = {"textDocument": self.identifier}
        self.editor.send("textDocument/didClose", closed)

    def _ask(self, name: str, cursor: int) -> int:
        number = self.editor.ask(f"textDocument/{name}", self._params(name, cursor))
        if self.dice.random() < CANCELLED:
            self.editor.send("$/cancelRequest", {"id": number})
        return number

    def _params(self, name: str, cursor: int) -> dict[str, object]:
        params: dict[str, object] = {"textDocument": self.identifier}
        tabs = {"tabSize": 2, "insertSpaces": True}
        whole = self._range(0, len(self.document.text))
        match name:
            case "inlayHint":
                return {**params, "range": whole}
            case "codeAction":
                here = self._range(cursor, cursor)
                return {**params, "range": here, "context": {"diagnostics": []}}
            case "semanticTokens/full/delta":
                return {**params, "previousResultId": self.colours}
            case "formatting":
                return {**params, "options": tabs}
        params["position"] = self._place(cursor)
        match name:
            case "inlineCompletion":
                params["context"] = {"triggerKind": 2}
            case "references":
                params["context"] = {"includeDeclaration": True}
            case "onTypeFormatting":
                params |= {"ch": "\n", "options": tabs}
        return params

    def _range(self, start: int, end: int) -> dict[str, Place]:
        return {"start": self._place(start), "end": self._place(end)}

    def _place(self, offset: int) -> Place:
        line, character = self.document.place(offset)
        return {"line": line, "character": character}


def soak(edits: int) -> list[str]:
    """Let authors make so many edits; what went wrong, in sentences."""
    dice = random.Random(1)
    texts = read(OWN)
    editor = Editor()
    editor.ask("initialize", {"processId": None, "capabilities": {}})
    editor.wait()
    editor.send("initialized", {})
    numbers = count(1)
    authors = [Author(editor, next(numbers), texts, dice) for _ in range(OPEN)]
    sizes: list[tuple[float, float]] = []
    begun = time.monotonic()
    made = 0
    while made < edits and not editor.asked:
        at = dice.randrange(OPEN)
        if dice.random() < BURST / VISIT:
            authors[at].close()
            authors[at] = Author(editor, next(numbers), texts, dice)
        for _ in range(dice.randint(1, 2 * BURST - 1)):
            cursor = authors[at].edit()
            made += 1
        authors[at].rest(cursor)
        if made >= (len(sizes) + 1) * edits / SAMPLES:
            sizes.append(editor.sizes())
            own, model = sizes[-1]
            print(
                f"{made:>9,} edits  {time.monotonic() - begun:>6,.0f} s  "
                f"server {own:>4.0f} MB  model {model:>4.0f} MB  "
                f"{editor.told['answered']:,} answers",
                flush=True,
            )
    problems = [f"not answered: {method}" for method in editor.asked.values()]
    problems += dict.fromkeys(editor.failures)
    editor.process.kill()
    editor.process.wait()
    print(dict(editor.told))
    for name, each in zip(("server", "model"), zip(*sizes, strict=True), strict=True):
        problems += _grown(name, each)
    return problems


def _grown(name: str, sizes: Sequence[float]) -> Iterator[str]:
    """Whether memory has grown, in a sentence."""
    # What is loaded when it is first needed has been by the end of the first tenth.
    tenth = max(1, len(sizes) // 10)
    first = statistics.median(sizes[tenth : 2 * tenth])
    last = statistics.median(sizes[-tenth:])
    print(f"memory of the {name}: {first:.0f} MB, at the end {last:.0f} MB")
    if last > first * GROWTH:
        yield f"The memory of the {name} grew from {first:.0f} to {last:.0f} MB."


def main(edits: int) -> None:
    """Soak a server, and exit with 1 where something went wrong."""
    problems = soak(edits)
    for each in problems:
        print(each)
    sys.exit(bool(problems))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else EDITS)
