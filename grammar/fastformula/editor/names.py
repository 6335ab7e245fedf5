"""What is known of a name of the formula, in Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Access, Analysis, Symbol, Use
from fastformula.editor.documentation import describe_sources
from fastformula.language.context import Context
from fastformula.language.database_item import DatabaseItem
from fastformula.language.types import ARRAYS, index_type, value_type
from fastformula.text import LineIndex

_KINDS = {
    "input": "Input",
    "item": "Database item",
    "global": "Global value",
    "local": "Local variable",
}

_EVIDENCE = {
    "inferred": "Its type is deduced from its name.",
    "recalled": "Its type is not compared with Oracle's text.",
    "shape": "Nobody here knows it: it only looks like a database item.",
}

_MOST_PLACES = 5


def describe_name(analysis: Analysis, use: Use) -> str:
    """What the name of `use` stands for, its type, and where it comes from."""
    if use.access in (Access.CONTEXT, Access.SET_CONTEXT):
        return describe_context(use.name.text, analysis.contexts.get(use.key))
    symbol = analysis.symbols[use.key]
    return "\n\n".join(_describe(analysis, symbol))


def describe_item(analysis: Analysis, item: DatabaseItem) -> str:
    """What a database item is that the formula does not use."""
    is_sure = item.evidence in ("catalogue", "documented")
    symbol = Symbol(item.name, item.name, item.kind, item.type, is_sure, item, ())
    return "\n\n".join(_describe(analysis, symbol))


def _describe(analysis: Analysis, symbol: Symbol) -> Iterator[str]:
    name = symbol.key.strip('"') if symbol.item is not None else symbol.name
    note = "" if symbol.type is None else f" ({symbol.type})"
    yield f"```fastformula\n{name}{note}\n```"
    yield " ".join(_sentences(analysis, symbol))
    places = _places(analysis, symbol)
    if places:
        yield places


def _sentences(analysis: Analysis, symbol: Symbol) -> Iterator[str]:
    yield f"{_KINDS[symbol.kind]}."
    if symbol.type in ARRAYS:
        values, index = value_type(symbol.type).lower(), index_type(symbol.type).lower()
        yield f"An array of {values}s, each found by a {index}."
    if symbol.alias is not None:
        yield f"Also called `{symbol.alias.alias.text}` here."
    if symbol.item is not None:
        if symbol.item.description:
            yield f"{symbol.item.description.rstrip('.')}."
        if symbol.item.contexts:
            contexts = ", ".join(f"`{each}`" for each in symbol.item.contexts)
            yield f"Needs the contexts {contexts}."
        if not symbol.is_sure or symbol.item.evidence == "shape":
            yield _EVIDENCE.get(symbol.item.evidence, "")
    claim = analysis.formula_type
    contract = claim.type.find_input(symbol.key) if claim else None
    if claim and contract and symbol.kind == "input":
        asked = " and must be declared" if contract.required else ""
        yield f"Formulas of the type {claim.type.name} are handed it{asked}."
    default = symbol.default or symbol.default_data
    if default is not None:
        literal = default.value.span.text_in(analysis.parsed.text)
        what = "Where it is missing" if symbol.default else "For an empty element"
        yield f"{what}: `{literal}`."
    if symbol.is_returned:
        yield "Returned."


def _places(analysis: Analysis, symbol: Symbol) -> str:
    writes = symbol.writes
    if not writes:
        return ""
    lines = LineIndex(analysis.parsed.text)
    numbers = list(
        dict.fromkeys(lines.position(use.name.span.start).line + 1 for use in writes)
    )
    shown = ", ".join(str(number) for number in numbers[:_MOST_PLACES])
    more = ", …" if len(numbers) > _MOST_PLACES else ""
    return f"Gets its value in line {shown}{more}."


def describe_context(name: str, context: Context | None) -> str:
    """What the context of that name is."""
    if context is None:
        return f"`{name}` is no context that is known here."
    parts = [
        f"```fastformula\n{context.name} ({context.type})\n```",
        f"Context. {context.description}".rstrip(". ") + ".",
    ]
    if context.evidence not in ("documented", "catalogue"):
        parts.append("Its type is deduced from its name.")
    if context.sources:
        parts.append(describe_sources(context.sources))
    return "\n\n".join(parts)
