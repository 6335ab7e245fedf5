"""A model behind an endpoint: vLLM, llama.cpp, Ollama, `transformers serve` and others.

The token is read from the environment and goes nowhere but into the request's header.
An endpoint that is not up, or asks to come back later, is asked again, but never for
so long that a keystroke would wait for it.
"""

import json
import os
import queue
import random
import re
import ssl
import threading
import time
from collections.abc import Iterator
from http.client import HTTPException
from urllib.error import HTTPError, URLError
from urllib.request import Request as HttpRequest

from fastformula_models import BackendSettings, fim, instructions
from fastformula_models.backend import BackendError, Cancelled, Request, TimedOut
from fastformula_models.catalog import base_models
from fastformula_models.endpoint import (
    Call,
    EndpointError,
    answers,
    detail_of,
    message_of,
    split_address,
    whole_address,
)
from fastformula_models.protocols import PROTOCOLS, protocol_at
from fastformula_models.protocols.question import Question

CONNECT_SECONDS = 2.0
"""How long a connection may take to be made."""

IDLE_SECONDS = 5.0
"""How long the endpoint may pause within an answer."""

ANSWER_SECONDS = 30.0
"""How long a whole answer may take, if it is of usual length."""

TOKEN_SECONDS = 0.2
"""How long a token of a long answer may take."""

RETRY_SECONDS = 1.0
"""How long an endpoint that refuses is asked again and again."""

FIRST_PAUSE_SECONDS = 0.1
"""The pause before the second attempt; each further one is twice as long."""

_BUSY = (429, 503)
_POLL_SECONDS = 0.02
_CHARACTERS_PER_TOKEN = 3  # of formulas, in common vocabularies, on the safe side


class _BusyError(BackendError):
    """The endpoint may well answer in a moment."""

    def __init__(self, message: str, seconds: float = 0.0) -> None:
        """`seconds` is how long it asks to be left alone."""
        super().__init__(message)
        self.seconds = seconds


class RemoteBackend:
    """Completes through an endpoint, streaming."""

    name = "remote"

    def __init__(self, settings: BackendSettings) -> None:
        """Check the settings; the endpoint itself is first met by a request.

        Raises BackendError when endpoint, model or format are missing or unknown.
        """
        address = split_address(settings.endpoint)
        self._protocol = (
            protocol_at(address)
            if settings.protocol == "auto"
            else PROTOCOLS[settings.protocol]
        )
        self._url = whole_address(address, self._protocol.root, self._protocol.end)
        self._place = self._url.partition("?")[0]
        if not settings.model and self._protocol.needs_model:
            raise BackendError("Set the name of the model that the endpoint serves.")
        self._model = settings.model
        self._format = _format(settings)
        if self._format is None and self._protocol.needs_format:
            raise BackendError(
                f"The prompt format of {settings.model} is not known; set it to one "
                f"of {', '.join(fim.FORMATS)}."
            )
        self._first_seconds = float(settings.timeout_seconds)
        self._token_variable = settings.token_variable
        self._token = os.environ.get(settings.token_variable, "")
        secure = address.scheme == "https"
        self._context = ssl.create_default_context() if secure else None

    def complete(self, request: Request) -> str:
        """Return the endpoint's middle, cut at the first sentinel.

        A cancelled request returns at once, even while the endpoint is silent, and
        its connection is closed. Raises TimedOut where the endpoint is too slow.
        """
        until = time.monotonic() + RETRY_SECONDS
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                return self._attempt(request)
            except _BusyError as busy:
                # Others that were refused come back too: not all at one moment.
                wait = max(pause * random.uniform(0.5, 1.0), busy.seconds)
                if time.monotonic() + wait > until:
                    raise
                if request.cancelled.wait(wait):
                    raise Cancelled from None
                pause *= 2

    def follow(self, request: Request) -> str:
        """Return what the endpoint says to an instruction; whether it can is its own.

        Raises BackendError where it is one that only fills holes.
        """
        if not self._protocol.follows:
            raise BackendError(
                f"{self._place} only fills holes; to write from instructions, set the "
                "endpoint to the same server's /v1."
            )
        return self.complete(request)

    def close(self) -> None:
        """Hold nothing: each request has a connection of its own."""

    def _attempt(self, request: Request) -> str:
        pieces: queue.SimpleQueue[str | BackendError | None] = queue.SimpleQueue()
        call = Call(self._context, self._first_seconds)
        threading.Thread(
            target=self._read,
            args=(self._body(request), pieces, call),
            name="fastformula-remote",
            daemon=True,
        ).start()
        started = last = time.monotonic()
        most = max(ANSWER_SECONDS, request.max_tokens * TOKEN_SECONDS)
        text: str | None = None
        try:
            while True:
                if request.cancelled.is_set():
                    raise Cancelled
                now = time.monotonic()
                if now - started > most:
                    raise TimedOut(
                        f"{self._place} had not finished its answer after {most:g} "
                        "seconds."
                    )
                silence = CONNECT_SECONDS + self._first_seconds
                if now - last > (silence if text is None else IDLE_SECONDS):
                    raise TimedOut(self._silence(now - last))
                try:
                    piece = pieces.get(timeout=_POLL_SECONDS)
                except queue.Empty:
                    continue
                if isinstance(piece, BackendError):
                    raise piece
                if piece is None:
                    return text or ""
                last = time.monotonic()
                text, ended = self._cut((text or "") + piece)
                if request.stop(text) or ended:
                    return text
        finally:
            call.abandon()

    def _body(self, request: Request) -> bytes:
        model = request.adapter or self._model
        if request.instruction:
            words = instructions.compose(request, instructions.WINDOW_TOKENS, _count)
            question = Question(request, "", "", model, self._format, words)
        else:
            prefix, suffix = fim.cut_window(
                self._format, request, fim.WINDOW_TOKENS, _count, with_context=True
            )
            question = Question(request, prefix, suffix, model, self._format)
        return json.dumps(self._protocol.body(question)).encode("utf-8")

    def _cut(self, text: str) -> tuple[str, bool]:
        """Cut at a sentinel, for endpoints that pass them on as text."""
        tokens = self._format.tokens if self._format else ()
        found = [text.find(fim.Sentinel(token).text) for token in tokens]
        places = [place for place in found if place >= 0]
        return (text[: min(places)], True) if places else (text, False)

    def _read(
        self,
        body: bytes,
        pieces: "queue.SimpleQueue[str | BackendError | None]",
        call: Call,
    ) -> None:
        """Put the answer's pieces in the queue, then None, or an error."""
        try:
            for piece in self._pieces(body, call):
                pieces.put(piece)
            pieces.put(None)
        except BackendError as error:
            pieces.put(error)
        except Exception:
            # A connection that is closed under its reader fails in many ways.
            if not call.abandoned:
                raise

    def _pieces(self, body: bytes, call: Call) -> Iterator[str]:
        """The texts of an answer; BackendError says what the endpoint did wrong."""
        headers = {
            "Content-Type": "application/json",
            "Accept": "text/event-stream, application/x-ndjson, application/json",
        }
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        http = HttpRequest(self._url, data=body, headers=headers, method="POST")
        try:
            with call.open(http, CONNECT_SECONDS) as response:
                for answer in answers(response):
                    text, finished = self._text(answer)
                    yield text
                    if finished:
                        return
        except HTTPError as error:
            with error:
                raise self._refusal(error) from None
        except TimeoutError:
            raise TimedOut(self._silence(self._first_seconds)) from None
        except URLError as error:
            raise self._unreachable(error.reason) from None
        except EndpointError as error:
            raise BackendError(self._hide(f"{self._place} {error}.")) from None
        except (HTTPException, OSError) as error:
            kind = type(error).__name__
            raise BackendError(
                f"{self._place} broke off its answer ({kind})."
            ) from None

    def _text(self, answer: object) -> tuple[str, bool]:
        found = self._protocol.read(answer)
        if found is not None:
            return found
        if isinstance(answer, dict) and "error" in answer:
            raise EndpointError(f"reported an error: {message_of(answer)}")
        raise EndpointError("answered with something that is not a completion")

    def _refusal(self, error: HTTPError) -> BackendError:
        if error.code in (401, 403):
            if self._token:
                return BackendError(
                    f"{self._place} refused the token from the environment variable "
                    f"{self._token_variable}."
                )
            return BackendError(
                f"{self._place} asks for a token; put it in the environment variable "
                f"{self._token_variable}."
            )
        if error.code == 404:
            return BackendError(
                f"{self._place} was not found: either the address is wrong or it "
                f"serves no model called {self._model}."
            )
        if 300 <= error.code < 400:
            return BackendError(
                f"{self._place} redirects elsewhere, which is not followed; set the "
                "endpoint's own address."
            )
        detail = detail_of(error)
        message = self._hide(
            f"{self._place} answered with HTTP status {error.code}"
            f"{': ' + detail if detail else ''}."
        )
        if error.code in _BUSY:
            later = error.headers.get("Retry-After", "")
            seconds = int(later) if re.fullmatch(r"[0-9]{1,6}", later) else 0
            return _BusyError(message, seconds)
        return BackendError(message)

    def _unreachable(self, reason: str | BaseException) -> BackendError:
        if isinstance(reason, ConnectionRefusedError):
            return _BusyError(
                f"Nothing listens at {self._place}; is the model server running?"
            )
        if isinstance(reason, TimeoutError):
            return TimedOut(
                f"{self._place} cannot be reached: no connection was made in "
                f"{CONNECT_SECONDS:g} seconds."
            )
        return BackendError(f"{self._place} cannot be reached: {reason}.")

    def _silence(self, seconds: float) -> str:
        return f"{self._place} said nothing for {seconds:.2g} seconds."

    def _hide(self, message: str) -> str:
        """Take the token out, should the endpoint have repeated it."""
        return message.replace(self._token, "***") if self._token else message


def _count(text: str) -> int:
    return -(-len(text) // _CHARACTERS_PER_TOKEN)


def _format(settings: BackendSettings) -> fim.FimFormat | None:
    """The format that is set, or that of the catalog's model of that id, or none."""
    if settings.format:
        return fim.format_named(settings.format)
    if settings.model in base_models():
        return base_models()[settings.model].untrained_format
    return None
