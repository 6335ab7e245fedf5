"""Formatting as editors ask for it, over real stdio, in UTF-16.

On each line that is looked at stands an emoji, and one line holds a U+2028.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ODD = "/* 😀 \u2028 */ "
TEXT = f"""\
{ODD}l_pay=l_hours*2
if {ODD}l_pay>1 then
(
l_pay=1
{ODD}l_tax  =  round ( l_pay )
)
return l_pay
"""
WHOLE = f"""\
{ODD}l_pay = l_hours * 2
IF {ODD}l_pay > 1 THEN
(
  l_pay = 1
  {ODD}l_tax = ROUND(l_pay)
)
RETURN l_pay
"""


def place(text: str, offset: int) -> dict[str, int]:
    lines = text[:offset].split("\n")
    column = len(lines[-1].encode("utf-16-le")) // 2
    return {"line": len(lines) - 1, "character": column}


def offset(text: str, position: dict[str, int]) -> int:
    """Counted as the protocol says, without any of our code."""
    starts = [match.start() for match in re.finditer("^", text, re.MULTILINE)]
    start = starts[position["line"]]
    line = text[start:].split("\n")[0].encode("utf-16-le")
    return start + len(line[: 2 * position["character"]].decode("utf-16-le"))


def made(text: str, edits: list[dict[str, Any]]) -> str:
    for edit in sorted(edits, key=lambda each: -offset(text, each["range"]["start"])):
        start, end = (offset(text, edit["range"][side]) for side in ("start", "end"))
        text = text[:start] + edit["newText"] + text[end:]
    return text


class Editor:
    def __init__(self, wire: Any, uri: str, text: str, settings: object) -> None:
        self.wire, self.uri, self.text = wire, uri, text
        self.numbers = iter(range(1, 100))
        options = {"completion": {"enabled": False}, "format": settings}
        self.capabilities = wire.initialize(initializationOptions=options)[
            "capabilities"
        ]
        wire.send("initialized", {})
        item = {"uri": uri, "languageId": "fastformula", "version": 1, "text": text}
        wire.send("textDocument/didOpen", {"textDocument": item})

    def format(self, words: str = "") -> str:
        """The text after formatting, the whole or what `words` touches."""
        params: dict[str, Any] = {"textDocument": {"uri": self.uri}}
        params["options"] = {"tabSize": 8, "insertSpaces": False}
        method = "textDocument/formatting"
        if words:
            start = self.text.index(words)
            sides = place(self.text, start), place(self.text, start + len(words))
            params["range"] = dict(zip(("start", "end"), sides, strict=True))
            method = "textDocument/rangeFormatting"
        return self.changed(method, params)

    def type(self, words: str, character: str, *, spaces: bool = True) -> str:
        """The text after `character`, the last of `words`, has been typed."""
        params = {
            "textDocument": {"uri": self.uri},
            "position": place(self.text, self.text.index(words) + len(words)),
            "ch": character,
            "options": {"tabSize": 4, "insertSpaces": spaces},
        }
        return self.changed("textDocument/onTypeFormatting", params)

    def changed(self, method: str, params: object) -> str:
        number = next(self.numbers)
        self.wire.send(method, params, number=number)
        return made(self.text, self.wire.answer(number)["result"])


@pytest.fixture
def edit(connect: Callable[..., Any], tmp_path: Path) -> Callable[..., Editor]:
    def start(text: str = TEXT, **settings: object) -> Editor:
        return Editor(connect(), (tmp_path / "pay.ff").as_uri(), text, settings)

    return start


def test_a_formula_and_a_part_of_it(edit: Callable[..., Editor]) -> None:
    editor = edit()
    assert editor.capabilities["documentFormattingProvider"]
    assert editor.capabilities["documentRangeFormattingProvider"]
    assert editor.format() == WHOLE
    line = f"{ODD}l_tax  =  round ( l_pay )"
    assert editor.format("l_tax  =") == TEXT.replace(line, f"{ODD}l_tax = ROUND(l_pay)")
    assert editor.format("return") == TEXT.replace("return", "RETURN")


def test_what_is_broken_is_formatted_around(edit: Callable[..., Editor]) -> None:
    broken = TEXT.replace("return l_pay", "l_x  = = 2")
    assert edit(broken).format() == WHOLE.replace("RETURN l_pay", "l_x  = = 2")


def test_the_project_wins_over_the_settings(
    edit: Callable[..., Editor], tmp_path: Path
) -> None:
    editor = edit(keywords="lower", indent=3)
    lower = WHOLE.replace("\n  ", "\n   ")
    for word in ("IF", "THEN", "RETURN"):
        lower = lower.replace(word, word.lower())
    assert editor.format() == lower
    config = tmp_path / "fastformula.toml"
    config.write_text('[format]\nkeywords = "upper"\n', encoding="utf-8")
    assert editor.format() == WHOLE.replace("\n  ", "\n   ")


def test_a_line_goes_in_and_back_while_it_is_typed(edit: Callable[..., Editor]) -> None:
    typed = TEXT.replace("l_pay=1\n", "l_pay=1\n  )\n")
    editor = edit(typed, indent=3)
    provider = editor.capabilities["documentOnTypeFormattingProvider"]
    assert {provider["firstTriggerCharacter"], *provider["moreTriggerCharacter"]} == {
        *"\n()eE"
    }
    assert editor.type("l_pay=1\n  )", ")") == typed.replace("\n  )", "\n)")
    assert editor.type("then\n(\n", "\n") == typed.replace("(\nl_pay", "(\n   l_pay")
    tabbed = typed.replace("(\nl_pay", "(\n\tl_pay")
    assert editor.type("then\n(\n", "\n", spaces=False) == tabbed
    assert editor.type("l_pay=l_hours", "e") == typed
    assert editor.type(f"{ODD}l_pay=l_hours*2\n", "\n") == typed
