"""What editors see: sessions over real stdio, as VS Code and as Neovim.

On the line of every place that is asked for stand an emoji and a U+2028 before it, so
that columns differ in every encoding, and so do lines for who breaks them at U+2028.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import AsyncIterator
from itertools import count
from typing import Any

import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

pytestmark = pytest.mark.asyncio(loop_scope="module")

GHOST = "l_hours * l_rate"
WIDTHS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}
ODD = "/* 😀 pasted\u2028 */ "
URIS = (f"file:///formulas/sample{number}.ff" for number in count())


def vscode() -> types.ClientCapabilities:
    return client_capabilities("visual-studio-code")


def vscode_pulling() -> types.ClientCapabilities:
    capabilities = vscode()
    assert capabilities.text_document
    capabilities.text_document.diagnostic = types.DiagnosticClientCapabilities()
    return capabilities


def neovim() -> types.ClientCapabilities:
    return client_capabilities("neovim")


def neovim_utf32() -> types.ClientCapabilities:
    capabilities = neovim()
    assert capabilities.general
    capabilities.general.position_encodings = [types.PositionEncodingKind.Utf32]
    return capabilities


PROFILES = {
    "vscode": (vscode, "utf-16"),
    "vscode-pulling": (vscode_pulling, "utf-16"),
    "neovim": (neovim, "utf-8"),
    "neovim-utf-32": (neovim_utf32, "utf-32"),
}


def agree(*_params: object) -> None:
    """What a client answers to a request that asks for nothing back."""


@pytest_lsp.fixture(
    config=ClientServerConfig(
        server_command=[sys.executable, "-m", "fastformula_server", "serve"],
        server_env={
            name: value
            for name, value in os.environ.items()
            if not name.startswith("FASTFORMULA_")
        },
    ),
    scope="module",
    params=PROFILES,
)
async def client(
    request: pytest.FixtureRequest, lsp_client: LanguageClient
) -> AsyncIterator[None]:
    make, encoding = PROFILES[request.param]
    capabilities = make()
    assert capabilities.text_document
    capabilities.text_document.inline_completion = (
        types.InlineCompletionClientCapabilities()
    )
    lsp_client.feature(types.CLIENT_REGISTER_CAPABILITY)(agree)
    result = await lsp_client.initialize_session(
        types.InitializeParams(
            capabilities=capabilities,
            initialization_options={
                "completion": {
                    "backend": "fake",
                    "answers": [GHOST],
                    "debounceMilliseconds": 0,
                }
            },
        )
    )
    assert result.capabilities.position_encoding == encoding
    assert result.capabilities.inline_completion_provider is not None
    yield
    await lsp_client.shutdown_session()
    assert lsp_client._server is not None
    assert lsp_client._server.returncode == 0
    assert not lsp_client.messages, "a pop-up"


class Editor:
    """A document that is open, in the words of the test."""

    def __init__(self, client: LanguageClient, text: str) -> None:
        self.client = client
        self.text = text
        self.version = 1
        self.uri = next(URIS)
        self.identifier = types.TextDocumentIdentifier(self.uri)
        assert client.capabilities and client.capabilities.text_document
        self.pulls = client.capabilities.text_document.diagnostic is not None
        general = client.capabilities.general
        offered = general.position_encodings if general else None
        self.encoding = offered[0] if offered else "utf-16"
        client.text_document_did_open(
            types.DidOpenTextDocumentParams(
                types.TextDocumentItem(self.uri, "fastformula", 1, text)
            )
        )

    def position(self, offset: int) -> types.Position:
        """Counted as the protocol says, without any of our code."""
        lines = re.split(r"\r\n|\r|\n", self.text[:offset])
        codec, width = WIDTHS[self.encoding]
        return types.Position(len(lines) - 1, len(lines[-1].encode(codec)) // width)

    def range(self, start: int, end: int) -> types.Range:
        return types.Range(self.position(start), self.position(end))

    def behind(self, words: str) -> types.Position:
        return self.position(self.text.index(words) + len(words))

    def of(self, words: str) -> types.Range:
        start = self.text.index(words)
        return self.range(start, start + len(words))

    def replace(self, words: str, new: str) -> None:
        self.version += 1
        change = types.TextDocumentContentChangePartial(self.of(words), new)
        self.text = self.text.replace(words, new, 1)
        self.client.text_document_did_change(
            types.DidChangeTextDocumentParams(
                types.VersionedTextDocumentIdentifier(self.version, self.uri), [change]
            )
        )

    async def diagnostics(self) -> list[types.Diagnostic]:
        """What the editor shows for the present version."""
        if self.pulls:
            return list((await self.pull()).items)
        # Diagnostics of a short text are sent before what comes later is answered.
        await self.hover(types.Position(0, 0))
        return list(self.client.diagnostics[self.uri])

    async def pull(self, previous: str | None = None) -> Any:
        return await self.client.text_document_diagnostic_async(
            types.DocumentDiagnosticParams(self.identifier, previous_result_id=previous)
        )

    async def hover(self, position: types.Position) -> types.Hover | None:
        return await self.client.text_document_hover_async(
            types.HoverParams(self.identifier, position)
        )

    async def ghost(
        self,
        position: types.Position,
        *,
        manual: bool = False,
        selected: types.SelectedCompletionInfo | None = None,
    ) -> list[types.InlineCompletionItem]:
        kind = types.InlineCompletionTriggerKind
        context = types.InlineCompletionContext(
            kind.Invoked if manual else kind.Automatic, selected
        )
        result = await self.client.text_document_inline_completion_async(
            types.InlineCompletionParams(context, self.identifier, position)
        )
        assert isinstance(result, types.InlineCompletionList)
        return list(result.items)


FORMULA = f"""\
DEFAULT FOR l_rate IS 0\r
INPUTS ARE l_hours, l_rate\r
{ODD}l_pay = GREATEST(l_hours, l_rate)\r
IF l_pay > 10 THEN\r
(\r
  {ODD}l_pay = 10\r
)\r
RETURN l_pay\r
"""


async def test_diagnostics_come_and_go_while_one_types(client: LanguageClient) -> None:
    editor = Editor(client, FORMULA)
    assert await editor.diagnostics() == []

    editor.replace("l_pay = 10", "l_pay = 10 +")
    (mistake,) = await editor.diagnostics()
    assert mistake.severity == types.DiagnosticSeverity.Error
    assert mistake.source == "fastformula"
    assert str(mistake.code).startswith("syntax")
    assert mistake.message
    assert mistake.range.start.line == editor.of("10 +").start.line

    editor.replace("10 +", "10 + l_pay")
    assert await editor.diagnostics() == []


async def test_a_diagnostic_is_where_the_mistake_is(client: LanguageClient) -> None:
    editor = Editor(client, f"{ODD}l_pay == 10 {ODD}\nRETURN l_pay\n")
    (mistake,) = await editor.diagnostics()
    assert mistake.range == editor.of("==")


async def test_diagnostics_are_either_sent_or_asked_for(client: LanguageClient) -> None:
    editor = Editor(client, "l_pay = \n")
    await editor.hover(editor.behind("l_pay"))
    assert (editor.uri in client.diagnostics) != editor.pulls


async def test_an_unchanged_document_is_not_reported_twice(
    client: LanguageClient,
) -> None:
    editor = Editor(client, "l_pay = \nRETURN l_pay\n")
    if not editor.pulls:
        pytest.skip("this client is sent its diagnostics")
    first = await editor.pull()
    again = await editor.pull(first.result_id)
    assert (first.kind, again.kind) == ("full", "unchanged")
    editor.replace("l_pay = ", "l_pay = 1")
    changed = await editor.pull(first.result_id)
    assert (changed.kind, list(changed.items)) == ("full", [])


async def test_a_closed_document_has_no_diagnostics(client: LanguageClient) -> None:
    editor = Editor(client, "l_pay = \n")
    assert await editor.diagnostics() != []
    client.text_document_did_close(types.DidCloseTextDocumentParams(editor.identifier))
    assert await editor.diagnostics() == []
    assert await editor.hover(types.Position(0, 1)) is None


async def test_a_long_formula_ends_with_the_diagnostics_of_its_last_version(
    client: LanguageClient,
) -> None:
    lines = "".join(f"l_{n} = GREATEST(l_hours, {n}) * 2\n" for n in range(1500))
    editor = Editor(client, f"{lines}{ODD}l_pay = 1\nRETURN l_pay\n")
    for typed in ("l_pay = 12", "l_pay = 12 ", "l_pay = 12 +"):
        editor.replace(editor.text.splitlines()[-2].split("*/ ")[-1], typed)
    found = await editor.diagnostics() if editor.pulls else []
    while not (mistakes := [each for each in found if "syntax" in str(each.code)]):
        await client.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        found = list(client.diagnostics.get(editor.uri, ()))
    (mistake,) = mistakes
    assert mistake.range.start.line >= 1500


async def test_a_fix_mends_what_it_belongs_to(client: LanguageClient) -> None:
    editor = Editor(client, f"{ODD}l_pay == 10\nRETURN l_pay\n")
    (mistake,) = await editor.diagnostics()
    context = types.CodeActionContext([mistake])
    actions = await client.text_document_code_action_async(
        types.CodeActionParams(editor.identifier, mistake.range, context)
    )
    assert actions
    (action,) = actions
    assert isinstance(action, types.CodeAction)
    assert action.kind == types.CodeActionKind.QuickFix
    assert action.edit and action.edit.changes
    (edit,) = action.edit.changes[editor.uri]
    assert (edit.range, edit.new_text) == (editor.of("=="), "=")


async def test_hover_explains_the_word_under_the_cursor(
    client: LanguageClient,
) -> None:
    editor = Editor(client, FORMULA)
    shown = await editor.hover(editor.behind("GREA"))
    assert shown and isinstance(shown.contents, types.MarkupContent)
    assert "GREATEST" in shown.contents.value
    assert shown.range == editor.of("GREATEST")
    assert await editor.hover(editor.behind("/* ")) is None


async def test_completion_replaces_the_word_that_is_typed(
    client: LanguageClient,
) -> None:
    editor = Editor(client, f"{ODD}l_pay = GREA\nRETURN l_pay\n")
    result = await client.text_document_completion_async(
        types.CompletionParams(editor.identifier, editor.behind("GREA"))
    )
    assert isinstance(result, types.CompletionList)
    greatest = next(item for item in result.items if item.label == "GREATEST")
    assert isinstance(greatest.text_edit, types.TextEdit)
    assert greatest.text_edit.range == editor.of("GREA")
    assert greatest.text_edit.new_text.startswith("GREATEST")
    assert greatest.kind == types.CompletionItemKind.Function
    assert "l_pay" in {item.label for item in result.items}
    assert "IF" not in {item.label for item in result.items}


async def test_the_outline_and_what_folds(client: LanguageClient) -> None:
    editor = Editor(client, FORMULA)
    symbols = await client.text_document_document_symbol_async(
        types.DocumentSymbolParams(editor.identifier)
    )
    assert symbols
    shown = {symbol.name: symbol for symbol in symbols}
    block = shown["IF l_pay > 10"]
    assert isinstance(block, types.DocumentSymbol)
    assert [child.name for child in block.children or ()] == ["l_pay"]
    assert block.range.start == editor.of("IF l_pay").start
    folds = await client.text_document_folding_range_async(
        types.FoldingRangeParams(editor.identifier)
    )
    assert folds
    assert (3, 5) in {(fold.start_line, fold.end_line) for fold in folds}


async def test_ghost_text_stands_at_the_cursor(client: LanguageClient) -> None:
    editor = Editor(client, f"{ODD}l_pay = \nRETURN l_pay\n")
    for manual in (True, False):
        (item,) = await editor.ghost(editor.behind("l_pay = "), manual=manual)
        assert item.insert_text == GHOST
        cursor = editor.behind("l_pay = ")
        assert item.range == types.Range(cursor, cursor)


async def test_there_is_no_ghost_text_in_a_comment_or_an_unknown_document(
    client: LanguageClient,
) -> None:
    editor = Editor(client, f"{ODD}l_pay = 1\n")
    assert await editor.ghost(editor.behind("pasted")) == []
    editor.identifier = types.TextDocumentIdentifier("file:///never/opened.ff")
    assert await editor.ghost(types.Position(0, 0)) == []


async def test_ghost_text_goes_on_from_the_item_that_is_selected(
    client: LanguageClient,
) -> None:
    editor = Editor(client, f"{ODD}l_p\nRETURN l_pay\n")
    selected = types.SelectedCompletionInfo(editor.of("l_p"), "l_pay = ")
    (item,) = await editor.ghost(editor.behind("l_p"), selected=selected)
    assert item.insert_text == f"l_pay = {GHOST}"
    assert item.range == editor.of("l_p")


async def test_edits_before_an_odd_character_arrive_where_they_were_made(
    client: LanguageClient,
) -> None:
    editor = Editor(client, f"{ODD}l_pay = 1 {ODD}\nRETURN l_pay\n")
    editor.replace("😀", "𝒳é")
    editor.replace("l_pay = 1", "l_pay == 1")
    (mistake,) = await editor.diagnostics()
    assert mistake.range == editor.of("==")
