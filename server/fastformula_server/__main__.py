"""The command `fastformula`."""

from __future__ import annotations

import io
import sys

import click

from fastformula_server.commands import COMMANDS


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Check Oracle FastFormula, complete it, and serve it to editors."""


for command in COMMANDS:
    cli.add_command(command)


def main() -> None:
    """Run the command line; what goes wrong is one line, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        # A console that lacks a character of a formula shows another for it.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    cli(prog_name="fastformula")


if __name__ == "__main__":
    main()
