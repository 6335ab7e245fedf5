"""How messages are taken and answered: each request once, whatever becomes of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from urllib.parse import unquote
from uuid import uuid4

from lsprotocol import types
from pygls.exceptions import (
    JsonRpcContentModified,
    JsonRpcException,
    JsonRpcInvalidParams,
    JsonRpcInvalidRequest,
    JsonRpcMethodNotFound,
    JsonRpcRequestCancelled,
    JsonRpcServerNotInitialized,
)
from pygls.protocol import LanguageServerProtocol
from pygls.protocol.json_rpc import (
    JsonRPCNotification,
    JsonRPCRequestMessage,
    JsonRPCResponseMessage,
)

from fastformula_server.crash import describe
from fastformula_server.testing.protocol import MESSAGES

Number = int | str
"""What a client calls a request."""

_LONGEST_NAME = 100
"""How much of a document's name is logged, in code points."""

OUTLIVING: Final = frozenset(
    (
        types.TEXT_DOCUMENT_COMPLETION,
        types.TEXT_DOCUMENT_DIAGNOSTIC,
        types.TEXT_DOCUMENT_INLINE_COMPLETION,
    )
)
"""Requests that go on when their document changes. Clients filter a list by what was
typed since they asked for it; the others look after their document themselves."""

SHOWN: Final = frozenset(
    (
        types.TEXT_DOCUMENT_FORMATTING,
        types.TEXT_DOCUMENT_PREPARE_CALL_HIERARCHY,
        types.TEXT_DOCUMENT_PREPARE_RENAME,
        types.TEXT_DOCUMENT_RANGE_FORMATTING,
        types.TEXT_DOCUMENT_SIGNATURE_HELP,
    )
)
"""Requests of which Neovim (0.11, `lsp/buf.lua`) shows the author every error. When
their document changes they are answered with nothing; VS Code takes it for the same."""

_NOTHING: Mapping[str, object] = {
    types.TEXT_DOCUMENT_DIAGNOSTIC: types.RelatedFullDocumentDiagnosticReport([]),
    types.TEXT_DOCUMENT_INLINE_COMPLETION: types.InlineCompletionList([]),
}
"""What is no answer, where it is not null."""


@dataclass(slots=True)
class _Asked:
    """A message that is being worked on; as text, how it is called in the log."""

    method: str
    uri: str
    is_outdated: bool = False
    """Whether it was given up because its document has changed."""

    @property
    def is_of_a_version(self) -> bool:
        """Whether the answer would be worth nothing once the document has changed."""
        return self.method.startswith("textDocument/") and self.method not in OUTLIVING

    def __str__(self) -> str:
        name = unquote(self.uri).rpartition("/")[2][-_LONGEST_NAME:]
        return f"{self.method} of {name}" if name else self.method


class FormulaProtocol(LanguageServerProtocol):
    """pygls's protocol with an end of our own to every message.

    pygls leaves requests that it cannot read without an answer, and has what an
    exception says shown to the author.
    """

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._asked: dict[Number, _Asked] = {}
        """The requests that are being worked on."""

    def receive(self, body: bytes) -> None:
        """Take a message, or several in a list. What is wrong with it is logged.

        Bytes that are no UTF-8 are odd characters: Neovim sends what a file has.
        """
        try:
            data = json.loads(body.decode("utf-8", "replace"))
        except (ValueError, RecursionError):
            self._complain("The client sent a message that is no JSON.")
            return
        for each in data if isinstance(data, list) else [data]:
            self._receive(each if isinstance(each, dict) else {})

    def outdate(self, uri: str) -> None:
        """Give up what was asked of a document as it was before it changed."""
        for number, asked in tuple(self._asked.items()):
            future = self._request_futures.get(number)
            if asked.uri == uri and asked.is_of_a_version and future is not None:
                asked.is_outdated = future.cancel()

    def report_background(
        self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]
    ) -> None:
        """Log what failed in a task or timer that nobody waits for."""
        error = context.get("exception")
        if error is None:
            loop.default_exception_handler(context)
        else:
            self._complain(describe("Work in the background", error))

    def _receive(self, data: dict[str, Any]) -> None:
        method: Any = data.get("method")
        number: Any = data.get("id")
        waits = isinstance(method, str) and isinstance(number, Number)
        try:
            if self._is_due(data, waits=waits):
                self.handle_message(self._structure(data))
        except JsonRpcException as error:
            if waits:
                self._send_response(number, error=error.to_response_error())
            else:
                what = method if isinstance(method, str) else "a message"
                self._complain(f"The client sent {what} not as the protocol has it.")
        except Exception as error:
            self._complain(describe(f"Taking {method or 'an answer'}", error))

    def _is_due(self, data: dict[str, Any], *, waits: bool) -> bool:
        """Whether a message may come now; raises for a request that may not."""
        method = data.get("method")
        if data.get("jsonrpc") != self.VERSION:
            raise JsonRpcInvalidRequest("This is no message of JSON-RPC 2.0.")
        if method is None or method == types.EXIT:
            return True
        began = self._workspace is not None
        if not waits:
            return began and not self._shutdown
        if self._shutdown:
            raise JsonRpcInvalidRequest("The server has been shut down.")
        if began == (method == types.INITIALIZE):
            if began:
                raise JsonRpcInvalidRequest("The server is initialized already.")
            raise JsonRpcServerNotInitialized("Send initialize first.")
        return True

    def _structure(self, data: dict[str, Any]) -> Any:
        """The message with types. Raises JsonRpcInvalidParams."""
        method, number = data.get("method"), data.get("id", "")
        kind: Any = JsonRPCResponseMessage
        try:
            if isinstance(method, str):
                kind = MESSAGES.get(method) or self.get_message_type(method)
                if kind is None:
                    kind = (
                        JsonRPCRequestMessage if "id" in data else JsonRPCNotification
                    )
                    data = {"params": None} | data
            elif "error" in data:
                kind = types.ResponseErrorMessage
            else:
                kind = self._result_types.pop(number, None) or kind
            return self._converter.structure(data, kind)
        except Exception as error:
            # cattrs says at length what it has read, which may be a formula.
            raise JsonRpcInvalidParams(f"Invalid parameters: {method}") from error

    def _handle_request(self, msg_id: Number, method_name: str, params: Any) -> None:
        handler = self._find(method_name)
        if handler is None:
            raise JsonRpcMethodNotFound.of(method_name)
        self._ctx_msg_id.set(msg_id)
        self._asked[msg_id] = asked = _Asked(method_name, _uri(params))
        answer = partial(self._answer, msg_id, asked)
        self._execute_handler(msg_id, handler, answer, (params,))

    def _handle_notification(self, method_name: str, params: Any) -> None:
        if method_name == types.CANCEL_REQUEST:
            self._handle_cancel_notification(params.id)
            return
        handler = self._find(method_name)
        if handler is not None:
            number = str(uuid4())
            told = _Asked(method_name, _uri(params))
            end = partial(self._end, number, told)
            self._execute_handler(number, handler, end, (params,))

    def _find(self, method: str) -> Any:
        """Who handles `method`; None where nobody does."""
        own = self.fm.features.get(method)
        return self.fm.builtin_features.get(method, own)

    def _answer(self, number: Number, asked: _Asked, future: Future[Any]) -> None:
        """Say what came of a request."""
        self._request_futures.pop(number, None)
        self._asked.pop(number, None)
        error: BaseException | None
        if future.cancelled():
            modified = JsonRpcContentModified()
            error = modified if asked.is_outdated else JsonRpcRequestCancelled()
        else:
            error = future.exception()
        if error is None:
            self._send_response(number, future.result())
            return
        is_quiet = asked.is_outdated and asked.method in SHOWN
        if isinstance(error, JsonRpcException) and not is_quiet:
            self._send_response(number, error=error.to_response_error())
            return
        if not isinstance(error, JsonRpcException):
            self._complain(describe(str(asked), error))
        self._send_response(number, _NOTHING.get(asked.method))

    def _end(self, number: str, told: _Asked, future: Future[Any]) -> None:
        """Log where a notification could not be heeded."""
        self._request_futures.pop(number, None)
        error = None if future.cancelled() else future.exception()
        if error is not None:
            self._complain(describe(str(told), error))

    def _complain(self, sentence: str) -> None:
        said = types.LogMessageParams(types.MessageType.Error, sentence)
        self.notify(types.WINDOW_LOG_MESSAGE, said)


def _uri(params: Any) -> str:
    """The document that a message is about, if it is about one."""
    return str(getattr(getattr(params, "text_document", None), "uri", ""))
