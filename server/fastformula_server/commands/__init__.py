"""The commands of `fastformula`, one file each; what is heavy they import late."""

from fastformula_server.commands import (
    catalog,
    check,
    complete,
    describe,
    explain,
    models,
    repair,
    rules,
    run,
    serve,
    stats,
    test,
    version,
    write,
)
from fastformula_server.commands import format as format_

COMMANDS = (
    catalog.command,
    check.command,
    complete.command,
    describe.command,
    explain.command,
    format_.command,
    models.command,
    repair.command,
    rules.command,
    run.command,
    serve.command,
    stats.command,
    test.command,
    version.command,
    write.command,
)
