"""`fastformula serve`: the language server."""

from __future__ import annotations

import logging
import sys

import click

from fastformula_server.failure import Failure

LOOPBACK = "127.0.0.1"


class _Address(click.ParamType[tuple[str, int]]):
    """HOST:PORT, :PORT or PORT; a numeric IPv6 host stands in brackets."""

    name = "HOST:PORT"

    def convert(
        self,
        value: str | tuple[str, int],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> tuple[str, int]:
        if isinstance(value, tuple):
            return value
        host, _, port = value.rpartition(":")
        if not port.isascii() or not port.isdigit() or int(port) > 65535:
            self.fail(f"{value!r} is not HOST:PORT", param, ctx)
        return host.removeprefix("[").removesuffix("]") or LOOPBACK, int(port)


@click.command("serve")
@click.option(
    "--tcp",
    type=_Address(),
    help="Wait for one client on this address instead; the host may be left out.",
)
@click.option(
    "--log-level",
    type=click.Choice(["error", "warning", "info", "debug"]),
    default="error",
    show_default=True,
    help="How much to write to stderr.",
)
def command(tcp: tuple[str, int] | None, log_level: str) -> None:
    """Serve editors over the Language Server Protocol, on stdin and stdout."""
    from fastformula_server.handlers import make_server
    from fastformula_server.transport import serve_stdio, serve_tcp

    logging.basicConfig(
        stream=sys.stderr,
        level=log_level.upper(),
        format="%(levelname)s %(name)s: %(message)s",
    )
    if tcp is None:
        sys.exit(serve_stdio(make_server()))
    host, port = tcp

    def ready(bound: int) -> None:
        click.echo(f"listening on {host}:{bound}", err=True)

    try:
        sys.exit(serve_tcp(make_server(), host, port, ready))
    except OSError as error:
        reason = error.strerror or str(error)
        raise Failure(f"cannot listen on {host}:{port}: {reason}") from error
