"""Pages of the documentation that are made from tables."""

from __future__ import annotations

import json
from collections.abc import Iterable

from fastformula.language import (
    Function,
    Keyword,
    Source,
    load_chapters,
    load_keywords,
    load_sources,
)
from fastformula_server.settings import SETTINGS, Setting

PRODUCTS = {"fusion": "Fusion", "ebs": "EBS", "both": "both"}


def functions_page() -> str:
    """docs/functions.md: every function, array method and word of the language."""
    chapters = load_chapters()
    kinds: dict[str, list[Keyword]] = {}
    for word in load_keywords().values():
        kinds.setdefault(word.kind, []).append(word)
    count = sum(map(len, chapters.values()))
    titles = [*chapters, "Words", "Sources"]
    parts = [
        _INTRODUCTION.format(count=count),
        "\n".join(f"- [{title}](#{_anchor(title)})" for title in titles),
    ]
    for title, functions in chapters.items():
        header = ("Function", "What it does", "Product", "How sure", "Source")
        rows = map(_function_row, sorted(functions, key=lambda each: each.name))
        parts += [f"## {title}", _table(header, rows)]
    parts.append("## Words")
    for kind, words in kinds.items():
        header = ("Word", "Meaning", "Written", "Product", "Source")
        parts += [f"### {_KINDS[kind]}", _table(header, map(_keyword_row, words))]
    parts += ["## Sources", "\n".join(map(_source_line, load_sources().items()))]
    return "\n\n".join(parts) + "\n"


_KINDS = {
    "statement": "Statements",
    "clause": "Clauses of statements and conditions",
    "operator": "Operators",
    "function": "Built-in calls",
    "type": "Types",
    "constant": "Constants",
    "method": "Methods",
    "reserved": "Reserved without a use",
}

_INTRODUCTION = """\
<!-- Written by tools/generate.py from grammar/fastformula/language; do not edit. -->

# Functions and words of FastFormula

{count} signatures. `[…]` may be left out, `...` may be repeated, and an argument
marked `OUT` must be a variable, in which the function hands a value back. `ANY` is
whatever the call needs, `INDEX` the index type of the array, `CONTEXT` the name of a
context without quotes. A function that gives no type is a statement or a condition.

How sure the table is of a signature:

- **documented**: name and signature stand in a text of Oracle;
- **listed**: a public editor dictionary lists it with parameters and result;
- **inferred**: the name was found, types or optional parameters are deduced;
- **recalled**: known of E-Business Suite, not compared with Oracle's text."""


def settings_page() -> str:
    """docs/settings.md: every setting of the server."""
    header = ("Setting", "Type", "Default", "Environment variable", "Meaning")
    return _SETTINGS_INTRODUCTION + _table(header, map(_setting_row, SETTINGS)) + "\n"


_SETTINGS_INTRODUCTION = """\
<!-- Written by tools/generate.py from fastformula_server/settings.py; do not edit. -->

# Settings

An editor sends them as initialization options or as its configuration, in the section
`fastformula`: `completion.backend` below is `fastformula.completion.backend` in VS
Code, and `settings = { completion = { backend = 'off' } }` in the set-up for Neovim.
An environment variable, where it is set, wins over the editor. A value that cannot be
is reported in a sentence and left at its default.

"""


def _setting_row(setting: Setting) -> tuple[str, ...]:
    kind: str = setting.type
    if setting.choices:
        kind = ", ".join(f"`{choice}`" for choice in setting.choices)
    elif setting.minimum is not None:
        kind += f" from {setting.minimum} on"
    default = json.dumps(setting.default)
    return (
        f"`{setting.name}`",
        kind,
        f"`{default}`",
        f"`{setting.variable}`",
        setting.description,
    )


def _function_row(function: Function) -> tuple[str, ...]:
    remarks = [function.description]
    if function.same_as:
        remarks.append(f"Another name of `{function.same_as}`.")
    if function.contexts:
        names = ", ".join(f"`{context}`" for context in function.contexts)
        remarks.append(f"Needs {names}.")
    if function.note:
        remarks.append(function.note)
    return (
        f"`{function.signature}`",
        " ".join(remarks),
        PRODUCTS[function.product],
        function.confidence,
        _links(function.sources),
    )


def _keyword_row(keyword: Keyword) -> tuple[str, ...]:
    return (
        f"`{keyword.name}`",
        f"{keyword.meaning} {keyword.note}".strip(),
        f"`{keyword.syntax}`",
        PRODUCTS[keyword.product],
        _links(keyword.sources),
    )


def _source_line(row: tuple[str, Source]) -> str:
    key, source = row
    title = f"[{source.title}]({source.address})" if source.address else source.title
    return f'- <a id="{key}"></a>{key}: {title}'


def _links(keys: Iterable[str]) -> str:
    return ", ".join(f"[{key}](#{key})" for key in keys)


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = (header, ("---",) * len(header), *rows)
    # A bar would end the cell, even inside code.
    return "\n".join(
        f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |"
        for line in lines
    )


def _anchor(title: str) -> str:
    return title.lower().replace(",", "").replace(" ", "-")
