import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

PLUGIN = Path(__file__).parents[2] / "editors" / "neovim"
OURS = "vim.lsp.get_clients({ name = 'fastformula' })[1]"


class Neovim:
    """A Neovim without a window, driven by its own remote commands."""

    def __init__(self, program, options, folder):
        self.program = program
        # The name of a socket is short, and the folders of pytest are not.
        self.socket_folder = Path(tempfile.mkdtemp())
        self.socket = self.socket_folder / "s"
        homes = ("CONFIG", "DATA", "STATE", "CACHE")
        self.environment = os.environ | {f"XDG_{x}_HOME": str(folder) for x in homes}
        quoted = json.dumps(json.dumps(options))
        self.process = subprocess.Popen(
            [
                *(program, "--headless", "--clean", "-n", "--listen", str(self.socket)),
                *("--cmd", f"set runtimepath^={PLUGIN}"),
                *("-c", f"lua require('fastformula').setup(vim.json.decode({quoted}))"),
            ],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.until(self.socket.exists, "socket")

    def until(self, ask, what, seconds=20):
        """The first answer of `ask` that holds; `ask` is a function or Lua."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if answer := (self.lua(ask) if isinstance(ask, str) else ask()):
                return answer
            time.sleep(0.05)
        raise AssertionError(f"no {what} in {seconds} s")

    def _remote(self, *arguments):
        done = subprocess.run(
            [self.program, "--headless", "--server", str(self.socket), *arguments],
            env=self.environment,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def lua(self, body):
        """What the statements `body` return inside Neovim."""
        call = f"(function() {body} end)()".replace("\n", " ").replace("'", "''")
        return json.loads(
            self._remote("--remote-expr", f"json_encode(luaeval('{call}'))")
        )

    def type(self, keys):
        self._remote("--remote-send", keys)

    def edit(self, path):
        """Open `path` and wait until the server knows it."""
        self.lua(f"vim.cmd.edit({json.dumps(str(path))})")
        self.until(f"local c = {OURS} return c and c.initialized or false", "server")

    def diagnostics(self):
        return self.lua("return vim.diagnostic.get(0)")

    def request(self, method, line, character, **more):
        """The server's answer about a place of the current buffer."""
        params = {"position": {"line": line, "character": character}} | more
        return self.lua(
            f"""
            local params = vim.json.decode({json.dumps(json.dumps(params))})
            params.textDocument = vim.lsp.util.make_text_document_params(0)
            local answer = {OURS}:request_sync('{method}', params, 20000, 0)
            assert(answer and not answer.err, vim.inspect(answer))
            return answer.result
            """
        )

    def line(self, number):
        return self.lua(f"return vim.fn.getline({number})")

    def screen(self):
        """What is drawn, ghost text included."""
        return self.lua(
            """
            vim.cmd.redraw()
            local cells = {}
            for row = 1, vim.o.lines do
              for column = 1, vim.o.columns do
                table.insert(cells, vim.fn.screenstring(row, column))
              end
              table.insert(cells, string.char(10))
            end
            return table.concat(cells)
            """
        )

    def close(self):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.socket_folder, ignore_errors=True)


@pytest.fixture
def open_neovim(tmp_path):
    """A function of a Neovim program and server settings that starts the editor."""
    opened = []

    def start(program, settings):
        server = [sys.executable, "-m", "fastformula_server", "serve"]
        opened.append(
            Neovim(str(program), {"cmd": server, "settings": settings}, tmp_path)
        )
        return opened[-1]

    yield start
    for editor in opened:
        editor.close()
