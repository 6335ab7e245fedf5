"""The commands that clients run by their names."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams

from fastformula_server import generating, running, writing
from fastformula_server.commanding import Answer, Failure
from fastformula_server.server import FormulaServer

COMMANDS: dict[str, Callable[..., Awaitable[Answer]]] = {
    **writing.COMMANDS,
    **running.COMMANDS,
    **generating.COMMANDS,
}


async def on_command(ls: FormulaServer, params: types.ExecuteCommandParams) -> object:
    """Do what a command asks for; pygls would not end it when the client cancels.

    An answer has `failure`, a sentence, where nothing comes of it.
    """
    arguments = params.arguments or ()
    command = COMMANDS.get(params.command)
    if command is None:
        known = ls.protocol.fm.commands.get(params.command)
        if known is None:
            raise JsonRpcInvalidParams(f"There is no command {params.command}.")
        answer = known(*arguments)
        return await answer if inspect.isawaitable(answer) else answer
    given = arguments[0] if arguments else None
    if not isinstance(given, dict):
        raise JsonRpcInvalidParams(f"{params.command} takes an object.")
    try:
        return await command(ls, given, params.work_done_token)
    except Failure as failure:
        ls.log(str(failure), False)
        return {"failure": str(failure)}


FEATURES: tuple[tuple[str, Any, Any], ...] = (
    (types.WORKSPACE_EXECUTE_COMMAND, on_command, None),
)
"""As in `handlers`."""
