"""Pages of the documentation that are made from tables."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable

from fastformula.language import (
    Context,
    FormulaType,
    Function,
    Keyword,
    Variable,
    load_chapters,
    load_contexts,
    load_formula_types,
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
    rows = [*load_keywords().values(), *itertools.chain(*chapters.values())]
    parts += ["## Sources", _sources(rows)]
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


def contexts_page() -> str:
    """docs/contexts.md: every context with its type."""
    contexts = load_contexts().values()
    header = ("Context", "Type", "What it is", "Product", "How sure", "Source")
    return "\n\n".join(
        (
            _CONTEXTS_INTRODUCTION.format(count=len(contexts)),
            _table(header, map(_context_row, contexts)),
            "## Sources",
            _sources(contexts) + "\n",
        )
    )


_CONTEXTS_INTRODUCTION = """\
<!-- Written by tools/generate.py from grammar/fastformula/language; do not edit. -->

# Contexts

{count} contexts. `GET_CONTEXT(PERSON_ID, 0)` reads one, `CHANGE_CONTEXTS` sets it for a
block. E-Business Suite has contexts too, but its formulas cannot name them.

How sure the table is of a type:

- **documented**: it stands in a table of Oracle, or in use in a text of Oracle;
- **inferred**: the name was found, the type is deduced from it;
- **recalled**: known of E-Business Suite, not compared with Oracle's text."""


def _context_row(context: Context) -> tuple[str, ...]:
    return (
        f"`{context.name}`",
        context.type,
        context.description,
        PRODUCTS[context.product],
        context.evidence,
        _links(context.sources),
    )


def formula_types_page() -> str:
    """docs/formula-types.md: every formula type with its contract."""
    types = load_formula_types().values()
    parts = [_TYPES_INTRODUCTION.format(count=len(types))]
    for chapter, group in itertools.groupby(types, lambda each: each.chapter):
        rows = list(group)
        parts.append(f"## {chapter}")
        parts += [_formula_type(each) for each in rows if each.detail != "name"]
        names = [each for each in rows if each.detail == "name"]
        if names:
            header = ("Known by name", "Contexts", "Product", "Source")
            parts.append(_table(header, map(_bare_type_row, names)))
    parts += ["## Sources", _sources(types)]
    return "\n\n".join(parts) + "\n"


_TYPES_INTRODUCTION = """\
<!-- Written by tools/generate.py from grammar/fastformula/language; do not edit. -->

# Formula types

{count} types: which contexts the process sets, what it hands in, what it takes back.
`1..5` stands for a row of names that end in these numbers; an exclamation mark is
behind what a source calls required. A contract is enforced as far as it is known:

- **documented**: contexts, inputs and returns stand on a page of Oracle;
- **sampled**: they are read off formulas that run;
- **recalled**: known of E-Business Suite, not compared with Oracle's text;
- **partial**: some of the three are missing."""


def _formula_type(each: FormulaType) -> str:
    lines = [f"### {each.name}", ""]
    lines += [f"{each.purpose} {each.note}".strip(), ""] if each.purpose else []
    lines.append(f"- {PRODUCTS[each.product]}, {each.detail}: {_links(each.sources)}")
    if each.also:
        lines.append(f"- Also called {', '.join(each.also)}")
    if each.contexts:
        sure = f"Contexts ({each.contexts_evidence})"
        lines.append(f"- {sure}: {_contexts(each)}")
    lines.append(f"- Inputs: {_variables(each.inputs, each.open_inputs)}")
    lines.append(f"- Returns: {_variables(each.returns, each.open_returns)}")
    return "\n".join(lines)


def _bare_type_row(each: FormulaType) -> tuple[str, ...]:
    remarks = f"{each.purpose} {each.note}".strip()
    name = f"{each.name}: {remarks}" if remarks else each.name
    return (name, _contexts(each), PRODUCTS[each.product], _links(each.sources))


def _contexts(each: FormulaType) -> str:
    return ", ".join(f"`{name}`" for name in each.contexts)


def _variables(variables: Iterable[Variable], is_open: bool) -> str:
    shown = ", ".join(map(_variable, variables))
    if is_open:
        return f"{shown}, and others" if shown else "not listed"
    return shown or "none"


def _variable(each: Variable) -> str:
    row = f"..{each.numbered_to}" if each.numbered_to else ""
    kinds = f" {' or '.join(each.types)}" if each.types else ""
    return f"`{each.name}{row}`{kinds}{'!' if each.required else ''}"


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


def _sources(rows: Iterable[Context | FormulaType | Function | Keyword]) -> str:
    used = {key for row in rows for key in row.sources}
    return "\n".join(_source_line(key) for key in load_sources() if key in used)


def _source_line(key: str) -> str:
    source = load_sources()[key]
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
