"""The VS Code extension: its types, unit checks, colours and package, by its npm."""

import json
import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.editor

SOURCE = Path(__file__).parents[2] / "editors" / "vscode"
NPM = shutil.which("npm")
NODE = shutil.which("node")


def npm(folder, *arguments, **environment):
    done = subprocess.run(
        [NPM, *arguments],
        cwd=folder,
        env=os.environ | {"npm_config_update_notifier": "false"} | environment,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def extension(tmp_path_factory):
    """A copy of the extension with its dependencies installed."""
    if not NODE or not NPM:
        pytest.skip("no node and npm here")
    version = subprocess.check_output([NODE, "--version"], encoding="utf-8")
    if int(re.match(r"v(\d+)", version)[1]) < 20:
        pytest.skip(f"node {version.strip()} is older than 20")
    ping = subprocess.run(
        [NPM, "ping", "--fetch-retries=0", "--fetch-timeout=10000"],
        capture_output=True,
        check=False,
    )
    if ping.returncode:
        pytest.skip("the npm registry cannot be reached")
    folder = tmp_path_factory.mktemp("extension") / "vscode"
    built = shutil.ignore_patterns("node_modules", "dist", "*.vsix")
    shutil.copytree(SOURCE, folder, ignore=built)
    npm(folder, "ci", "--ignore-scripts", "--no-audit", "--no-fund")
    return folder


def test_types_unit_checks_and_colours(extension):
    said = npm(extension, "run", "check")
    assert re.search(r"^. pass [1-9]\d*$", said, re.MULTILINE), said
    assert re.search(r"^. fail 0$", said, re.MULTILINE), said
    assert "formula.ff run successfuly" in said


def test_the_package_is_made_without_network_and_holds_what_it_needs(extension):
    nowhere = "http://127.0.0.1:9"
    offline = {"HTTP_PROXY": nowhere, "HTTPS_PROXY": nowhere}
    npm(extension, "run", "package", npm_config_offline="true", **offline)
    with zipfile.ZipFile(extension / "fastformula.vsix") as package:
        names = set(package.namelist())
        manifest = json.loads(package.read("extension/package.json"))
        notices = package.read("extension/dist/ThirdPartyNotices.txt").decode()
    contributes = manifest["contributes"]
    named = [
        manifest["main"],
        *(language["configuration"] for language in contributes["languages"]),
        *(grammar["path"] for grammar in contributes["grammars"]),
    ]
    assert {f"extension/{Path(name).as_posix()}" for name in named} <= names
    assert "vscode-languageclient 11." in notices
    assert not [name for name in names if "/src/" in name or "node_modules" in name]
