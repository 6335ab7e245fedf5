"""Run our server on stdio and write down every message that the editor sends it.

    recorder.py LOG ARGUMENT...

runs `python -m fastformula_server ARGUMENT...`. LOG gets a JSON value a line, first
`{"pid": ...}` of the server.
"""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path


def main() -> int:
    """Pass messages on until the editor or the server has enough."""
    path = Path(sys.argv[1])
    server = subprocess.Popen(
        [sys.executable, "-m", "fastformula_server", *sys.argv[2:]],
        stdin=subprocess.PIPE,
    )

    def note(value: object) -> None:
        with path.open("a", encoding="utf-8") as log:
            log.write(json.dumps(value) + "\n")

    note({"pid": server.pid})

    def forward() -> None:
        editor = sys.stdin.buffer
        while header := editor.readline():
            length = int(header.split(b":")[1])
            while (blank := editor.readline()) not in (b"\r\n", b""):
                header += blank
            body = editor.read(length)
            note(json.loads(body))
            server.stdin.write(header + b"\r\n" + body)
            server.stdin.flush()
        server.stdin.close()

    threading.Thread(target=forward, daemon=True).start()
    status = server.wait()
    # The thread may still wait for the editor.
    os._exit(status & 0xFF)


if __name__ == "__main__":
    main()
