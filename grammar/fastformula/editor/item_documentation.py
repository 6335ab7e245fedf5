"""What an item of the list is, in Markdown; asked for only when it is looked at."""

from __future__ import annotations

from fastformula.analysis import Analysis
from fastformula.editor.candidates import ItemKind
from fastformula.editor.documentation import describe_functions, describe_keyword
from fastformula.editor.names import describe_context, describe_item, describe_name
from fastformula.editor.wanted import symbol_of
from fastformula.language import find_functions, find_keyword, load_methods


def document(analysis: Analysis, kind: ItemKind, label: str) -> str:
    """The explanation of the item with that label; "" where there is none."""
    key = label.upper()
    keyword = find_keyword(key)
    if kind in ("function", "method"):
        is_method = kind == "method"
        overloads = load_methods().get(key, ()) if is_method else find_functions(key)
        example = keyword.example if keyword else ""
        return describe_functions(overloads, example) if overloads else ""
    if kind in ("keyword", "type", "constant"):
        return describe_keyword(keyword) if keyword else ""
    if kind == "context":
        context = analysis.environment.catalogue.find_context(key)
        return describe_context(key, context)
    if kind == "formula":
        return _describe_formula(analysis, key)
    if kind in ("name", "input", "output", "item"):
        symbol = symbol_of(analysis, key.strip('"'))
        if symbol is not None:
            return describe_name(analysis, symbol.uses[0])
        item = analysis.environment.catalogue.find_item(key)
        return describe_item(analysis, item) if item and kind == "item" else ""
    return ""


def _describe_formula(analysis: Analysis, key: str) -> str:
    signature = analysis.environment.library.find(key)
    if signature is None:
        return ""
    parts = [f"**{signature.name}**"]
    for title, types in (("Inputs", signature.inputs), ("Returns", signature.outputs)):
        names = (
            f"`{name}`" + (f" ({kind})" if kind else "") for name, kind in types.items()
        )
        if types:
            parts.append(f"{title}: {', '.join(names)}.")
    return "\n\n".join(parts)
