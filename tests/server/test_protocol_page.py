"""The table of the protocol's methods says what clients are told."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[2] / "docs/protocol.md"


def provider(method: str) -> str:
    """What the protocol calls the capability of a method."""
    name = re.sub(r"^(textDocument/)?(prepare)?", "", method).partition("/")[0]
    return f"{name[0].lower()}{name[1:]}Provider"


def test_what_the_page_calls_answered_is_advertised(
    connect: Callable[..., Any],
) -> None:
    rows = re.findall(
        r"^\| `(textDocument/\w+).*?` \| (yes|no) \|", PAGE.read_text("utf-8"), re.M
    )
    answered = {provider(method) for method, done in rows if done == "yes"}
    absent = {provider(method) for method, done in rows if done == "no"} - answered
    advertised = set(connect().initialize()["capabilities"])
    sync = {"didChangeProvider", "didCloseProvider", "didOpenProvider"}
    sync |= {"didSaveProvider", "publishDiagnosticsProvider"}
    renamed = {
        "formattingProvider": "documentFormattingProvider",
        "rangeFormattingProvider": "documentRangeFormattingProvider",
        "onTypeFormattingProvider": "documentOnTypeFormattingProvider",
    }
    assert {renamed.get(each, each) for each in answered - sync} <= advertised
    assert not {renamed.get(each, each) for each in absent} & advertised
    assert "completionProvider" in advertised
    assert len(answered) > 15 and len(absent) > 5
