"""Words and functions of the language explained, as Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from fastformula.language import Function, Keyword, load_sources

_PRODUCTS = {
    "fusion": "Fusion Cloud HCM only.",
    "ebs": "E-Business Suite only.",
    "both": "",
}

_CONFIDENCE = {
    "documented": "",
    "listed": "Signature as listed by an editor dictionary, not by Oracle.",
    "inferred": "Types or optional parameters are deduced, not documented.",
    "recalled": "Signature not compared with Oracle's text.",
}


def describe_keyword(keyword: Keyword) -> str:
    """What `keyword` means, how it is written, an example and the source."""
    parts = [
        f"**{keyword.name}**",
        keyword.meaning,
        *_remarks(_PRODUCTS[keyword.product], keyword.note),
    ]
    if keyword.syntax != keyword.name:
        parts.append(_code(keyword.syntax, language="text"))
    if keyword.example:
        parts.append(_code(keyword.example))
    parts.append(describe_sources(keyword.sources))
    return "\n\n".join(parts)


def describe_functions(overloads: Sequence[Function], example: str = "") -> str:
    """All signatures of one name, with what each does, and where that is from."""
    groups: dict[str, list[Function]] = {}
    for function in overloads:
        groups.setdefault(function.description, []).append(function)
    parts = ["\n\n---\n\n".join(map(_describe_group, groups.values()))]
    if example:
        parts.append(_code(example))
    sources = dict.fromkeys(key for function in overloads for key in function.sources)
    parts.append(describe_sources(tuple(sources)))
    return "\n\n".join(parts)


def describe_sources(keys: Sequence[str]) -> str:
    """A line that names the sources `keys`, linked where they have an address."""
    sources = [load_sources()[key] for key in keys]
    links = (
        f"[{source.title}]({source.address})" if source.address else source.title
        for source in sources
    )
    return f"*Source: {'; '.join(links)}.*"


def _describe_group(group: Sequence[Function]) -> str:
    first = group[0]
    signatures = dict.fromkeys(function.signature for function in group)
    parts = [_code("\n".join(signatures), language="text"), first.description]
    if first.same_as:
        parts.append(f"Another name of `{first.same_as}`.")
    if first.contexts:
        contexts = ", ".join(f"`{context}`" for context in first.contexts)
        parts.append(f"Needs the contexts {contexts}.")
    handed_back = [each.name for each in first.parameters if each.out]
    if handed_back:
        names = ", ".join(f"`{name}`" for name in handed_back)
        parts.append(f"Hands back values in {names}: pass variables.")
    products = {function.product for function in group}
    product = _PRODUCTS[first.product] if len(products) == 1 else ""
    parts += _remarks(product, _CONFIDENCE[first.confidence], first.note)
    return "\n\n".join(parts)


def _remarks(*remarks: str) -> list[str]:
    text = " ".join(remark for remark in remarks if remark)
    return [text] if text else []


def _code(text: str, language: str = "fastformula") -> str:
    return f"```{language}\n{text}\n```"
