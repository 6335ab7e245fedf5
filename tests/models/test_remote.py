"""The remote backend against a loopback server that answers as endpoints do."""

import json
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from fastformula_models import (
    BackendError,
    BackendSettings,
    Cancelled,
    Request,
    fim,
    follow,
    open_backend,
    remote,
)
from fastformula_models.backend import TimedOut

TOKEN = "sk-very-secret"


@dataclass
class Endpoint:
    """A server whose answer a test sets, and the requests it was sent."""

    url: str
    answer: Callable[[BaseHTTPRequestHandler], None] | None = None
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    broken: threading.Event = field(default_factory=threading.Event)


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            state.bodies.append(json.loads(self.rfile.read(length)))
            state.headers.append(dict(self.headers))
            state.paths.append(self.path)
            assert state.answer
            try:
                state.answer(self)
            except OSError:
                state.broken.set()

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state = Endpoint(f"http://127.0.0.1:{server.server_port}/v1")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield state
    server.shutdown()
    server.server_close()


def reply(
    status: int, body: str, kind: str = "application/json", **headers: str
) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body.encode("utf-8"))

    return answer


def silence(until: threading.Event) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(_handler: BaseHTTPRequestHandler) -> None:
        until.wait(5)

    return answer


def events(*data: object, done: bool = True) -> str:
    lines = [f"data: {json.dumps(event)}\n\n" for event in data]
    return ": a comment\n\n" + "".join(lines) + ("data: [DONE]\n\n" if done else "")


def piece(text: str, finish: str | None = None) -> dict[str, Any]:
    return {"choices": [{"index": 0, "text": text, "finish_reason": finish}]}


def stream(*texts: str) -> Callable[[BaseHTTPRequestHandler], None]:
    return reply(200, events(*map(piece, texts)), "text/event-stream; charset=utf-8")


def settings(url: str, **more: Any) -> BackendSettings:
    given: dict[str, Any] = {"model": "coder", "format": "starcoder2"} | more
    return BackendSettings("remote", endpoint=url, **given)


def test_the_prompt_is_ours_and_the_pieces_are_joined(endpoint: Endpoint) -> None:
    endpoint.answer = stream("hours", " * ", "r\u00e4te")
    backend = open_backend(settings(endpoint.url))
    asked = Request("l_pay = ", "\nRETURN l_pay", max_tokens=12, seed=7)
    assert backend.complete(asked) == "hours * r\u00e4te"
    assert endpoint.paths == ["/v1/completions"]
    assert endpoint.bodies == [
        {
            "model": "coder",
            "prompt": "<fim_prefix><fim_suffix>\nRETURN l_pay<fim_middle>l_pay = ",
            "max_tokens": 12,
            "temperature": 0.0,
            "seed": 7,
            "stop": ["<|endoftext|>", "<fim_middle>", "<fim_prefix>", "<fim_suffix>"],
            "stream": True,
        }
    ]
    assert "Authorization" not in endpoint.headers[0]


def test_an_answer_that_is_not_streamed_is_taken_too(endpoint: Endpoint) -> None:
    endpoint.answer = reply(200, json.dumps(piece("hours", "stop")))
    assert open_backend(settings(endpoint.url)).complete(Request("", "")) == "hours"


def test_events_without_choices_and_a_finish_without_done(endpoint: Endpoint) -> None:
    body = events({"choices": [], "usage": {}}, piece("a"), piece("", "length"))
    endpoint.answer = reply(200, body.replace("data: [DONE]", ""), "text/event-stream")
    assert open_backend(settings(endpoint.url)).complete(Request("", "")) == "a"


def test_a_sentinel_in_the_answer_ends_it(endpoint: Endpoint) -> None:
    endpoint.answer = stream("hours<fim_", "prefix>more", "and more")
    assert open_backend(settings(endpoint.url)).complete(Request("", "")) == "hours"


def test_only_a_window_of_a_long_formula_is_sent(endpoint: Endpoint) -> None:
    endpoint.answer = stream("x")
    long = "".join(f"l_{number} = {number}\n" for number in range(20_000))
    open_backend(settings(endpoint.url)).complete(Request(long, long))
    prompt = endpoint.bodies[0]["prompt"]
    assert len(prompt) < 4 * fim.WINDOW_TOKENS
    assert "l_19999 = 19999\n<fim_suffix>l_0 = 0\n" in prompt


def test_stop_is_asked_with_all_the_text_and_ends_the_stream(
    endpoint: Endpoint,
) -> None:
    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.end_headers()
        while True:
            handler.wfile.write(f"data: {json.dumps(piece('x'))}\n\n".encode())
            handler.wfile.flush()
            time.sleep(0.002)

    endpoint.answer = endless
    seen: list[str] = []

    def stop(text: str) -> bool:
        seen.append(text)
        return len(text) == 5

    assert open_backend(settings(endpoint.url)).complete(
        Request("", "", stop=stop)
    ) == ("xxxxx")
    assert seen == ["x", "xx", "xxx", "xxxx", "xxxxx"]
    assert endpoint.broken.wait(5), "the connection is closed, not read to its end"


def test_cancelling_returns_at_once_from_a_silent_endpoint(endpoint: Endpoint) -> None:
    release = threading.Event()
    endpoint.answer = silence(release)
    cancelled = threading.Event()
    timer = threading.Timer(0.1, cancelled.set)
    timer.start()
    started = time.monotonic()
    with pytest.raises(Cancelled):
        open_backend(settings(endpoint.url)).complete(
            Request("", "", cancelled=cancelled)
        )
    assert time.monotonic() - started < 1
    release.set()


def test_an_endpoint_that_says_nothing_is_given_up(endpoint: Endpoint) -> None:
    release = threading.Event()
    endpoint.answer = silence(release)
    backend = open_backend(settings(endpoint.url, timeout_seconds=0.2))
    with pytest.raises(TimedOut, match=r"said nothing for 0\.2 seconds"):
        backend.complete(Request("", ""))
    release.set()


def test_comments_are_no_answer_and_a_pause_in_one_is_given_up(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "CONNECT_SECONDS", 0.1)
    monkeypatch.setattr(remote, "IDLE_SECONDS", 0.2)
    first: list[object] = []

    def dripping(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.end_headers()
        handler.wfile.write(events(*first, done=False).encode())
        while True:
            handler.wfile.write(b": still here\n\n")
            time.sleep(0.02)

    endpoint.answer = dripping
    backend = open_backend(settings(endpoint.url, timeout_seconds=0.3))
    with pytest.raises(TimedOut, match=r"said nothing for 0\.4\d? seconds"):
        backend.complete(Request("", ""))
    first.append(piece("hours"))
    with pytest.raises(TimedOut, match=r"said nothing for 0\.2\d? seconds"):
        backend.complete(Request("", ""))


def test_an_answer_that_never_ends_is_given_up(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "ANSWER_SECONDS", 0.2)
    monkeypatch.setattr(remote, "TOKEN_SECONDS", 0.001)

    def dripping(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.end_headers()
        while True:
            handler.wfile.write(b": still here\n\n")
            time.sleep(0.02)

    endpoint.answer = dripping
    with pytest.raises(BackendError, match=r"not finished its answer after 0\.2"):
        open_backend(settings(endpoint.url)).complete(Request("", ""))


FAILURES = {
    "401 with no token": (reply(401, "{}"), "asks for a token"),
    "404": (
        reply(404, '{"error": {"message": "no such model"}}'),
        "serves no model called coder",
    ),
    "500 with a reason": (
        reply(500, '{"error": {"message": "out\\n of memory."}}'),
        r"HTTP status 500: out of memory\.$",
    ),
    "503 with a page": (reply(503, "<html>", "text/html"), r"HTTP status 503\.$"),
    "redirect": (
        reply(307, "", Location="http://127.0.0.1:9/v1/completions"),
        "redirects elsewhere",
    ),
    "no JSON": (reply(200, "<html>", "text/html"), "something that is not JSON"),
    "no completion": (reply(200, '{"ok": true}'), "not a completion"),
    "a list": (reply(200, "[1]"), "not a completion"),
    "no text": (reply(200, '{"choices": [{"text": null}]}'), "not a completion"),
    "a bad event": (
        reply(200, "data: {oops\n\n", "text/event-stream"),
        "something that is not JSON",
    ),
    "an error in the stream": (
        reply(200, events({"error": {"message": "too long"}}), "text/event-stream"),
        "reported an error: too long",
    ),
    "a stream cut short": (
        reply(200, events(piece("a"), done=False), "text/event-stream"),
        "broke off its answer",
    ),
    "a body cut short": (
        reply(200, '{"choi', **{"Content-Length": "500"}),
        "broke off its answer",
    ),
    "no HTTP at all": (
        lambda handler: handler.wfile.write(b"SSH-2.0-OpenSSH\r\n") and None,
        "broke off its answer",
    ),
}


@pytest.mark.parametrize(("answer", "message"), FAILURES.values(), ids=FAILURES.keys())
def test_a_failure_is_told_in_one_sentence(
    endpoint: Endpoint,
    answer: Callable[[BaseHTTPRequestHandler], None],
    message: str,
) -> None:
    endpoint.answer = answer
    with pytest.raises(BackendError, match=message) as failure:
        open_backend(settings(endpoint.url)).complete(Request("", ""))
    assert "127.0.0.1" in str(failure.value)
    assert "\n" not in str(failure.value)


def test_a_refused_connection_asks_whether_the_server_runs() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    backend = open_backend(settings(f"http://127.0.0.1:{port}/v1"))
    with pytest.raises(BackendError, match=r"Nothing listens at .* running"):
        backend.complete(Request("", ""))


def test_the_token_goes_into_the_header_and_nowhere_else(
    endpoint: Endpoint,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("OUR_TOKEN", TOKEN)
    backend = open_backend(settings(endpoint.url, token_variable="OUR_TOKEN"))
    endpoint.answer = stream("x")
    backend.complete(Request("", ""))
    assert endpoint.headers[0]["Authorization"] == f"Bearer {TOKEN}"
    assert TOKEN not in json.dumps(endpoint.bodies)
    for status in (401, 400):
        message = json.dumps({"error": {"message": f"bad key {TOKEN}"}})
        endpoint.answer = reply(status, message)
        with pytest.raises(BackendError) as failure:
            backend.complete(Request("", ""))
        assert TOKEN not in str(failure.value)
        assert failure.value.__cause__ is None
    assert TOKEN not in caplog.text + "".join(capfd.readouterr()) + repr(backend)


@pytest.mark.parametrize(
    ("url", "posted"),
    [
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000/v1/completions"),
        ("http://127.0.0.1:8000/v1/", "http://127.0.0.1:8000/v1/completions"),
        ("https://host/api/v1/completions", "https://host/api/v1/completions"),
        ("https://host/v1?version=2", "https://host/v1/completions?version=2"),
    ],
)
def test_the_address_may_be_given_in_part(url: str, posted: str) -> None:
    backend: Any = open_backend(settings(url))
    assert backend._url == posted


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"endpoint": "file:///etc/passwd"}, "with http or https"),
        ({"endpoint": "ftp://host/v1"}, "with http or https"),
        ({"endpoint": "localhost:8000"}, "with http or https"),
        ({"endpoint": "http://[::1"}, "with http or https"),
        ({"endpoint": ""}, "with http or https"),
        ({"endpoint": "http://me:hidden@h/v1"}, "not in its address"),
        ({"model": ""}, "Set the name of the model"),
        ({"format": ""}, "prompt format of coder is not known"),
        ({"format": "gpt-9"}, "no prompt format called 'gpt-9'"),
    ],
)
def test_settings_that_cannot_work_are_refused(
    changed: dict[str, str], message: str
) -> None:
    given = {"endpoint": "http://h/v1", "model": "coder", "format": "starcoder2"}
    with pytest.raises(BackendError, match=message):
        open_backend(BackendSettings("remote", **(given | changed)))  # type: ignore[arg-type]


def test_a_model_of_the_catalog_brings_its_format(endpoint: Endpoint) -> None:
    endpoint.answer = stream("x")
    known = settings(endpoint.url, model="Qwen/Qwen2.5-Coder-1.5B", format="")
    open_backend(known).complete(Request("a", "b"))
    assert endpoint.bodies[0]["prompt"] == (
        "<|fim_prefix|><|fim_suffix|>b<|fim_middle|>a"
    )


def refuse(
    times: int, status: int, then: Callable[[BaseHTTPRequestHandler], None], **head: str
) -> Callable[[BaseHTTPRequestHandler], None]:
    left = [status] * times

    def answer(handler: BaseHTTPRequestHandler) -> None:
        if left:
            reply(left.pop(), '{"error": "loading model"}', **head)(handler)
        else:
            then(handler)

    return answer


@pytest.mark.parametrize("status", [429, 503])
def test_an_endpoint_that_is_busy_is_asked_again(
    endpoint: Endpoint, status: int
) -> None:
    endpoint.answer = refuse(2, status, stream("hours"))
    assert open_backend(settings(endpoint.url)).complete(Request("", "")) == "hours"
    assert len(endpoint.bodies) == 3


@pytest.mark.parametrize(
    ("status", "head", "attempts"),
    [
        (400, {}, 1),
        (500, {}, 1),
        (503, {"Retry-After": "60"}, 1),
        (429, {"Retry-After": "soon"}, 4),
    ],
)
def test_nothing_else_is_asked_again_and_never_for_long(
    endpoint: Endpoint,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    head: dict[str, str],
    attempts: int,
) -> None:
    monkeypatch.setattr(remote, "RETRY_SECONDS", 0.9)
    monkeypatch.setattr("random.uniform", lambda _low, high: high)
    endpoint.answer = refuse(20, status, stream("hours"), **head)
    started = time.monotonic()
    with pytest.raises(BackendError, match=f"HTTP status {status}: loading model"):
        open_backend(settings(endpoint.url)).complete(Request("", ""))
    assert time.monotonic() - started < 2
    assert len(endpoint.bodies) == attempts


def test_a_server_that_starts_within_the_limit_is_reached() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            stream("hours")(self)

        def log_message(self, *args: object) -> None:
            pass

    servers: list[ThreadingHTTPServer] = []

    def start() -> None:
        servers.append(ThreadingHTTPServer(("127.0.0.1", port), Handler))
        servers[0].serve_forever(0.01)

    timer = threading.Timer(0.2, start)
    timer.start()
    backend = open_backend(settings(f"http://127.0.0.1:{port}/v1"))
    assert backend.complete(Request("", "")) == "hours"
    servers[0].shutdown()
    servers[0].server_close()


def test_cancelling_ends_the_wait_for_another_attempt(endpoint: Endpoint) -> None:
    endpoint.answer = refuse(20, 503, stream("hours"))
    request = Request("", "")
    threading.Timer(0.05, request.cancelled.set).start()
    with pytest.raises(Cancelled):
        open_backend(settings(endpoint.url)).complete(request)
    assert len(endpoint.bodies) < 3


def test_sampling_is_sent_only_where_it_says_something(endpoint: Endpoint) -> None:
    endpoint.answer = stream("x")
    asked = Request("", "", temperature=0.9, top_p=0.95, repetition_penalty=1.1)
    open_backend(settings(endpoint.url)).complete(asked)
    sent = endpoint.bodies[0]
    assert (sent["temperature"], sent["top_p"]) == (0.9, 0.95)
    assert sent["frequency_penalty"] == 0.1


def test_an_adapter_is_asked_for_by_its_name(endpoint: Endpoint) -> None:
    endpoint.answer = stream("x")
    backend = open_backend(settings(endpoint.url))
    for adapter in ("payroll", "", "absence"):
        backend.complete(Request("", "", adapter=adapter))
    assert [body["model"] for body in endpoint.bodies] == [
        "payroll",
        "coder",
        "absence",
    ]


LINES = Request(
    "a = 1\nb = ", "\nRETURN b", 9, temperature=0.5, repetition_penalty=1.2, seed=3
)


def test_infill_sends_the_line_that_is_typed_as_prompt(endpoint: Endpoint) -> None:
    body = events(
        {"content": "a", "stop": False},
        {"content": " + 1", "stop": False},
        {"content": "", "stop": True, "tokens_predicted": 3},
        done=False,
    )
    endpoint.answer = reply(200, body, "text/event-stream")
    root = endpoint.url.removesuffix("/v1")
    backend = open_backend(BackendSettings("remote", endpoint=root, protocol="infill"))
    assert backend.complete(LINES) == "a + 1"
    assert endpoint.paths == ["/infill"]
    assert endpoint.bodies == [
        {
            "input_prefix": "a = 1\n",
            "prompt": "b = ",
            "input_suffix": "\nRETURN b",
            "n_predict": 9,
            "temperature": 0.5,
            "top_p": 1.0,
            "repeat_penalty": 1.2,
            "seed": 3,
            "stop": [],
            "cache_prompt": True,
            "stream": True,
        }
    ]


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        (
            "starcoder2",
            {
                "prompt": "<fim_prefix>a = 1\n<fim_suffix>\nRETURN b<fim_middle>b = ",
                "raw": True,
            },
        ),
        ("", {"prompt": "a = 1\nb = ", "suffix": "\nRETURN b", "raw": False}),
    ],
)
def test_ollama_is_sent_our_prompt_where_the_format_is_known(
    endpoint: Endpoint, name: str, sent: dict[str, Any]
) -> None:
    lines = [
        {"response": "a", "done": False},
        {"response": " + 1", "done": False},
        {"response": "", "done": True, "done_reason": "stop"},
    ]
    body = "".join(json.dumps(line) + "\n" for line in lines)
    endpoint.answer = reply(200, body, "application/x-ndjson")
    root = endpoint.url.removesuffix("/v1")
    backend = open_backend(settings(root, protocol="ollama", format=name))
    assert backend.complete(LINES) == "a + 1"
    assert endpoint.paths == ["/api/generate"]
    (body_sent,) = endpoint.bodies
    options = body_sent.pop("options")
    assert body_sent == {"model": "coder", "stream": True} | sent
    assert options.pop("stop") == (
        ["<|endoftext|>", "<fim_middle>", "<fim_prefix>", "<fim_suffix>"]
        if name
        else []
    )
    assert options == {
        "num_predict": 9,
        "temperature": 0.5,
        "top_p": 1.0,
        "repeat_penalty": 1.2,
        "seed": 3,
    }


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("text/event-stream", {"error": {"message": "no FIM tokens"}}),
        ("application/x-ndjson", {"error": "no FIM tokens"}),
    ],
)
@pytest.mark.parametrize("protocol", ["openai", "infill", "ollama"])
def test_an_error_within_an_answer_is_told(
    endpoint: Endpoint, kind: str, answer: dict[str, Any], protocol: str
) -> None:
    start = "data: " if kind == "text/event-stream" else ""
    endpoint.answer = reply(200, f"{start}{json.dumps(answer)}\n\n", kind)
    with pytest.raises(BackendError, match="reported an error: no FIM tokens"):
        open_backend(settings(endpoint.url, protocol=protocol)).complete(LINES)


@pytest.mark.parametrize(
    ("url", "posted"),
    [
        ("http://h:8080", "http://h:8080/v1/completions"),
        ("http://h:8080/infill", "http://h:8080/infill"),
        ("http://h/llama/infill/", "http://h/llama/infill"),
        ("http://localhost:11434", "http://localhost:11434/api/generate"),
        ("http://h/api", "http://h/api/generate"),
        ("http://h/api/generate", "http://h/api/generate"),
        ("http://localhost:11434/v1", "http://localhost:11434/v1/completions"),
    ],
)
def test_the_protocol_shows_in_the_address(url: str, posted: str) -> None:
    backend: Any = open_backend(settings(url))
    assert backend._url == posted


def test_an_instruction_is_sent_in_the_words_of_training(endpoint: Endpoint) -> None:
    endpoint.answer = stream("l_pay", " = 1")
    grown: list[str] = []
    asked = Request(
        "l_hours = 8\n",
        "",
        instruction="Pay one.",
        stop=lambda said: bool(grown.append(said)),
    )
    assert follow(open_backend(settings(endpoint.url)), asked) == "l_pay = 1"
    assert grown == ["l_pay", "l_pay = 1"]
    assert endpoint.bodies[0]["prompt"] == (
        "### Instruction:\nThe formula:\n\nl_hours = 8\n/* HERE */\n\nPay one.\n\n"
        "### Response:\n"
    )
    assert endpoint.bodies[0]["stop"] == [
        "### Instruction:",
        "### Response:",
        "<|endoftext|>",
    ]


@pytest.mark.parametrize(
    ("fmt", "prompt"),
    [("", "Pay one."), ("starcoder2", "### Instruction:\nPay one.\n\n### Response:\n")],
)
def test_ollama_is_sent_an_instruction_in_its_own_template_or_in_ours(
    endpoint: Endpoint, fmt: str, prompt: str
) -> None:
    endpoint.answer = reply(200, json.dumps({"response": "l_pay = 1", "done": True}))
    chosen = settings(endpoint.url, protocol="ollama", format=fmt)
    asked = Request("", "", instruction="Pay one.")
    assert follow(open_backend(chosen), asked) == "l_pay = 1"
    body = endpoint.bodies[0]
    assert (body["prompt"], body["raw"], "suffix" in body) == (prompt, bool(fmt), False)


def test_an_endpoint_that_only_fills_holes_is_asked_nothing_else(
    endpoint: Endpoint,
) -> None:
    backend = open_backend(settings(endpoint.url, protocol="infill"))
    with pytest.raises(BackendError, match=r"only fills holes; .*/v1"):
        follow(backend, Request("", "", instruction="Pay one."))
    assert endpoint.bodies == []
