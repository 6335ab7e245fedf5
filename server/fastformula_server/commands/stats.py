"""`fastformula stats`: what became of the text that was offered."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from fastformula_server.failure import Failure

if TYPE_CHECKING:
    from fastformula_server.stats import Fate

NOTHING = (
    "Nothing has been counted. The setting fastformula.completion.countAccepted has the"
    " server count, in a file on this machine that holds no formula text."
)
_TITLES = ("Week", "Model", "Shown", "Accepted", "Partly", "30 s", "120 s", "600 s")


@click.command("stats")
@click.option(
    "--output-format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
)
def command(output_format: str) -> None:
    """Show how much of what the model offered was accepted, and how much was kept.

    For each week and model: how many texts were shown, the share of them that was
    accepted, how many were accepted in part, and which share of the accepted characters
    still stood there after 30, 120 and 600 seconds.
    """
    from fastformula_server.stats import KEPT_AFTER, summarise, tally_path
    from fastformula_server.tally import Tally, TallyError

    try:
        fates = summarise(Tally(tally_path()).rows())
    except TallyError as error:
        raise Failure(str(error)) from error
    if output_format == "json":
        rows = [
            {
                "week": fate.week,
                "backend": fate.backend,
                "shown": fate.shown,
                "accepted": fate.accepted,
                "partly_accepted": fate.partly,
                "acceptance_rate": round(fate.rate, 4),
                "characters": fate.characters,
                "kept": {
                    str(seconds): None if share is None else round(share, 4)
                    for seconds, share in zip(KEPT_AFTER, fate.kept, strict=True)
                },
            }
            for fate in fates
        ]
        click.echo(json.dumps(rows, indent=2))
    elif not fates:
        click.echo(NOTHING)
    elif sys.stdout.isatty():
        _show_table(fates)
    else:
        rows_of_text = [_TITLES, *map(_cells, fates)]
        widths = [max(map(len, column)) for column in zip(*rows_of_text, strict=True)]
        for cells in rows_of_text:
            padded = map(str.ljust, cells, widths)
            click.echo("  ".join(padded).rstrip())


def _show_table(fates: list[Fate]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(*_TITLES, box=None)
    for fate in fates:
        table.add_row(*_cells(fate))
    Console().print(table)


def _cells(fate: Fate) -> tuple[str, ...]:
    return (
        fate.week,
        fate.backend,
        str(fate.shown),
        f"{fate.accepted} ({fate.rate:.0%})",
        str(fate.partly),
        *("-" if share is None else f"{share:.0%}" for share in fate.kept),
    )
