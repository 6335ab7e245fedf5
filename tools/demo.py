"""Show the whole path on an example: check, complete, train, complete with that.

Everything happens as it does for an author: the server runs as a process of its own
and is spoken to over stdio, and the model is trained by the bundled command.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

from fastformula import Diagnostic, LineIndex, Position, Severity, Span
from fastformula.diagnostic import render
from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient
from rich.console import Console
from rich.syntax import Syntax
from rich.text import Text

ROOT = Path(__file__).parents[1]
DRAFT = ROOT / "docs" / "examples" / "overtime_premium_draft.ff"
FINISHED = ROOT / "docs" / "examples" / "overtime_premium.ff"
WORK = ROOT / "runs" / "demo"

CURSORS = (
    "l_overtime_pay = 0\nl_paid_days = ",
    "WHILE hours_per_day.EXISTS(",
    "  l_day = hours_per_day.NEXT(",
)
"""Where the cursor is put: behind these, with the rest of the line not yet typed."""

SEVERITIES = {
    lsp.DiagnosticSeverity.Error: Severity.ERROR,
    lsp.DiagnosticSeverity.Warning: Severity.WARNING,
    lsp.DiagnosticSeverity.Information: Severity.INFORMATION,
    lsp.DiagnosticSeverity.Hint: Severity.HINT,
}

console = Console(highlight=False)


class Editor:
    """A client that opens one file and asks about it, as an editor would."""

    def __init__(self, path: Path, completion: dict[str, object]) -> None:
        self.path = path
        self.uri = path.as_uri()
        self.completion = completion
        self.client = LanguageClient("demo", "1")
        self.version = 0

    async def start(self) -> float:
        """Start the server; seconds until it has answered `initialize`."""

        @self.client.feature(lsp.WINDOW_LOG_MESSAGE)
        def logged(params: lsp.LogMessageParams) -> None:
            if params.type == lsp.MessageType.Error:
                console.print(f"server: {params.message}", style="red")

        started = perf_counter()
        await self.client.start_io(sys.executable, "-m", "fastformula_server", "serve")
        await self.client.initialize_async(
            lsp.InitializeParams(
                capabilities=lsp.ClientCapabilities(
                    general=lsp.GeneralClientCapabilities(
                        position_encodings=[lsp.PositionEncodingKind.Utf32]
                    ),
                    text_document=lsp.TextDocumentClientCapabilities(
                        diagnostic=lsp.DiagnosticClientCapabilities(),
                        inline_completion=lsp.InlineCompletionClientCapabilities(),
                    ),
                ),
                root_uri=ROOT.as_uri(),
                initialization_options={"completion": self.completion},
            )
        )
        seconds = perf_counter() - started
        self.client.initialized(lsp.InitializedParams())
        return seconds

    async def open(self, text: str) -> list[lsp.Diagnostic]:
        """Open the file with `text`; all that is wrong in it."""
        self.version += 1
        if self.version == 1:
            item = lsp.TextDocumentItem(self.uri, "fastformula", self.version, text)
            self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
        else:
            self.client.text_document_did_change(
                lsp.DidChangeTextDocumentParams(
                    lsp.VersionedTextDocumentIdentifier(self.version, self.uri),
                    [lsp.TextDocumentContentChangeWholeDocument(text)],
                )
            )
        document = lsp.TextDocumentIdentifier(self.uri)
        report = await self.client.text_document_diagnostic_async(
            lsp.DocumentDiagnosticParams(document)
        )
        return list(getattr(report, "items", ()))

    async def ask(self, text: str, offset: int) -> tuple[str, float]:
        """Ghost text at `offset` and the milliseconds until it came."""
        place = LineIndex(text).position(offset)
        started = perf_counter()
        answer = await self.client.text_document_inline_completion_async(
            lsp.InlineCompletionParams(
                lsp.InlineCompletionContext(lsp.InlineCompletionTriggerKind.Invoked),
                lsp.TextDocumentIdentifier(self.uri),
                lsp.Position(place.line, place.column),
            )
        )
        milliseconds = (perf_counter() - started) * 1000
        items: Sequence[Any] = getattr(answer, "items", answer) or ()
        return (str(items[0].insert_text) if items else ""), milliseconds

    async def stop(self) -> None:
        """End the server in good order."""
        await self.client.shutdown_async(None)
        self.client.exit(None)
        await self.client.stop()


def heading(text: str) -> None:
    """Say what comes next."""
    console.print()
    console.rule(f"[bold]{text}", align="left")


def draw(text: str, diagnostics: Sequence[lsp.Diagnostic], path: Path) -> str:
    """What the server reported, as the command line draws it."""
    index = LineIndex(text)

    def offset(position: lsp.Position) -> int:
        return index.offset(Position(position.line, position.character))

    found = [
        Diagnostic(
            str(each.code),
            SEVERITIES[each.severity or lsp.DiagnosticSeverity.Error],
            Span(offset(each.range.start), offset(each.range.end)),
            str(each.message),
        )
        for each in diagnostics
    ]
    return render(text, found, path.name)


async def show_checks() -> None:
    """Open the draft, and show what is wrong with it."""
    heading("1. A formula is checked as it is typed")
    editor = Editor(DRAFT, {"backend": "off"})
    seconds = await editor.start()
    text = DRAFT.read_text(encoding="utf-8")
    started = perf_counter()
    diagnostics = await editor.open(text)
    milliseconds = (perf_counter() - started) * 1000
    console.print(draw(text, diagnostics, DRAFT), markup=False, soft_wrap=True)
    console.print(
        f"{len(diagnostics)} mistakes in {len(text.splitlines())} lines, all at once: "
        f"server started in {seconds:.2f} s, answered in {milliseconds:.0f} ms."
    )
    await editor.stop()


async def show_ghost_text(completion: dict[str, object]) -> None:
    """Ask for completions in the finished formula, with a line cut off."""
    editor = Editor(FINISHED, completion)
    await editor.start()
    whole = FINISHED.read_text(encoding="utf-8")
    await editor.open(whole)
    # The model is loaded in the background; an author's first pause is longer.
    await editor.ask(whole, len(whole))
    for typed in CURSORS:
        offset = whole.index(typed) + len(typed)
        line_end = whole.index("\n", offset)
        text = whole[:offset] + whole[line_end:]
        await editor.open(text)
        ghost, milliseconds = await editor.ask(text, offset)
        show_completion(text, offset, ghost, milliseconds)
    await editor.stop()


def show_completion(text: str, offset: int, ghost: str, milliseconds: float) -> None:
    """The line with the cursor, and the ghost text dim behind it."""
    index = LineIndex(text)
    number = index.position(offset).line
    start = index.starts[max(0, number - 2)]
    shown = Text(text[start:offset])
    shown.append(ghost or "(nothing offered)", style="italic bright_black reverse")
    console.print(shown, soft_wrap=True)
    console.print(f"  line {number + 1}, {milliseconds:.0f} ms\n", style="dim")


def train_adapter() -> Path:
    """Prepare data, make a tiny base once, and train an adapter on it; the adapter."""
    heading("3. An adapter is trained on formulas, with the bundled command")
    formulas, data, seed = WORK / "formulas", WORK / "data", WORK / "seed"
    documents = formulas / "documents.jsonl"
    base, run = WORK / "base" / "model", WORK / "run"
    recipes = ROOT / "training" / "recipes"
    if not base.is_dir():
        console.print("A tiny base model is made first; later demos reuse it.\n")
        run_training("synthesize", "--count", "150", "--seed", "11", "--out", formulas)
        run_training("prepare", documents, "--out", data)
        run_training(
            "init", f"documents={documents}", f"output={seed}", "architecture=llama",
            "hidden=128", "layers=2", "heads=2", "vocabulary=1024",
        )  # fmt: skip
        run_training(
            "train", recipes / "cpu-base.toml", f"base={seed}", f"data={data}",
            f"output={base.parent}", "max_steps=800", "context=256", "threads=1",
        )  # fmt: skip
    shutil.rmtree(run, ignore_errors=True)
    run_training(
        "train", recipes / "cpu-tiny.toml", f"base={base}", f"data={data}",
        f"output={run}", "max_steps=40", "context=256", "threads=1",
    )  # fmt: skip
    return run / "adapter"


def run_training(*arguments: str | Path) -> None:
    """Run `fastformula-train` as an author would, its output on this terminal."""
    words = [str(word) for word in arguments]
    shown = " ".join(words).replace(f"{ROOT}{os.sep}", "")
    console.print(f"[bold]$ fastformula-train {shown}", soft_wrap=True)
    subprocess.run([sys.executable, "-m", "fastformula_training", *words], check=True)


def show_how_to_attach() -> None:
    """What an author does next."""
    heading("5. Attach your editor")
    console.print(
        "VS Code   cd editors/vscode && npm ci && npm run package\n"
        "          code --install-extension fastformula.vsix\n"
        "Neovim    copy or link editors/neovim into your runtime path, then\n"
        "          vim.lsp.enable('fastformula')            (0.11 and later)"
    )
    console.print(
        Syntax(
            "vim.opt.runtimepath:append('/path/to/editors/neovim')\n"
            "require('fastformula').setup()",
            "lua",
            background_color="default",
        )
    )
    console.print("More: README.md, docs/editors.md, docs/settings.md")


def main() -> None:
    """Show it all, or only what needs no training."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--no-training", action="store_true")
    training = not parser.parse_args().no_training
    started = perf_counter()
    asyncio.run(show_checks())
    heading("2. Ghost text from the model that ships with the package, on this CPU")
    asyncio.run(show_ghost_text({"backend": "embedded"}))
    if training:
        adapter = train_adapter()
        heading("4. The server completes with that adapter")
        console.print(
            "A base of two layers knows little; what counts is the way: the same "
            "commands train DeepSeek-Coder or Qwen2.5-Coder on a GPU.\n",
            style="dim",
        )
        asyncio.run(show_ghost_text({"backend": "local", "adapter": str(adapter)}))
    show_how_to_attach()
    console.print(f"\nDone in {perf_counter() - started:.0f} s.", style="bold")


if __name__ == "__main__":
    main()
