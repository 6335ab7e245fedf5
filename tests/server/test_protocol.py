"""What editors see: sessions over real stdio, as VS Code and as Neovim.

On the line of every place that is asked for stand an emoji and a U+2028 before it, so
that columns differ in every encoding, and so do lines for who breaks them at U+2028.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator, Sequence
from itertools import count
from typing import Any

import pytest
import pytest_lsp
from fastformula.editor.semantic_tokens import TOKEN_TYPES
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

pytestmark = pytest.mark.asyncio(loop_scope="module")

GHOST = "40 * 25.5"
WIDTHS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}
ODD = "/* 😀 pasted\u2028 */ "
URIS = (f"file:///formulas/sample{number}.ff" for number in count())


def vscode() -> types.ClientCapabilities:
    return client_capabilities("visual-studio-code")


def vscode_pulling() -> types.ClientCapabilities:
    capabilities = vscode()
    assert capabilities.text_document
    capabilities.text_document.diagnostic = types.DiagnosticClientCapabilities()
    assert capabilities.workspace
    capabilities.workspace.text_document_content = (
        types.TextDocumentContentClientCapabilities(dynamic_registration=True)
    )
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

    def offset(self, position: types.Position) -> int:
        """The other way round."""
        starts = [0, *(each.end() for each in re.finditer(r"\r\n|\r|\n", self.text))]
        start = starts[position.line]
        codec, width = WIDTHS[self.encoding]
        line = self.text[start:].encode(codec)
        return start + len(line[: width * position.character].decode(codec))

    def made(self, edits: Sequence[types.TextEdit | Any]) -> str:
        """The text with the edits made."""
        text = self.text
        for edit in sorted(edits, key=lambda each: -self.offset(each.range.start)):
            start, end = self.offset(edit.range.start), self.offset(edit.range.end)
            text = text[:start] + edit.new_text + text[end:]
        return text

    async def diagnostics(self) -> list[types.Diagnostic]:
        """What the editor shows for the present version."""
        if self.pulls:
            return list((await self.pull()).items)
        # Diagnostics of a short text are sent before what comes later is answered.
        await self.hover(types.Position(0, 0))
        return list(self.client.diagnostics[self.uri])

    async def mistakes(self) -> list[types.Diagnostic]:
        """What it shows once the author pauses, who has written something wrong."""
        async with asyncio.timeout(60):
            while not (found := await self.diagnostics()):
                await asyncio.sleep(0.02)
        return found

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
    (mistake,) = await editor.mistakes()
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
    context = types.CodeActionContext([mistake], only=[types.CodeActionKind.QuickFix])
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


async def test_a_diagnostic_tells_of_its_fixes_and_leads_to_the_page_of_its_rule(
    client: LanguageClient,
) -> None:
    excused = "/* fastformula: ignore unused-local tried by hand */"
    text = f"{ODD}l_tax = 1 {excused}\n{ODD}l_pay := 1\nRETURN l_pay\n"
    editor = Editor(client, text)
    (mistake,) = await editor.diagnostics()
    assert mistake.data == {"fixes": ["Replace by `=`"], "safe": True}
    links = await client.text_document_document_link_async(
        types.DocumentLinkParams(editor.identifier)
    )
    assert client.capabilities and client.capabilities.workspace
    if client.capabilities.workspace.text_document_content is None:
        assert mistake.code_description is None and not links
        return
    assert mistake.code_description
    page = await client.workspace_text_document_content_async(
        types.TextDocumentContentParams(mistake.code_description.href)
    )
    assert "assigned with `=`" in page.text
    (link,) = links or ()
    assert link.range == editor.of("unused-local")
    page = await client.workspace_text_document_content_async(
        types.TextDocumentContentParams(str(link.target))
    )
    assert page.text.startswith("# unused-local")


async def test_all_mistakes_of_a_kind_are_mended_at_once(
    client: LanguageClient,
) -> None:
    text = f"{ODD}l_pay := 10\n{ODD}l_tax := 1 == 2\nRETURN l_pay, l_tax\n"
    editor = Editor(client, text)
    place = editor.of(":=")
    actions = await client.text_document_code_action_async(
        types.CodeActionParams(editor.identifier, place, types.CodeActionContext([]))
    )
    action = next(each for each in actions or () if "all of" in each.title)
    assert isinstance(action, types.CodeAction)
    assert action.title == "Fix all of syntax-assignment (2)" and not action.edit
    resolved = await client.code_action_resolve_async(action)
    assert resolved.edit and resolved.edit.changes
    edits = resolved.edit.changes[editor.uri]
    assert editor.made(edits) == text.replace(":=", "=")


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
    editor = Editor(client, f"l_rate = 2\n{ODD}l_pay = GREA\nRETURN l_pay\n")
    result = await client.text_document_completion_async(
        types.CompletionParams(editor.identifier, editor.behind("GREA"))
    )
    assert isinstance(result, types.CompletionList)
    greatest = next(item for item in result.items if item.label == "GREATEST")
    assert isinstance(greatest.text_edit, types.TextEdit)
    assert greatest.text_edit.range == editor.of("GREA")
    assert greatest.text_edit.new_text.startswith("GREATEST")
    assert greatest.kind == types.CompletionItemKind.Function
    assert "l_rate" in {item.label for item in result.items}
    assert "IF" not in {item.label for item in result.items}
    assert not greatest.documentation
    resolved = await client.completion_item_resolve_async(greatest)
    assert isinstance(resolved.documentation, types.MarkupContent)
    assert "GREATEST(" in resolved.documentation.value


async def test_database_items_are_found_by_an_abbreviation(
    client: LanguageClient,
) -> None:
    editor = Editor(client, f"{ODD}l_grade = pagn\nRETURN l_grade\n")
    result = await client.text_document_completion_async(
        types.CompletionParams(editor.identifier, editor.behind("pagn"))
    )
    assert isinstance(result, types.CompletionList)
    assert result.items[0].label == "per_asg_grade_name"
    assert result.is_incomplete, "with more letters typed there are others"
    item = await client.completion_item_resolve_async(result.items[0])
    assert isinstance(item.documentation, types.MarkupContent)
    assert "Database item" in item.documentation.value


async def test_while_one_types_the_list_follows(client: LanguageClient) -> None:
    lines = "".join(f"l_{n} = GREATEST(l_hours, {n}) * 2\n" for n in range(800))
    editor = Editor(client, f"{lines}{ODD}d = 1\nRETURN d\n")
    await editor.diagnostics()
    last = "1"
    for typed in ("ADD_DAYS(", "ADD_DAYS(la", "ADD_DAYS(las"):
        editor.replace(f"d = {last}", f"d = {typed}")
        last = typed
        result = await client.text_document_completion_async(
            types.CompletionParams(editor.identifier, editor.behind(typed))
        )
        assert isinstance(result, types.CompletionList)
        assert "LAST_DAY" in {item.label.upper() for item in result.items[:5]}
        edit = result.items[0].text_edit
        assert isinstance(edit, types.TextEdit)
        assert edit.range.end == editor.behind(typed)


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
    (mistake,) = await editor.mistakes()
    assert mistake.range == editor.of("==")


NAMED = f"""\
ALIAS PER_ASG_GRADE_NAME AS grade\r
{ODD}l_pay = 1\r
{ODD}l_pay = l_pay + ROUND(2.5, 1)\r
x = SUBSTR(grade, 1, 3) || 'l_pay'\r
{ODD}RETURN L_PAY, x\r
"""


async def test_a_name_leads_to_its_declaration_and_to_its_places(
    client: LanguageClient,
) -> None:
    editor = Editor(client, NAMED)
    at = (editor.identifier, editor.behind("RETURN L_P"))
    found = await client.text_document_definition_async(types.DefinitionParams(*at))
    assert found == [types.Location(editor.uri, editor.of("l_pay"))]
    context = types.ReferenceContext(include_declaration=True)
    places = await client.text_document_references_async(
        types.ReferenceParams(context, *at)
    )
    lit = await client.text_document_document_highlight_async(
        types.DocumentHighlightParams(*at)
    )
    assert places is not None and lit is not None
    assert [each.range for each in places] == [each.range for each in lit]
    kinds = types.DocumentHighlightKind
    assert [each.kind for each in lit] == [
        kinds.Write,
        kinds.Write,
        kinds.Read,
        kinds.Read,
    ]
    assert lit[-1].range == editor.of("L_PAY")


async def test_a_variable_gets_another_name_everywhere(client: LanguageClient) -> None:
    editor = Editor(client, NAMED)
    at = (editor.identifier, editor.behind("RETURN L_P"))
    prepared = await client.text_document_prepare_rename_async(
        types.PrepareRenameParams(*at)
    )
    assert prepared == types.PrepareRenamePlaceholder(editor.of("L_PAY"), "L_PAY")
    edit = await client.text_document_rename_async(
        types.RenameParams(*at, new_name="l_total")
    )
    assert edit
    if edit.changes:
        edits = edit.changes[editor.uri]
    else:
        assert edit.document_changes
        (change,) = edit.document_changes
        assert isinstance(change, types.TextDocumentEdit)
        assert change.text_document.version == 1
        edits = change.edits
    assert {each.new_text for each in edits} == {"l_total"}
    assert len(edits) == 4 and editor.of("L_PAY") in [each.range for each in edits]


async def test_places_that_are_written_alike_are_typed_at_together(
    client: LanguageClient,
) -> None:
    editor = Editor(client, f"{ODD}net = 1\nx = net + 1\nRETURN x\n")
    linked = await client.text_document_linked_editing_range_async(
        types.LinkedEditingRangeParams(editor.identifier, editor.behind("x = ne"))
    )
    assert linked and linked.word_pattern
    lines = [each.start.line for each in linked.ranges]
    assert lines == sorted(lines) and len(lines) == 2
    alone = await client.text_document_linked_editing_range_async(
        types.LinkedEditingRangeParams(editor.identifier, editor.behind("RETUR"))
    )
    assert alone is None


async def test_a_rename_that_would_change_the_meaning_is_refused_with_the_reason(
    client: LanguageClient,
) -> None:
    editor = Editor(client, NAMED)
    before = len(client.log_messages)
    for words, new in (("RETURN L_P", "x"), ("PER_ASG_", "grade_name")):
        with pytest.raises(JsonRpcException) as refused:
            await client.text_document_rename_async(
                types.RenameParams(editor.identifier, editor.behind(words), new)
            )
        assert refused.value.code == types.LSPErrorCodes.RequestFailed
        assert "already" in refused.value.message or "ALIAS" in refused.value.message
    assert len(client.log_messages) == before, "a refusal is no failure"


async def test_the_arguments_of_a_function_are_shown(client: LanguageClient) -> None:
    editor = Editor(client, NAMED)
    shown = await client.text_document_signature_help_async(
        types.SignatureHelpParams(editor.identifier, editor.behind("ROUND(2.5, "))
    )
    assert shown and shown.signatures[0].label.startswith("ROUND(")
    assert (shown.active_signature, shown.active_parameter) == (0, 1)


async def test_a_selection_grows(client: LanguageClient) -> None:
    editor = Editor(client, NAMED)
    ranges = await client.text_document_selection_range_async(
        types.SelectionRangeParams(editor.identifier, [editor.behind("ROUND(2.")])
    )
    assert ranges and ranges[0].range == editor.of("2.5")
    assert ranges[0].parent and ranges[0].parent.range == editor.of("ROUND(2.5, 1)")


async def test_names_are_coloured_by_what_they_are(client: LanguageClient) -> None:
    editor = Editor(client, NAMED)
    answer = await client.text_document_semantic_tokens_full_async(
        types.SemanticTokensParams(editor.identifier)
    )
    assert answer is not None
    line = character = 0
    words = []
    for down, right, length, kind, _ in zip(*(iter(answer.data),) * 5, strict=True):
        line, character = line + down, right if down else character + right
        words.append((types.Position(line, character), length, TOKEN_TYPES[kind]))
    place = editor.of("L_PAY")
    length = place.end.character - place.start.character
    assert (place.start, length, "variable") in words
    assert words[0][2] == "property"
    part = await client.text_document_semantic_tokens_range_async(
        types.SemanticTokensRangeParams(editor.identifier, editor.of("L_PAY, x"))
    )
    assert part is not None and len(part.data) == 10


async def test_only_what_changed_is_coloured_anew(client: LanguageClient) -> None:
    editor = Editor(client, NAMED)
    first = await client.text_document_semantic_tokens_full_async(
        types.SemanticTokensParams(editor.identifier)
    )
    assert first is not None and first.result_id is not None
    editor.replace("ROUND(2.5, 1)", "ROUND(net, 1)")
    delta = await client.text_document_semantic_tokens_full_delta_async(
        types.SemanticTokensDeltaParams(editor.identifier, first.result_id)
    )
    assert isinstance(delta, types.SemanticTokensDelta)
    (edit,) = delta.edits
    data = list(first.data)
    data[edit.start : edit.start + edit.delete_count] = edit.data or ()
    again = await client.text_document_semantic_tokens_full_async(
        types.SemanticTokensParams(editor.identifier)
    )
    assert again is not None and data == list(again.data)
    assert len(edit.data or ()) < len(data)
    lost = await client.text_document_semantic_tokens_full_delta_async(
        types.SemanticTokensDeltaParams(editor.identifier, first.result_id)
    )
    assert isinstance(lost, types.SemanticTokens)


async def test_what_the_text_does_not_say_is_hinted(client: LanguageClient) -> None:
    editor = Editor(client, NAMED)
    hints = await client.text_document_inlay_hint_async(
        types.InlayHintParams(editor.identifier, editor.of("x = SUBSTR(grade, 1, 3)"))
    )
    assert hints is not None
    labels = {each.label: each.position for each in hints}
    assert labels[": TEXT"] == editor.behind("\r\nx")
    assert {"m:", "n:"} < set(labels)
