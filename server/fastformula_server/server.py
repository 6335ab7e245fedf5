"""The language server: the documents that are open, what they say, the settings."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any, NamedTuple

from fastformula import Parsed
from lsprotocol import types
from pygls.capabilities import get_capability
from pygls.exceptions import (
    JsonRpcException,
    JsonRpcInvalidParams,
    JsonRpcInvalidRequest,
    JsonRpcServerNotInitialized,
)
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol, default_converter

from fastformula_server import convert
from fastformula_server.documents import Document, DocumentStore
from fastformula_server.inline_completion import InlineCompletions
from fastformula_server.parses import Parses
from fastformula_server.settings import SECTION, Settings, read_settings

logger = logging.getLogger(__name__)

_OWN = (
    types.TEXT_DOCUMENT_DID_OPEN,
    types.TEXT_DOCUMENT_DID_CHANGE,
    types.TEXT_DOCUMENT_DID_CLOSE,
    types.EXIT,
)
"""What pygls does itself, and we do in its place. Its copies of the documents break
lines as `str.splitlines` does and its `exit` ends the process in mid-sentence."""

_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.05, 0.5


class At(NamedTuple):
    """A place in a document that has been parsed."""

    document: Document
    parsed: Parsed
    offset: int


class FormulaProtocol(LanguageServerProtocol):
    """pygls's protocol, but every request is answered, also one that is wrong."""

    def structure_message(self, data: dict[str, Any]) -> Any:
        """Turn JSON into a typed message.

        A client waits for the answer to every request it sends, so one with
        impossible parameters gets an error before the exception is raised.
        """
        try:
            return super().structure_message(data)
        except JsonRpcException:
            if "method" in data and isinstance(data.get("id"), int | str):
                error = JsonRpcInvalidParams(f"Invalid parameters: {data['method']}")
                self._send_response(data["id"], error=error.to_response_error())
            raise

    def handle_message(self, message: Any) -> None:
        """Answer or handle a message; requests out of order get an error, too."""
        method = getattr(message, "method", None)
        if method is not None and hasattr(message, "id"):
            refusal: JsonRpcException | None = None
            if self._shutdown:
                refusal = JsonRpcInvalidRequest("The server has been shut down.")
            elif self._workspace is None and method != types.INITIALIZE:
                refusal = JsonRpcServerNotInitialized("Send initialize first.")
            if refusal is not None:
                self._send_response(message.id, error=refusal.to_response_error())
                return
        super().handle_message(message)


class FormulaServer(LanguageServer):
    """What all handlers share."""

    protocol: FormulaProtocol

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        super().__init__(
            "fastformula",
            version("fastformula"),
            protocol_cls=FormulaProtocol,
            converter_factory=default_converter,
        )
        for method in _OWN:
            del self.protocol.fm.builtin_features[method]
        self.environment = environment
        self.settings = Settings()
        self.documents = DocumentStore()
        self.parses = Parses(self.documents)
        self.completions = InlineCompletions(self.documents, self.log)
        self.snippets = False
        self.pulls = False
        """Whether the client asks for diagnostics; if so, none are sent unasked."""
        self.options: object = None
        self.asked_to_shut_down = False
        self.stopped = False
        self._publishing: dict[str, asyncio.Task[None]] = {}

    def start(self, params: types.InitializeParams) -> None:
        """Take over what the client can do and wants."""
        client = params.capabilities
        encoding = self.workspace.position_encoding
        # pygls takes the client's first choice that it knows. So do we: it is what
        # the client's own text is in, and costs us the same each way.
        self.documents.encoding = types.PositionEncodingKind(encoding).value
        self.pulls = get_capability(client, "text_document.diagnostic") is not None
        self.snippets = bool(
            get_capability(
                client, "text_document.completion.completion_item.snippet_support"
            )
        )
        self.options = params.initialization_options

    def apply_settings(self, options: object) -> None:
        """Put the editor's `options` in force; say once what is wrong in them."""
        self.options = options
        self.settings, problems = read_settings(options, self.environment)
        if problems:
            self.log(" ".join(problems), True)
        self.completions.use(self.settings)

    async def fetch_settings(self) -> None:
        """Ask the client for the settings, as some only then say what they are."""
        client = self.client_capabilities
        if not get_capability(client, "workspace.configuration"):
            return
        asked = types.ConfigurationParams([types.ConfigurationItem(section=SECTION)])
        answer = await self.workspace_configuration_async(asked)
        if answer and answer[0]:
            self.apply_settings(answer[0])

    def log(self, sentence: str, failure: bool) -> None:
        """Write to the client's output channel; nothing of ours is a pop-up."""
        kind = types.MessageType.Error if failure else types.MessageType.Info
        self.window_log_message(types.LogMessageParams(kind, sentence))

    def report_server_error(self, error: Exception, source: object) -> None:
        """Log what went wrong in a handler; pygls would show it to the user."""
        self.log(f"Error in the FastFormula server: {error}", True)

    async def at(
        self, document: types.TextDocumentIdentifier, position: types.Position
    ) -> At | None:
        """The client's place, parsed; None when the text is gone or has changed."""
        snapshot = self.documents.get(document.uri)
        if snapshot is None:
            return None
        offset = convert.to_offset(snapshot, position)
        parsed = await self.parses.of(snapshot)
        return None if parsed is None else At(snapshot, parsed, offset)

    async def parsed(
        self, document: types.TextDocumentIdentifier
    ) -> tuple[Document, Parsed] | None:
        """An open document, parsed; None when it is gone or has changed."""
        snapshot = self.documents.get(document.uri)
        parsed = await self.parses.of(snapshot) if snapshot else None
        return None if snapshot is None or parsed is None else (snapshot, parsed)

    def show_diagnostics(self, document: Document) -> None:
        """Send diagnostics, at once if they are quickly found, to who does not ask."""
        if self.pulls:
            return
        self._stop_publishing(document.uri)
        parsed = self.parses.at_once(document)
        if parsed is not None:
            self._publish(document, parsed)
        else:
            self._publishing[document.uri] = asyncio.create_task(
                self._publish_later(document)
            )

    def clear_diagnostics(self, uri: str) -> None:
        """Take back what was sent for a document that has been closed."""
        if not self.pulls:
            self._stop_publishing(uri)
            self.text_document_publish_diagnostics(
                types.PublishDiagnosticsParams(uri, [])
            )

    async def settle(self, document: Document) -> None:
        """Wait until typing in a long document pauses, as its parse is not free."""
        expected = self.parses.expected(document)
        await asyncio.sleep(max(_SHORTEST_PAUSE, min(expected, _LONGEST_PAUSE)))

    async def _publish_later(self, document: Document) -> None:
        await self.settle(document)
        parsed = await self.parses.of(document)
        if parsed is not None and self.documents.is_current(document):
            self._publish(document, parsed)
            del self._publishing[document.uri]

    def _publish(self, document: Document, parsed: Parsed) -> None:
        self.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(
                uri=document.uri,
                version=document.version,
                diagnostics=[
                    convert.from_diagnostic(document, each) for each in parsed.errors
                ],
            )
        )

    def _stop_publishing(self, uri: str) -> None:
        task = self._publishing.pop(uri, None)
        if task is not None:
            task.cancel()
