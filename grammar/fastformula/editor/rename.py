"""Giving a variable another name, everywhere at once."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fastformula.analysis import Access, Analysis, Symbol, Use
from fastformula.editor.formula_names import find_formula_name
from fastformula.editor.navigation import use_at
from fastformula.language import find_functions
from fastformula.syntax import KEYWORDS
from fastformula.text import Edit, Span

LONGEST = 255
"""Characters in a name. Source: Oracle, Administering Fast Formulas, "Naming Schemes
for Variables"."""

_PLAIN = re.compile(r"[^\W\d_]\w*")


@dataclass(frozen=True, slots=True)
class Renamable:
    """A name that can be changed: where it stands at the cursor, and what it is."""

    span: Span
    name: str
    """Without quotes."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a name cannot be changed, or not to this."""

    message: str


def prepare_rename(analysis: Analysis, offset: int) -> Renamable | Refusal | None:
    """What renaming at `offset` would change; None where there is no name."""
    use = use_at(analysis, offset)
    if use is None:
        formula = find_formula_name(analysis, offset)
        return formula and Renamable(
            formula.span, formula.span.text_in(analysis.parsed.text)
        )
    if use.access in (Access.CONTEXT, Access.SET_CONTEXT):
        return Refusal(f"{use.name.text} is a context; its name is Oracle's.")
    symbol = analysis.symbols[use.key]
    if not _is_alias(symbol, use) and symbol.item is not None:
        return Refusal(
            f"{use.name.text} is a database item or global value, whose name the "
            "formula does not choose. An ALIAS gives it another one."
        )
    span = use.name.span
    if use.name.quoted:
        span = Span(span.start + 1, span.end - 1)
    return Renamable(span, span.text_in(analysis.parsed.text))


def rename(analysis: Analysis, offset: int, new: str) -> tuple[Edit, ...] | Refusal:
    """The edits that write `new` wherever the variable at `offset` is named.

    Names in quotes stay in quotes. What the formula hands back, and what it is handed,
    also has to be renamed where the formula is called; this looks at one text only.
    """
    prepared = prepare_rename(analysis, offset)
    if prepared is None:
        return Refusal("There is no name here.")
    if isinstance(prepared, Refusal):
        return prepared
    use = use_at(analysis, offset)
    if use is None:
        return Refusal("Formulas are renamed with all that call them.")
    symbol = analysis.symbols[use.key]
    uses = [
        each
        for each in symbol.uses
        if symbol.item is None or each.name.key == use.name.key
    ]
    reason = _reason_against(analysis, use, uses, new)
    if reason:
        return Refusal(reason)
    return tuple(
        Edit(
            each.name.span,
            f'"{new}"' if each.name.quoted else new,
        )
        for each in uses
    )


def _is_alias(symbol: Symbol, use: Use) -> bool:
    return symbol.alias is not None and use.name.key == symbol.alias.alias.key


def _reason_against(analysis: Analysis, use: Use, uses: list[Use], new: str) -> str:
    key = new.upper()
    if len(new) > LONGEST:
        return f"A name has at most {LONGEST} characters."
    if any(not each.name.quoted for each in uses):
        if not _PLAIN.fullmatch(new):
            return (
                f"`{new}` is no name: write a letter, then letters, digits and "
                "underscores."
            )
        if key in KEYWORDS:
            return f"{key} is a reserved word and cannot name anything."
    elif not new or '"' in new or "\n" in new:
        return "A name in quotes cannot be empty or hold a quote or a line end."
    if key == use.name.key:
        return ""
    for other in analysis.symbols.values():
        taken = {each.name.key for each in other.uses}
        if key in taken:
            return f"`{new}` already names something else in this formula."
    catalogue = analysis.environment.catalogue
    if catalogue.find_item(key) is not None:
        return f"{key} is a database item, which would then be meant."
    if key in analysis.contexts or catalogue.find_context(key) is not None:
        return f"{key} is a context."
    if find_functions(key):
        return f"{key} is a function."
    return ""
