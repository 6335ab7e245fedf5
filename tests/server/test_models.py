"""`fastformula models` against a hub on loopback that serves a tiny base."""

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from fastformula_models.card import Card, save_card
from fastformula_models.catalog import base_named
from fastformula_server.__main__ import cli

BASE = base_named("microsoft/phi-2")
WEIGHTS = bytes(range(256)) * 90_000  # 23 MB: three pieces of a download
FILES = {
    "config.json": b'{"model_type": "phi"}',
    "model.safetensors": WEIGHTS,
    "tokenizer.json": b'{"version": "1.0"}',
    "LICENSE": b"MIT",
    "modeling_phi.py": b"print('code')",
    "pytorch_model.bin": b"\x80pickle",
    "original/model.safetensors": b"other layout",
}


@dataclass
class Hub:
    """A hub that can break off, refuse and count."""

    url: str = ""
    status: int = 200
    cut_after: list[int] = field(default_factory=list)
    """Break the next downloads of the weights off after so many bytes."""
    sent: threading.Event = field(default_factory=threading.Event)
    hold: threading.Event = field(default_factory=threading.Event)
    asked: list[tuple[str, str, str]] = field(default_factory=list)

    def fetched(self, name: str) -> list[str]:
        """The ranges in which a file was asked for."""
        return [
            byte_range
            for method, path, byte_range in self.asked
            if method == "GET" and path.endswith(f"/{name}")
        ]


@pytest.fixture
def hub() -> Iterator[Hub]:
    state = Hub()

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.answer(body=False)

        def do_GET(self) -> None:
            self.answer(body=True)

        def answer(self, *, body: bool) -> None:
            ranged = self.headers.get("Range", "")
            state.asked.append((self.command, self.path, ranged))
            if state.status != 200:
                self.reply(state.status, b"{}", body)
                return
            if "/tree/" in self.path:
                assert f"/tree/{BASE.revision}" in self.path
                tree = [
                    {
                        "type": "file",
                        "path": name,
                        "size": len(data),
                        "oid": hashlib.sha1(data).hexdigest(),
                    }
                    for name, data in FILES.items()
                ]
                self.reply(200, json.dumps(tree).encode(), body)
                return
            if self.path.startswith(f"/api/models/{BASE.id}/revision/{BASE.revision}"):
                model = {"id": BASE.id, "sha": BASE.revision}
                self.reply(200, json.dumps(model).encode(), body)
                return
            name = self.path.partition(f"/resolve/{BASE.revision}/")[2]
            if name not in FILES:
                self.reply(404, b"", body)
                return
            data = FILES[name]
            start = int(re.findall(r"\d+", ranged)[0]) if ranged else 0
            headers = {
                "ETag": f'"{hashlib.sha1(data).hexdigest()}"',
                "X-Repo-Commit": BASE.revision,
            }
            if start:
                headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
            cut = None
            if body and data is WEIGHTS and state.cut_after:
                cut = state.cut_after.pop(0)
            self.reply(206 if start else 200, data[start:], body, cut, headers)

        def reply(
            self,
            status: int,
            data: bytes,
            body: bool,
            cut: int | None = None,
            headers: dict[str, str] | None = None,
        ) -> None:
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.close_connection = True
            if body:
                self.wfile.write(data[:cut])
                if cut is not None:
                    self.wfile.flush()
                    state.sent.set()
                    state.hold.wait(30)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield state
    state.hold.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    variables = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("HF_", "TRANSFORMERS_"))
    }
    return variables | {
        "HF_HOME": str(tmp_path / "hub"),
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_XET": "1",
        "NO_PROXY": "127.0.0.1",
        "XDG_DATA_HOME": str(tmp_path / "data"),
        "LOCALAPPDATA": str(tmp_path / "data"),
    }


Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(hub: Hub, environment: dict[str, str], tmp_path: Path) -> Run:
    def call(
        *arguments: str, said: str = "", **more: str
    ) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "fastformula_server", "models", *arguments],
            env={"HF_ENDPOINT": hub.url} | environment | more,
            input=said,
            capture_output=True,
            text=True,
            encoding="utf-8",
            cwd=tmp_path,
            timeout=120,
        )

    return call


def snapshot(environment: dict[str, str]) -> Path:
    models = Path(environment["HF_HOME"]) / "hub" / "models--microsoft--phi-2"
    return models / "snapshots" / BASE.revision


def test_a_base_is_fetched_listed_and_removed(
    hub: Hub, run: Run, environment: dict[str, str]
) -> None:
    done = run("pull", BASE.id, said="y\n")
    assert done.returncode == 0, done.stderr
    assert "Licence: MIT" in done.stdout
    assert BASE.revision in done.stdout
    assert "To fetch: 23 MB" in done.stdout
    folder = snapshot(environment)
    assert str(folder) in done.stdout
    assert {path.name for path in folder.iterdir()} == {
        "config.json",
        "model.safetensors",
        "tokenizer.json",
        "LICENSE",
    }
    assert (folder / "model.safetensors").read_bytes() == WEIGHTS
    assert not hub.fetched("modeling_phi.py") + hub.fetched("pytorch_model.bin")

    listed = run("list").stdout
    assert re.search(r"microsoft/phi-2 +23 MB; MIT", listed)
    assert re.search(r"bigcode/starcoder2-3b +not here; BigCode", listed)

    again = run("pull", BASE.id)
    assert again.returncode == 0, "nothing is left to ask"
    assert len(hub.fetched("model.safetensors")) == 1

    kept = run("remove", BASE.id, said="n\n")
    assert kept.returncode == 1
    assert folder.is_dir()
    gone = run("remove", BASE.id, "--yes")
    assert "23 MB are free" in gone.stdout
    assert not folder.exists()
    assert re.search(r"microsoft/phi-2 +not here", run("list").stdout)


def test_without_a_yes_to_the_licence_nothing_is_fetched(hub: Hub, run: Run) -> None:
    done = run("pull", BASE.id, said="n\n")
    assert done.returncode == 1
    assert not hub.fetched("model.safetensors")


def test_a_connection_that_breaks_is_resumed_where_it_broke(
    hub: Hub, run: Run, environment: dict[str, str]
) -> None:
    hub.cut_after = [12_000_000]
    hub.hold.set()
    done = run("pull", BASE.id, "--yes")
    assert done.returncode == 0, done.stderr
    first, second = hub.fetched("model.safetensors")
    assert first == ""
    assert 0 < int(re.findall(r"\d+", second)[0]) <= 12_000_000
    assert (snapshot(environment) / "model.safetensors").read_bytes() == WEIGHTS


@pytest.mark.skipif(sys.platform == "win32", reason="a console's Ctrl+C")
def test_what_was_interrupted_goes_on_with_the_files_that_are_missing(
    hub: Hub, run: Run, environment: dict[str, str], tmp_path: Path
) -> None:
    hub.cut_after = [12_000_000]
    command = "-m fastformula_server models pull microsoft/phi-2 --yes".split()
    process = subprocess.Popen(
        [sys.executable, *command],
        env={"HF_ENDPOINT": hub.url} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        cwd=tmp_path,
    )
    assert hub.sent.wait(60)
    blobs = snapshot(environment).parents[1] / "blobs"
    while len(list(blobs.glob("*"))) < 4:
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 2, said
    assert not list(blobs.glob("*.incomplete"))
    hub.hold.set()
    assert "goes on from here" in said
    assert "Traceback" not in said
    assert re.search(r"phi-2 .*not whole; pull it again", run("list").stdout)
    before = len(hub.fetched("config.json"))
    done = run("pull", BASE.id, "--yes")
    assert done.returncode == 0, done.stderr
    assert len(hub.fetched("config.json")) == before == 1
    assert (snapshot(environment) / "model.safetensors").read_bytes() == WEIGHTS


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (401, "accept its licence at https://huggingface.co/microsoft/phi-2"),
        (404, f"no microsoft/phi-2 at the revision {BASE.revision}"),
        (500, "HTTP status 500"),
    ],
)
def test_what_the_hub_refuses_is_told_in_one_sentence(
    hub: Hub, run: Run, status: int, message: str
) -> None:
    hub.status = status
    done = run("pull", BASE.id, "--yes")
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_without_a_network_the_sentence_says_so(run: Run) -> None:
    done = run("pull", BASE.id, "--yes", HF_ENDPOINT="http://127.0.0.1:9")
    assert done.returncode == 2
    assert "cannot be reached" in done.stderr
    done = run("pull", BASE.id, "--yes", HF_HUB_OFFLINE="1")
    assert done.returncode == 2
    assert "HF_HUB_OFFLINE is set" in done.stderr
    assert done.stderr.count("\n") == 1


def adapter(folder: Path, **changes: Any) -> Path:
    folder.mkdir(parents=True)
    (folder / "adapter_model.safetensors").write_bytes(bytes(2_000_000))
    values = {"base": BASE.id, "revision": "", "format": "phi-2", "budget": 512}
    values |= {"data_hash": "", "created_by": ""} | changes
    save_card(Card(**values), folder)
    return folder


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """The project's adapters and the user's."""
    for name in ("XDG_DATA_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "data"))
    monkeypatch.setenv("HOME", str(tmp_path))
    project = tmp_path / "project"
    project.mkdir()
    (project / "fastformula.toml").write_text("", encoding="utf-8")
    (project / "formulas").mkdir()
    monkeypatch.chdir(project / "formulas")
    monkeypatch.setattr(
        "huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "none")
    )
    from fastformula_server.adapters import adapter_places

    first, second = adapter_places(project)
    return first, second


def test_adapters_of_the_project_and_the_user_are_listed_by_their_cards(
    places: tuple[Path, Path],
) -> None:
    project, own = places
    result = CliRunner().invoke(cli, ["models", "list"])
    assert "none; they would be found in" in result.output
    assert str(project) in result.output
    adapter(project / "payroll")
    adapter(own / "absence", base="Qwen/Qwen2.5-Coder-0.5B")
    (own / "broken").mkdir()
    result = CliRunner().invoke(cli, ["models", "list"])
    assert result.exit_code == 0
    assert "payroll  2 MB; on microsoft/phi-2" in result.output
    assert str(project / "payroll") in result.output
    assert "absence  2 MB; on Qwen/Qwen2.5-Coder-0.5B" in result.output
    assert re.search(r"broken  cannot be used: .* has no adapter_model", result.output)


def test_an_adapter_is_removed_after_asking_and_nothing_else_can_be(
    places: tuple[Path, Path],
) -> None:
    project, own = places
    mine, other = adapter(project / "payroll"), adapter(own / "payroll")
    result = CliRunner().invoke(cli, ["models", "remove", "payroll"], input="n\n")
    assert result.exit_code == 1
    assert mine.is_dir()
    result = CliRunner().invoke(cli, ["models", "remove", "payroll"], input="y\n")
    assert result.exit_code == 0
    assert not mine.exists()
    assert other.is_dir()
    for name in ("absence", "..", str(other), "microsoft/phi-2"):
        result = CliRunner().invoke(cli, ["models", "remove", name, "--yes"])
        assert result.exit_code == 2
    assert other.is_dir()


def test_an_unknown_base_is_told_with_the_known_ones() -> None:
    result = CliRunner().invoke(cli, ["models", "pull", "gpt-9"])
    assert result.exit_code == 2
    assert "known are deepseek-ai/deepseek-coder-1.3b-base" in result.output
