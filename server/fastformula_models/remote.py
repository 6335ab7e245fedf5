"""A model behind an OpenAI-compatible completions API, such as vLLM or llama.cpp.

The hole is written by `fim`, not by the endpoint's own `suffix` field, which many
servers lack and others fill in by a template of their own. The token is read from
the environment and goes nowhere but into the request's header.
"""

import json
import os
import queue
import threading
import time
from collections.abc import Iterator
from http.client import HTTPException, HTTPMessage, HTTPResponse
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, build_opener
from urllib.request import Request as HttpRequest

from fastformula_models import BackendSettings, fim
from fastformula_models.backend import BackendError, Cancelled, Request
from fastformula_models.catalog import base_models

SILENCE_SECONDS = 10.0
"""How long the endpoint may say nothing."""

ANSWER_SECONDS = 30.0
"""How long a whole answer may take."""

_POLL_SECONDS = 0.02
_CHARACTERS_PER_TOKEN = 3  # of formulas, in common vocabularies, on the safe side


class RemoteBackend:
    """Completes through an endpoint's `/completions`, streaming."""

    name = "remote"

    def __init__(self, settings: BackendSettings) -> None:
        """Check the settings; the endpoint itself is first met by a request.

        Raises BackendError when endpoint, model or format are missing or unknown.
        """
        self._url = _completions_url(settings.endpoint)
        self._place = self._url.partition("?")[0]
        if not settings.model:
            raise BackendError("Set the name of the model that the endpoint serves.")
        self._model = settings.model
        self._format = _format(settings)
        self._token_variable = settings.token_variable
        self._token = os.environ.get(settings.token_variable, "")
        self._opener = build_opener(_NoRedirect)

    def complete(self, request: Request) -> str:
        """Return the endpoint's middle, cut at the first sentinel.

        The endpoint is read in a thread of its own, so that a cancelled request
        returns at once even while the endpoint is silent.
        """
        pieces: queue.SimpleQueue[str | BackendError | None] = queue.SimpleQueue()
        abandoned = threading.Event()
        threading.Thread(
            target=self._read,
            args=(self._body(request), pieces, abandoned),
            name="fastformula-remote",
            daemon=True,
        ).start()
        deadline = time.monotonic() + ANSWER_SECONDS
        text = ""
        try:
            while True:
                if request.cancelled.is_set():
                    raise Cancelled
                if time.monotonic() > deadline:
                    raise BackendError(
                        f"{self._place} had not finished its answer after "
                        f"{ANSWER_SECONDS:g} seconds."
                    )
                try:
                    piece = pieces.get(timeout=_POLL_SECONDS)
                except queue.Empty:
                    continue
                if isinstance(piece, BackendError):
                    raise piece
                if piece is None:
                    return text
                text, ended = self._cut(text + piece)
                if request.stop(text) or ended:
                    return text
        finally:
            abandoned.set()

    def close(self) -> None:
        """Hold nothing: each request has a connection of its own."""

    def _body(self, request: Request) -> bytes:
        prefix, suffix = fim.window(
            request.prefix,
            request.suffix,
            fim.WINDOW_TOKENS,
            lambda text: -(-len(text) // _CHARACTERS_PER_TOKEN),
        )
        row = self._format
        ends = (row.end, row.middle, row.prefix, row.suffix)  # four are the limit
        body = {
            "model": self._model,
            "prompt": fim.render_text(row, prefix, suffix),
            "max_tokens": request.max_tokens,
            "temperature": request.temperature,
            "seed": request.seed,
            "stop": [fim.Sentinel(token).text for token in ends if token],
            "stream": True,
        }
        return json.dumps(body).encode("utf-8")

    def _cut(self, text: str) -> tuple[str, bool]:
        """Cut at a sentinel, for endpoints that pass them on as text."""
        found = [text.find(fim.Sentinel(token).text) for token in self._format.tokens]
        places = [place for place in found if place >= 0]
        return (text[: min(places)], True) if places else (text, False)

    def _read(
        self,
        body: bytes,
        pieces: "queue.SimpleQueue[str | BackendError | None]",
        abandoned: threading.Event,
    ) -> None:
        """Put the answer's pieces in the queue, then None, or an error."""
        headers = {"Content-Type": "application/json", "Accept": "text/event-stream"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        http = HttpRequest(self._url, data=body, headers=headers, method="POST")
        try:
            with self._opener.open(http, timeout=SILENCE_SECONDS) as response:
                for piece in _pieces(response):
                    if abandoned.is_set():
                        return
                    pieces.put(piece)
            pieces.put(None)
        except HTTPError as error:
            with error:
                pieces.put(BackendError(self._refusal(error)))
        except TimeoutError:
            pieces.put(BackendError(self._silence()))
        except URLError as error:
            pieces.put(BackendError(self._unreachable(error.reason)))
        except _EndpointError as error:
            pieces.put(BackendError(self._hide(f"{self._place} {error}.")))
        except (HTTPException, OSError) as error:
            kind = type(error).__name__
            pieces.put(BackendError(f"{self._place} broke off its answer ({kind})."))

    def _refusal(self, error: HTTPError) -> str:
        if error.code in (401, 403):
            if self._token:
                return (
                    f"{self._place} refused the token from the environment variable "
                    f"{self._token_variable}."
                )
            return (
                f"{self._place} asks for a token; put it in the environment variable "
                f"{self._token_variable}."
            )
        if error.code == 404:
            return (
                f"{self._place} was not found: either the address is wrong or it "
                f"serves no model called {self._model}."
            )
        if 300 <= error.code < 400:
            return (
                f"{self._place} redirects elsewhere, which is not followed; set the "
                "endpoint's own address."
            )
        try:
            detail = _error_message(json.loads(error.read(10_000)))
        except (ValueError, OSError, HTTPException):
            detail = ""
        return self._hide(
            f"{self._place} answered with HTTP status {error.code}"
            f"{': ' + detail if detail else ''}."
        )

    def _unreachable(self, reason: str | BaseException) -> str:
        if isinstance(reason, ConnectionRefusedError):
            return f"Nothing listens at {self._place}; is the model server running?"
        if isinstance(reason, TimeoutError):
            return self._silence()
        return f"{self._place} cannot be reached: {reason}."

    def _silence(self) -> str:
        return f"{self._place} said nothing for {SILENCE_SECONDS:g} seconds."

    def _hide(self, message: str) -> str:
        """Take the token out, should the endpoint have repeated it."""
        return message.replace(self._token, "***") if self._token else message


class _NoRedirect(HTTPRedirectHandler):
    """Follows nothing: a redirect would carry the token to another host."""

    def redirect_request(
        self,
        req: HttpRequest,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> HttpRequest | None:
        return None


class _EndpointError(Exception):
    """What the endpoint did, as the predicate of a sentence about it."""


def _completions_url(endpoint: str) -> str:
    """Return the address to post to; a bare host is taken to serve `/v1`."""
    try:
        parts = urlsplit(endpoint)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
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
    path = parts.path.rstrip("/") or "/v1"
    if not path.endswith("/completions"):
        path += "/completions"
    return parts._replace(path=path, fragment="").geturl()


def _format(settings: BackendSettings) -> fim.FimFormat:
    """Return the format that is set, or that of the catalog's model of that id."""
    if settings.format:
        return fim.format_named(settings.format)
    if settings.model in base_models():
        return base_models()[settings.model].untrained_format
    raise BackendError(
        f"The prompt format of {settings.model} is not known; set it to one of "
        f"{', '.join(fim.FORMATS)}."
    )


def _pieces(response: HTTPResponse) -> Iterator[str]:
    """Yield the texts of an answer, streamed or whole."""
    if response.headers.get_content_type() != "text/event-stream":
        yield _text(_json(response.read()))[0]
        return
    for line in response:
        field, _, value = line.strip().partition(b":")
        if field != b"data":
            continue
        if value.strip() == b"[DONE]":
            return
        text, finished = _text(_json(value))
        yield text
        if finished:
            return
    raise _EndpointError("broke off its answer")


def _json(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        raise _EndpointError("answered with something that is not JSON") from None


def _text(answer: Any) -> tuple[str, bool]:
    """Return the text of an answer or of one event, and whether it is the last."""
    match answer:
        case {"choices": [{"text": str(text), **rest}, *_]}:
            return text, rest.get("finish_reason") is not None
        case {"choices": []}:  # an event with nothing but statistics
            return "", False
        case {"error": _}:
            raise _EndpointError(f"reported an error: {_error_message(answer)}")
    raise _EndpointError("answered with something that is not a completion")


def _error_message(answer: Any) -> str:
    """Return what the endpoint says was wrong, on one line of moderate length."""
    match answer:
        case {"error": {"message": str(message)}} | {"error": str(message)}:
            pass
        case {"message": str(message)} | {"detail": str(message)}:
            pass
        case _:
            return ""
    return " ".join(message.split())[:200].rstrip(".")
