"""`fastformula version`: which one this is."""

import click


@click.command("version")
def command() -> None:
    """Print the version."""
    from importlib.metadata import version

    click.echo(f"fastformula {version('fastformula')}")
