"""The remote backend against `transformers serve` with a tiny model."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastformula_models import (
    BackendError,
    BackendSettings,
    Cancelled,
    Request,
    open_backend,
    remote,
)
from fastformula_models.backend import TimedOut
from fastformula_models.fake import FakeBackend
from fastformula_models.health import FallbackBackend, Health

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("one_thread")]

MIDDLE = "(hours_worked - 40) * 1.5"
# The model knows one hole by heart; in others it says a hundred tokens of nonsense.
LONG = Request("x = ", "\nRETURN overtime\n", 150)


class Engine:
    """A server process, started when it is not running."""

    def __init__(self, model: Path, log: Path) -> None:
        self.model = model
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        if self._process is not None and self._process.poll() is None:
            return
        serve = "from transformers.cli.transformers import main; main()"
        options = f"--host 127.0.0.1 --port {self.port} --device cpu".split()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-c", serve, "serve", str(self.model), *options],
                env=os.environ | {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"},
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                url = f"http://127.0.0.1:{self.port}/health"
                with urllib.request.urlopen(url, timeout=5):
                    return
            except OSError:
                time.sleep(0.1)
        raise AssertionError(self._log.read_text(encoding="utf-8"))

    def send(self, number: int) -> None:
        assert self._process
        self._process.send_signal(number)

    def kill(self) -> None:
        assert self._process
        self._process.kill()
        self._process.wait(30)


@pytest.fixture(scope="module")
def served(
    make: Callable[[str], Any], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    """`transformers serve` with the tiny Llama and its adapter in one."""
    import peft
    import transformers

    tiny = make("llama")
    auto: Any = transformers.AutoModelForCausalLM
    adapted: Any = peft.PeftModel.from_pretrained(
        auto.from_pretrained(tiny.base), str(tiny.adapter)
    )
    folder = tmp_path_factory.mktemp("served")
    adapted.merge_and_unload().save_pretrained(folder)
    tiny.tokenizer.save_pretrained(folder)
    engine = Engine(folder, folder.parent / "engine.log")
    engine.start()
    yield engine
    engine.kill()


@pytest.fixture
def engine(served: Engine) -> Engine:
    served.start()
    return served


def backend_at(engine: Engine, port: int = 0, **more: Any) -> Any:
    given = {"model": str(engine.model), "format": "deepseek-coder"} | more
    url = f"http://127.0.0.1:{port or engine.port}/v1"
    return open_backend(BackendSettings("remote", endpoint=url, **given))


def asked(**more: Any) -> Request:
    prefix = "IF hours_worked > 40 THEN\n  overtime = "
    return Request(prefix, "\nRETURN overtime\n", **({"max_tokens": 40} | more))


def at_the_first_piece(do: Callable[[], None]) -> Callable[[str], bool]:
    """A stop condition that never stops, but does something once."""
    pieces: list[str] = []

    def stop(text: str) -> bool:
        if not pieces:
            do()
        pieces.append(text)
        return False

    return stop


def long(**more: Any) -> Request:
    return Request(LONG.prefix, LONG.suffix, LONG.max_tokens, **more)


def test_the_engine_answers_piece_by_piece_what_the_model_has_learnt(
    engine: Engine,
) -> None:
    backend = backend_at(engine)
    pieces: list[str] = []
    assert backend.complete(asked(stop=lambda text: pieces.append(text))) == MIDDLE
    assert len(pieces) > 3
    assert all(MIDDLE.startswith(text) for text in pieces)
    drawn = asked(temperature=0.3, top_p=0.9, repetition_penalty=1.0, seed=5)
    assert backend.complete(drawn)
    assert backend.complete(asked(repetition_penalty=50.0)) != MIDDLE


def test_stop_and_cancel_end_an_answer_and_the_engine_answers_the_next(
    engine: Engine,
) -> None:
    backend = backend_at(engine)
    whole = backend.complete(long())
    part = backend.complete(long(stop=lambda text: len(text) > 10))
    assert whole.startswith(part)
    assert 10 < len(part) < len(whole)
    request = long()
    with pytest.raises(Cancelled):
        backend.complete(
            long(
                stop=at_the_first_piece(request.cancelled.set),
                cancelled=request.cancelled,
            )
        )
    assert backend.complete(asked()) == MIDDLE


def test_a_model_that_is_not_served_is_told(engine: Engine) -> None:
    with pytest.raises(BackendError, match=r"HTTP status 400: .*requested 'other'"):
        backend_at(engine).complete(asked(adapter="other"))


def test_an_engine_that_is_killed_in_the_middle_is_told_and_replaced(
    engine: Engine,
) -> None:
    backend = backend_at(engine)
    with pytest.raises(BackendError, match="broke off its answer"):
        backend.complete(long(stop=at_the_first_piece(engine.kill)))
    with pytest.raises(BackendError, match="Nothing listens at"):
        backend.complete(asked())
    now = [0.0]
    seen: list[Health] = []
    ready = threading.Event()

    def report(health: Health) -> None:
        seen.append(health)
        if health.state == "ready":
            ready.set()

    both = FallbackBackend(
        lambda: backend, FakeBackend(("meanwhile",)), report, lambda: now[0]
    )
    assert ready.wait(10)
    assert [both.complete(asked()) for _ in range(3)] == ["meanwhile"] * 3
    engine.start()
    now[0] += 60
    assert both.complete(asked()) == MIDDLE
    assert [health.state for health in seen] == ["loading", "ready", "failing", "ready"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGSTOP")
def test_an_engine_that_hangs_in_the_middle_is_given_up_and_taken_back(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "IDLE_SECONDS", 0.5)
    backend = backend_at(engine)

    def hang() -> None:
        engine.send(signal.SIGSTOP)

    try:
        with pytest.raises(TimedOut, match=r"said nothing for 0\.5"):
            backend.complete(long(stop=at_the_first_piece(hang)))
        hung = backend_at(engine, timeout_seconds=0.5)
        with pytest.raises(TimedOut, match=r"said nothing for 0\.5"):
            hung.complete(asked())
    finally:
        engine.send(signal.SIGCONT)
    monkeypatch.setattr(remote, "IDLE_SECONDS", 30.0)
    assert backend_at(engine, timeout_seconds=60).complete(asked()) == MIDDLE


Spoil = Callable[[socket.socket, Iterator[bytes]], None]


@pytest.fixture
def between(engine: Engine) -> Iterator[Callable[[Spoil], int]]:
    """A way to the engine on which its answer is spoiled; the port it begins at."""
    listeners: list[socket.socket] = []

    def copy(client: socket.socket, real: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := client.recv(1 << 16):
                real.sendall(data)

    def forward(client: socket.socket, spoil: Spoil) -> None:
        with client, socket.create_connection(("127.0.0.1", engine.port)) as real:
            asking = threading.Thread(target=copy, args=(client, real), daemon=True)
            asking.start()
            with contextlib.suppress(OSError):
                spoil(client, iter(lambda: real.recv(256), b""))
                # Closing alone would leave it open for the thread that reads.
                client.shutdown(socket.SHUT_RDWR)

    def serve(listener: socket.socket, spoil: Spoil) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=forward, args=(client, spoil), daemon=True).start()

    def listen(spoil: Spoil) -> int:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)
        threading.Thread(target=serve, args=(listener, spoil), daemon=True).start()
        port: int = listener.getsockname()[1]
        return port

    yield listen
    for listener in listeners:
        listener.close()


def some_then(end: Callable[[socket.socket], None]) -> Spoil:
    def spoil(client: socket.socket, chunks: Iterator[bytes]) -> None:
        for _ in range(4):
            client.sendall(next(chunks))
        end(client)

    return spoil


def in_a_chunk(data: bytes) -> Callable[[socket.socket], None]:
    """Rubbish that HTTP has no objection to."""
    return lambda client: client.sendall(b"%x\r\n%s\r\n0\r\n\r\n" % (len(data), data))


RUBBISH: dict[str, tuple[Spoil, str]] = {
    "bytes": (
        some_then(lambda client: client.sendall(bytes(range(128, 256)) * 9)),
        "broke off its answer|not JSON",
    ),
    "an end": (some_then(lambda client: None), "broke off its answer"),
    "a page": (
        some_then(in_a_chunk(b"\n\ndata: <html>busy</html>\n\n")),
        "not JSON|broke off",
    ),
    "another JSON": (
        some_then(in_a_chunk(b'\n\ndata: {"pong": 1}\n\n')),
        "not a completion|not JSON|broke off",
    ),
}


@pytest.mark.parametrize(("spoil", "message"), RUBBISH.values(), ids=RUBBISH.keys())
def test_rubbish_in_the_middle_is_told_in_one_sentence(
    engine: Engine,
    between: Callable[[Spoil], int],
    spoil: Spoil,
    message: str,
) -> None:
    with pytest.raises(BackendError, match=message) as failure:
        backend_at(engine, between(spoil)).complete(long())
    assert "\n" not in str(failure.value)


def test_a_slow_engine_is_waited_for_within_its_limits(
    engine: Engine,
    between: Callable[[Spoil], int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def drip(client: socket.socket, chunks: Iterator[bytes]) -> None:
        for chunk in chunks:
            for start in range(0, len(chunk), 64):
                client.sendall(chunk[start : start + 64])
                time.sleep(0.01)

    port = between(drip)
    assert backend_at(engine, port).complete(asked()) == MIDDLE
    monkeypatch.setattr(remote, "ANSWER_SECONDS", 0.2)
    monkeypatch.setattr(remote, "TOKEN_SECONDS", 0.0)
    with pytest.raises(TimedOut, match=r"not finished its answer after 0\.2"):
        backend_at(engine, port).complete(long())
