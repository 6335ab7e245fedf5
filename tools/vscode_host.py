"""Run the extension in a real VS Code: its tests, or the pictures of the README.

    python tools/vscode_host.py [test]
    python tools/vscode_host.py pictures

VS Code is the one inside npm's code-server, started as a bare server so that it takes
tests, and shown by a headless Chromium. What npm has (about 0.9 GB) is installed into
`--cache` the first time; Chromium has to be there, or on Debian under root is installed
with apt. On Linux Node is installed too; elsewhere it has to be there. VERBOSE=1 shows
all that the tests say.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
EXTENSION = ROOT / "editors" / "vscode"
SCRIPTS = ROOT / "tests" / "editors" / "vscode"
PICTURES = ROOT / "docs" / "images"

NODE = "24.21.0"
CODE_SERVER = "4.139.1"
PLAYWRIGHT = "1.65.1"

SETTINGS = {
    "chat.disableAIFeatures": True,
    "extensions.autoUpdate": False,
    "git.enabled": False,
    "security.workspace.trust.enabled": False,
    "telemetry.telemetryLevel": "off",
    "workbench.secondarySideBar.defaultVisibility": "hidden",
    "workbench.startupEditor": "none",
}


@dataclass(frozen=True, slots=True)
class Editors:
    """What is installed: the folders of Node's programs, VS Code and Playwright."""

    node: Path
    code: Path
    playwright: Path
    chromium: str

    @property
    def environment(self) -> dict[str, str]:
        """The environment in which `node` and `npm` are those of `node`."""
        return os.environ | {
            "PATH": f"{self.node}{os.pathsep}{os.environ['PATH']}",
            "npm_config_update_notifier": "false",
        }

    def run(self, *command: str | Path, **more: str) -> None:
        """Run `command` in the environment, to its end. Raises CalledProcessError."""
        subprocess.run(command, env=self.environment | more, check=True)


def install(cache: Path) -> Editors:
    """Install into `cache` what is missing. Raises SystemExit without Chromium."""
    node = find_node(cache / "node")
    environment = {"PATH": f"{node}{os.pathsep}{os.environ['PATH']}"}
    code = cache / "code-server" / "node_modules" / "code-server" / "lib" / "vscode"
    _npm_install(code.parents[3], "code-server", CODE_SERVER, **environment)
    for folder in (code, code / "extensions"):
        if not (folder / "node_modules").is_dir():
            command = ["npm", "install", "--omit=dev", "--ignore-scripts"]
            subprocess.run(
                command, cwd=folder, env=os.environ | environment, check=True
            )
    playwright = cache / "playwright"
    _npm_install(playwright, "playwright-core", PLAYWRIGHT, **environment)
    return Editors(node, code, playwright / "node_modules", find_chromium())


def find_node(folder: Path) -> Path:
    """The programs of the Node that VS Code is built for, installed if need be."""
    if found := shutil.which("node"):
        version = subprocess.check_output([found, "--version"], encoding="utf-8")
        if version.startswith(f"v{NODE.partition('.')[0]}."):
            return Path(found).parent
    machine = {"x86_64": "x64", "aarch64": "arm64"}.get(platform.machine())
    if sys.platform != "linux" or machine is None or not shutil.which("npm"):
        raise SystemExit(f"needs Node {NODE} on the search path")
    _npm_install(folder, f"node-linux-{machine}", NODE)
    return folder / "node_modules" / f"node-linux-{machine}" / "bin"


def _npm_install(folder: Path, name: str, version: str, **environment: str) -> None:
    manifest = folder / "node_modules" / name / "package.json"
    if manifest.is_file():
        installed = json.loads(manifest.read_text(encoding="utf-8"))["version"]
        if installed == version:
            return
    folder.mkdir(parents=True, exist_ok=True)
    print(f"installing {name} {version} into {folder}", flush=True)
    # Without the install scripts nothing is compiled; VS Code does without those parts.
    subprocess.run(
        ["npm", "install", "--prefix", folder, "--ignore-scripts", f"{name}@{version}"],
        env=os.environ | environment,
        check=True,
        stdout=subprocess.DEVNULL,
    )


def find_chromium() -> str:
    """A Chromium of this machine, or one that apt installs. Raises SystemExit."""
    names = ("chromium", "chromium-browser", "google-chrome")
    for name in (os.environ.get("CHROMIUM", ""), *names):
        if name and (found := shutil.which(name)):
            return found
    if shutil.which("apt-get") and os.geteuid() == 0:
        print("installing chromium with apt", flush=True)
        apt = ["apt-get", "install", "-y", "-qq", "--no-install-recommends"]
        subprocess.run(["apt-get", "update", "-qq"], check=True)
        subprocess.run([*apt, "chromium", "fonts-dejavu-core"], check=True)
        return find_chromium()
    raise SystemExit("no Chromium: install one, or name it in CHROMIUM")


def package(editors: Editors) -> Path:
    """Build the extension as it is; its .vsix."""
    npm = ["npm", "--prefix", str(EXTENSION)]
    if not (EXTENSION / "node_modules").is_dir():
        editors.run(*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund")
    editors.run(*npm, "run", "--silent", "package")
    return EXTENSION / "fastformula.vsix"


@contextmanager
def serve(
    editors: Editors, folder: Path, settings: dict[str, object], vsix: Path | None
) -> Iterator[str]:
    """Run VS Code's server with its state in `folder`; the address it answers at."""
    for data in ("User", "Machine"):
        path = folder / "data" / data / "settings.json"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(SETTINGS | settings), encoding="utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command: list[str | Path] = [
        editors.node / "node",
        editors.code / "out" / "server-main.js",
        "--accept-server-license-terms",
        *("--server-data-dir", folder),
    ]
    if vsix:
        editors.run(*command, "--install-extension", vsix)
    log = folder / "vscode.log"
    with log.open("w", encoding="utf-8") as out:
        # Without the smoke-test driver a built VS Code ignores the tests it is given.
        server = subprocess.Popen(
            [
                *command,
                *("--host", "127.0.0.1", "--port", str(port), "--telemetry-level"),
                *("off", "--without-connection-token", "--disable-workspace-trust"),
                "--enable-smoke-test-driver",
            ],
            env=editors.environment,
            stdout=out,
            stderr=out,
        )
        try:
            _wait_for(f"http://127.0.0.1:{port}/version", server, log)
            yield f"127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait()


def _wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(240):
        if server.poll() is not None:
            raise SystemExit(f"VS Code stopped:\n{log.read_text(encoding='utf-8')}")
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.25)
        else:
            return
    raise SystemExit(f"VS Code did not answer:\n{log.read_text(encoding='utf-8')}")


def recording_server(folder: Path) -> tuple[Path, Path]:
    """A program that runs our server and writes down what it is asked, and where."""
    program, log = folder / "fastformula", folder / "messages.jsonl"
    run = f'exec "{sys.executable}" "{SCRIPTS / "recorder.py"}" "{log}" "$@"'
    program.write_text(f"#!/bin/sh\n{run}\n", encoding="utf-8")
    program.chmod(0o755)
    return program, log


def script(editors: Editors, name: str, *arguments: str | Path, **more: str) -> None:
    """Run `SCRIPTS/name` in Node with Playwright. Raises CalledProcessError."""
    more |= {"PLAYWRIGHT": str(editors.playwright), "CHROMIUM": editors.chromium}
    editors.run(editors.node / "node", SCRIPTS / name, *arguments, **more)


def run_tests(editors: Editors, folder: Path) -> None:
    """The tests of `suite.js`, inside the extension host."""
    package(editors)
    workspace = folder / "workspace"
    workspace.mkdir()
    program, log = recording_server(folder)
    settings: dict[str, object] = {
        "fastformula.server.path": str(program),
        "fastformula.completion.backend": "fake",
        "fastformula.completion.answers": ["hours * rate"],
        "fastformula.completion.countAccepted": True,
    }
    # The extension host, which reads it, is a child of the server.
    os.environ["FASTFORMULA_MESSAGES"] = str(log)
    # What is counted there is of no interest to whoever runs the tests.
    os.environ["XDG_DATA_HOME"] = str(folder)
    with serve(editors, folder / "code", settings, None) as address:
        script(editors, "host.mjs", address, workspace, EXTENSION, SCRIPTS / "suite.js")


def take_pictures(editors: Editors, folder: Path) -> None:
    """The pictures of the README, with the server that is installed here."""
    vsix = package(editors)
    workspace = folder / "payroll"
    shutil.copytree(SCRIPTS / "pictures", workspace)
    settings: dict[str, object] = {
        "fastformula.server.path": str(Path(sys.executable).with_name("fastformula")),
        "breadcrumbs.enabled": False,
        "editor.minimap.enabled": False,
        "window.commandCenter": False,
        "workbench.activityBar.location": "hidden",
        "workbench.layoutControl.enabled": False,
    }
    PICTURES.mkdir(parents=True, exist_ok=True)
    with serve(editors, folder / "code", settings, vsix) as address:
        script(editors, "pictures.mjs", address, workspace, PICTURES)


def main() -> None:
    """Install what is missing, then do what was asked."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("what", choices=["test", "pictures"], nargs="?", default="test")
    parser.add_argument(
        "--cache",
        type=Path,
        default=ROOT / ".cache" / "editors",
        help="where the editors are installed (default: .cache/editors)",
    )
    arguments = parser.parse_args()
    editors = install(arguments.cache.resolve())
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        task = run_tests if arguments.what == "test" else take_pictures
        try:
            task(editors, Path(folder))
        except subprocess.CalledProcessError as error:
            sys.exit(error.returncode)


if __name__ == "__main__":
    main()
