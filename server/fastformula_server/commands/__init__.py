"""The commands of `fastformula`, one file each; what is heavy they import late."""

from fastformula_server.commands import (
    catalog,
    check,
    complete,
    explain,
    models,
    rules,
    serve,
    version,
)

COMMANDS = (
    catalog.command,
    check.command,
    complete.command,
    explain.command,
    models.command,
    rules.command,
    serve.command,
    version.command,
)
