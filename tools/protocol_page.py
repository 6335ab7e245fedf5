"""The page of the documentation that says what the server does with each method."""

from __future__ import annotations

import re
from pathlib import Path

from fastformula_server.executing import COMMANDS
from fastformula_server.handlers import ALL_FEATURES
from fastformula_server.protocol import OUTLIVING, SHOWN
from fastformula_server.server import FormulaServer
from lsprotocol import types

SERVER = Path(__file__).parents[1] / "server/fastformula_server"

_INTRODUCTION = """\
<!-- Written by tools/generate.py from server/fastformula_server; do not edit. -->

# The Language Server Protocol

What the server does with each method of version 3.18, made from its tables of handlers
and from its code. Clients that ask for what is not there get an error, as the protocol
wants; none asks, as nothing else is advertised.

Positions are counted in UTF-8, UTF-16 or UTF-32, whichever the client names first. A
diagnostic links to the page of its rule where the client can ask for documents that are
no files, and says as its `data` which `fixes` there are, by their titles, and whether
the first is `safe`, which is one that is made when all is mended at once.

A request about a text is given up when the text changes before there is an answer. It
is answered with the error ContentModified at once: editors keep what they show and ask
again. Where Neovim would show its author that error, the answer is null:

{shown}

Only these go on, as their answers are of use all the same:

{outliving}

A request that is cancelled is answered with RequestCancelled at once, and work that has
not begun is not done. Where we fail, the answer is null and the client's log says what
failed and where in our code, without a word of any formula: editors make a pop-up of
an error."""

_KINDS = {
    "clientToServer": "What clients send",
    "both": "What either sends",
    "serverToClient": "What the server sends",
}

_ABSENT = {
    "textDocument/colorPresentation": "Formulas have no colours.",
    "textDocument/documentColor": "Formulas have no colours.",
    "textDocument/declaration": "The same as the definition.",
    "textDocument/implementation": "The same as the definition.",
    "textDocument/typeDefinition": "The nine types are defined nowhere.",
    "textDocument/prepareTypeHierarchy": "The nine types have no hierarchy.",
    "typeHierarchy/subtypes": "The nine types have no hierarchy.",
    "typeHierarchy/supertypes": "The nine types have no hierarchy.",
    "textDocument/moniker": "Formulas are known by their names in one pod only.",
    "textDocument/inlineValue": "There is no debugger that would ask.",
    "notebookDocument/didChange": "Formulas stand in no notebooks.",
    "notebookDocument/didClose": "Formulas stand in no notebooks.",
    "notebookDocument/didOpen": "Formulas stand in no notebooks.",
    "notebookDocument/didSave": "Formulas stand in no notebooks.",
    "textDocument/willSave": "Nothing is done before a save.",
    "textDocument/willSaveWaitUntil": "Editors ask for the fixes and the layout.",
    "workspace/didCreateFiles": "Watched files say the same.",
    "workspace/didDeleteFiles": "Watched files say the same.",
    "workspace/didRenameFiles": "Watched files say the same.",
    "workspace/willCreateFiles": "A new formula changes no other.",
    "workspace/willDeleteFiles": "Who calls it is told so as a warning.",
    "client/unregisterCapability": "Files are watched to the end.",
    "$/logTrace": "Nothing is traced.",
    "workspace/inlineValue/refresh": "There is no debugger that would ask.",
    "workspace/workspaceFolders": "Clients tell of their folders when they start.",
    "documentLink/resolve": "Links are sent whole.",
    "inlayHint/resolve": "Hints are sent whole.",
    "workspaceSymbol/resolve": "Symbols are sent whole.",
    "telemetry/event": "Nothing is told to anybody.",
    "window/showMessage": "Nothing of ours is a pop-up; the log has it.",
    "window/showMessageRequest": "Nothing of ours is a pop-up; the log has it.",
    "workspace/diagnostic": "`fastformula check` looks at whole folders.",
    "workspace/textDocumentContent/refresh": "Pages of rules never change.",
}
"""Why a method is not there, where that is not plain."""

_OWN = """\
`fastformula/status` is sent to clients that have the name, set to true, among their
experimental capabilities: how the model is doing, as `kind` and `message`.
`fastformula/testsChanged` is sent to those that have `{"fastformula": {"tests": true}}`
there: the cases are others now. They have a place of their own for tests, and get no
code lenses for them.

Commands take one object, with `textDocument` in it. Where nothing comes of one, its
answer has `failure`, a sentence. Tests are asked for and told of as follows, with
ranges as everywhere; open texts count as they are, saved or not.

```
fastformula/tests     {textDocument?} -> {files: [{
    uri, formula: uri | null, error?, cases: [{name, range}] }]}
fastformula/runTests  {tests: [{uri, names?}], coverage?} -> {
    results: [{
        uri, name, range, passed, seconds, message, steps: [text],
        differences: [{name, expected, actual, text}], location?: {uri, range} }],
    coverage?: [{
        uri, statements: [{range, count}],
        branches: [{range, taken: [{label, count}] }] }] }
fastformula.runFormula   {textDocument, name?} -> {
    returns, log, error, text, missing?: {kind, name, type} }
fastformula.testFormula  {textDocument, name?, names?} -> as fastformula/runTests
fastformula.newTestCase  {textDocument} -> {uri, applied?, edit?}
```

`location` is the statement of a formula that gave the wrong value or could not be
carried out. With a `partialResultToken` the results are sent as parts, `{results}`,
and are not in the answer; a run ends between two cases when it is cancelled."""
"""What no handler's docstring says of methods that are no part of the protocol."""

_TRANSPORT = {
    "$/cancelRequest": "Ends what was asked for, where it is still being worked out.",
    "$/setTrace": "Taken note of.",
    "window/workDoneProgress/cancel": "Taken note of.",
    "workspace/executeCommand": "Runs a command of ours.",
}
"""What pygls does for us."""


def protocol_page() -> str:
    """docs/protocol.md: every method of the protocol, and what becomes of it."""
    done = {
        method: (handler.__doc__ or "").splitlines()[0]
        for method, handler, _ in ALL_FEATURES
    }
    builtin = FormulaServer().protocol.fm.builtin_features
    for method, words in _TRANSPORT.items():
        if method in builtin or method.startswith("$/"):
            done.setdefault(method, words)
    done |= dict.fromkeys(_sent(), "Sent.")
    lists = {"shown": _listed(SHOWN), "outliving": _listed(OUTLIVING)}
    parts = [_INTRODUCTION.format(**lists)]
    for direction, title in _KINDS.items():
        rows = [
            f"| `{method}` | {_row(method, done)} |"
            for method in sorted(types.METHOD_TO_TYPES, key=str.lower)
            if types.message_direction(method) == direction
        ]
        header = ("| Method | | What becomes of it |", "| --- | --- | --- |")
        parts += [f"## {title}", "\n".join([*header, *rows])]
    header = ("| Method or command | What becomes of it |", "| --- | --- |")
    table = "\n".join([*header, *_own_rows(done)])
    parts += ["## What is ours alone", table, _OWN]
    return "\n\n".join(parts) + "\n"


def _own_rows(done: dict[str, str]) -> list[str]:
    commands = {
        name: (command.__doc__ or "").splitlines()[0]
        for name, command in COMMANDS.items()
    }
    own = {name: said for name, said in done.items() if name.startswith("fastformula/")}
    return [f"| `{name}` | {said} |" for name, said in sorted((own | commands).items())]


def _listed(methods: frozenset[str]) -> str:
    return "\n".join(f"* `{method}`" for method in sorted(methods))


def _row(method: str, done: dict[str, str]) -> str:
    if method in done:
        return f"yes | {done[method]}"
    return f"no | {_ABSENT.get(method, '')}".rstrip()


def _sent() -> list[str]:
    """The methods to clients that some line of the server calls."""
    code = "\n".join(
        path.read_text(encoding="utf-8") for path in sorted(SERVER.glob("*.py"))
    )
    called = {name.removesuffix("_async") for name in re.findall(r"\.(\w+)\(", code)}
    if "work_done_progress" in code:
        called |= {"progress", "window_work_done_progress_create"}
    return [
        method
        for method in types.METHOD_TO_TYPES
        if types.message_direction(method) != "clientToServer"
        and _name(method) in called
    ]


def _name(method: str) -> str:
    """What pygls calls the function that sends `method`."""
    words = re.sub(r"([A-Z])", r"_\1", method.removeprefix("$/").replace("/", "_"))
    return words.lower()
