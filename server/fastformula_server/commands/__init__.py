"""The commands of `fastformula`, one file each; what is heavy they import late."""

from fastformula_server.commands import check, complete, serve, version

COMMANDS = (check.command, complete.command, serve.command, version.command)
