"""Another name for a formula, or for what it is handed, where it is called."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import NamedTuple

from fastformula.analysis import Access, Analysis
from fastformula.editor.formula_names import NamedCall, Naming
from fastformula.editor.navigation import use_at
from fastformula.editor.rename import LONGEST, Refusal
from fastformula.text import Edit, Span

_PLAIN = re.compile(r"[^\W\d_][\w ]*")


class Parameter(NamedTuple):
    """What a formula takes or gives back under a name, which its callers write."""

    name: str
    """Upper case."""
    is_input: bool
    is_output: bool


def read_formula_name(new: str) -> str | Refusal:
    """The name that an author means by `new`: blanks are underscores, as in Oracle."""
    name = new.strip()
    if not _PLAIN.fullmatch(name):
        return Refusal(
            f"`{new}` is no name of a formula: write a letter, then letters, digits "
            "and underscores."
        )
    if len(name) > LONGEST:
        return Refusal(f"A name has at most {LONGEST} characters.")
    return name.replace(" ", "_")


def find_parameter(analysis: Analysis, offset: int) -> Parameter | None:
    """The input or returned value whose name is at `offset`."""
    use = use_at(analysis, offset)
    if use is None or use.access in (Access.CONTEXT, Access.SET_CONTEXT):
        return None
    symbol, key = analysis.symbols[use.key], use.name.key
    is_output = any(
        each.access is Access.RETURN and each.name.key == key for each in symbol.uses
    )
    is_input = symbol.input is not None
    return Parameter(key, is_input, is_output) if is_input or is_output else None


def rename_formula(
    calls: Iterable[NamedCall], own: Naming | None, old: str, new: str
) -> tuple[Edit, ...]:
    """The edits of a text that calls the formula `old`, or is `own` called so."""
    edits = [
        Edit(each.span, f"'{new}'") for each in calls if each.formula == old.upper()
    ]
    if own is not None and own.name == old.upper():
        edits.append(Edit(own.span, new))
    return tuple(edits)


def find_passed(
    calls: Iterable[NamedCall], formulas: Collection[str], parameter: Parameter
) -> tuple[Span, ...]:
    """Where calls of one of the `formulas` name the parameter, in quotes."""
    return tuple(
        each.span
        for call in calls
        if call.formula in formulas
        for each in (
            *(call.inputs if parameter.is_input else ()),
            *(call.outputs if parameter.is_output else ()),
        )
        if each.name == parameter.name
    )
