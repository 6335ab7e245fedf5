"""A connection to an endpoint that any thread can break off, and failures in words.

Redirects are not followed: one would carry the token to another host.
"""

import contextlib
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from http.client import (
    HTTPConnection,
    HTTPException,
    HTTPMessage,
    HTTPResponse,
    HTTPSConnection,
)
from typing import IO, Any
from urllib.error import HTTPError
from urllib.parse import SplitResult, urlsplit
from urllib.request import (
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    Request,
    build_opener,
)

from fastformula_models.backend import BackendError


class EndpointError(Exception):
    """What the endpoint did, as the predicate of a sentence about it."""


class Call:
    """One request that is under way."""

    def __init__(self, context: ssl.SSLContext | None, silence: float) -> None:
        """`context` is for https; `silence` is how long nothing may come, in seconds.

        What is given to `open` is how long connecting may take.
        """
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._silence = silence
        self.abandoned = False
        """Whether nobody waits for the answer any more."""
        self._opener = build_opener(_NoRedirect, _Http(self), _Https(self, context))

    def open(self, request: Request, seconds: float) -> HTTPResponse:
        """Connect, post and wait for the answer's head; raises what urllib raises."""
        response: HTTPResponse = self._opener.open(request, timeout=seconds)
        return response

    def abandon(self) -> None:
        """Close the connection under whoever reads it, so that the endpoint sees it."""
        with self._lock:
            self.abandoned = True
            if self._socket is not None:
                _shut(self._socket)

    def connected(self, connection: socket.socket) -> None:
        """Remember the socket, and from now on wait for an answer."""
        with self._lock:
            self._socket = connection
            connection.settimeout(self._silence)
            if self.abandoned:
                _shut(connection)


def _shut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def _watched(kind: type[HTTPConnection], call: Call) -> Callable[..., HTTPConnection]:
    class Watched(kind):  # type: ignore[misc, valid-type]
        def connect(self) -> None:
            super().connect()
            call.connected(self.sock)

    return Watched


class _Http(HTTPHandler):
    def __init__(self, call: Call) -> None:
        super().__init__()
        self._call = call

    def http_open(self, req: Request) -> HTTPResponse:
        return self.do_open(_watched(HTTPConnection, self._call), req)


class _Https(HTTPSHandler):
    def __init__(self, call: Call, context: ssl.SSLContext | None) -> None:
        super().__init__(context=context)
        self._call = call
        self._own = context

    def https_open(self, req: Request) -> HTTPResponse:
        connection = _watched(HTTPSConnection, self._call)
        return self.do_open(connection, req, context=self._own)


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(
        self,
        req: Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> Request | None:
        return None


def split_address(endpoint: str) -> SplitResult:
    """The parts of an endpoint's address; BackendError where it cannot be one."""
    try:
        parts = urlsplit(endpoint)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
        usable = usable and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise BackendError(
            "The endpoint must be an address such as http://localhost:8000/v1, "
            "with http or https."
        )
    if "@" in parts.netloc:
        raise BackendError(
            "The endpoint's token belongs in an environment variable, "
            "not in its address."
        )
    return parts


def whole_address(parts: SplitResult, root: str, end: str) -> str:
    """The address to post to; what stands may be its beginning only."""
    path = parts.path.rstrip("/") or root
    if not path.endswith(end):
        path += end
    return parts._replace(path=path, fragment="").geturl()


def answers(response: HTTPResponse) -> Iterator[Any]:
    """The JSON of an answer: of each event, of each line, or the whole.

    Ends with a stream's own end, or raises EndpointError where it breaks off.
    """
    kind = response.headers.get_content_type()
    if kind not in ("text/event-stream", "application/x-ndjson"):
        yield _json(response.read())
        return
    for line in response:
        value = line.strip()
        if kind == "text/event-stream":
            field, _, value = value.partition(b":")
            if field != b"data":
                continue
            if value.strip() == b"[DONE]":
                return
        if value.strip():
            yield _json(value)
    raise EndpointError("broke off its answer")


def detail_of(error: HTTPError) -> str:
    """What an endpoint that refuses says of why."""
    try:
        return message_of(json.loads(error.read(10_000)))
    except (ValueError, OSError, HTTPException):
        return ""


def message_of(answer: Any) -> str:
    """What the endpoint says was wrong, on one line of moderate length."""
    match answer:
        case {"error": {"message": str(message)}} | {"error": str(message)}:
            pass
        case {"message": str(message)} | {"detail": str(message)}:
            pass
        case _:
            return ""
    return " ".join(message.split())[:200].rstrip(".")


def _json(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        raise EndpointError("answered with something that is not JSON") from None
