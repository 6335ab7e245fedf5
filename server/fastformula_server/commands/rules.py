"""`fastformula rules`: what is checked."""

from __future__ import annotations

import json
import sys
from typing import Any

import click


@click.command("rules")
@click.option(
    "--output-format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
)
def command(output_format: str) -> None:
    """List all rules.

    `fastformula explain` tells more of each.
    """
    from fastformula.linter import RULES

    rows: list[dict[str, Any]] = [
        {
            "name": rule.name,
            "group": rule.group,
            "severity": rule.severity,
            "fixed_by_check": rule.safe,
            "title": rule.page.title,
        }
        for rule in RULES
    ]
    if output_format == "json":
        click.echo(json.dumps(rows, indent=2))
    elif sys.stdout.isatty():
        _show_table(rows)
    else:
        width = max(len(row["name"]) for row in rows)
        for row in rows:
            fixed = "fixed" if row["fixed_by_check"] else ""
            click.echo(
                f"{row['name']:<{width}}  {row['group']:<11}  {row['severity']:<11}"
                f"  {fixed:<5}  {row['title']}"
            )


def _show_table(rows: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None)
    for title in ("Rule", "Group", "Severity", "--fix"):
        table.add_column(title, no_wrap=True)
    table.add_column("What it finds", min_width=20)
    for row in rows:
        fixed = "yes" if row["fixed_by_check"] else ""
        table.add_row(row["name"], row["group"], row["severity"], fixed, row["title"])
    Console().print(table)
