"""How a command fails that cannot do its work."""

import click


class Failure(click.ClickException):
    """Printed as one line on stderr; ends the process with exit code 2."""

    exit_code = 2
