"""A case file to begin with: all that a formula asks for, with values of its types."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from fastformula.analysis import Access, Analysis, Symbol
from fastformula.interpreter.calls import BUILT_IN
from fastformula.interpreter.functions import BY_NAME
from fastformula.interpreter.functions.lookups import FUNCTIONS as LOOKUPS

_VALUES = {"NUMBER": "0", "TEXT": '"text"', "DATE": "2026-01-01"}
_BARE = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_READING = {each.name for each in LOOKUPS}
"""Functions that run by themselves on data that one gives, or take answers."""


def make_skeleton(analysis: Analysis, file_name: str) -> str:
    """The text of a case file for the formula in `file_name`, with one case."""
    lines = [
        f"# Cases of {file_name}: put in your values, and take out what no case needs.",
        "",
    ]
    contexts = {
        use.key
        for use in analysis.uses
        if use.access is Access.CONTEXT and use.key in analysis.contexts
    }
    sections = {
        "inputs": [_of_symbol(each) for each in analysis.inputs],
        "items": [_of_symbol(each) for each in analysis.items],
        "contexts": [_of_context(analysis, name) for name in sorted(contexts)],
        "functions": list(_of_functions(analysis)),
    }
    for title, rows in sections.items():
        if rows:
            lines += [f"[{title}]", *rows, ""]
    lines += _of_formulas(analysis)
    lines += ["[[case]]", 'name = "the usual case"']
    returns = list(_of_returns(analysis))
    lines += ["[case.returns]", *returns] if returns else ["log = []"]
    return "\n".join([*lines, ""])


def _row(name: str, value: str, remark: str) -> str:
    key = name if _BARE.fullmatch(name) else json.dumps(name, ensure_ascii=False)
    return f"{key} = {value}" + (f"  # {remark}" if remark else "")


def _of_symbol(symbol: Symbol) -> str:
    kind = symbol.type or "NUMBER"
    remark = kind if symbol.type else "its type is not known"
    if symbol.default is not None:
        remark += ", has a default"
    return _row(symbol.key.strip('"'), _value(kind), remark)


def _value(kind: str) -> str:
    element, _, index = kind.partition("_")
    if not index:
        return _VALUES[kind]
    value = _VALUES[element]
    return f"[{value}]" if index == "NUMBER" else f"{{ A = {value} }}"


def _of_context(analysis: Analysis, name: str) -> str:
    context = analysis.contexts[name]
    kind = "TEXT" if context is None else context.type
    return _row(name, _value(kind), kind)


def _of_functions(analysis: Analysis) -> Iterator[str]:
    asked: dict[str, str | None] = {}
    for site in analysis.calls:
        runs = site.key in BY_NAME and site.key not in _READING
        if not runs and site.key not in BUILT_IN:
            asked.setdefault(site.key, analysis.type_of(site.call))
    for name, kind in asked.items():
        remark = kind or "its type is not known"
        yield _row(name, _value(kind or "NUMBER"), f"{remark}, for any arguments")


def _of_formulas(analysis: Analysis) -> Iterator[str]:
    """Called formulas stand there as remarks, as those beside it are run."""
    for call in analysis.formula_calls:
        if call.formula is None:
            continue
        outputs = ", ".join(
            f"{each.name} = {_value(each.type or 'NUMBER')}"
            for each in call.outputs
            if each.name is not None and _BARE.fullmatch(each.name)
        )
        yield f"# To say what {call.formula} returns, and not to run it:"
        yield f"# [formulas.{json.dumps(call.formula)}]"
        yield f"# {outputs or 'OUTPUT = 0'}".replace(", ", "\n# ")
        yield ""


def _of_returns(analysis: Analysis) -> Iterable[str]:
    returned: dict[str, Symbol] = {}
    for use in analysis.uses:
        symbol = analysis.symbols.get(use.key)
        if use.access is Access.RETURN and symbol is not None:
            returned.setdefault(use.name.key, symbol)
    for name, symbol in returned.items():
        kind = symbol.type or "NUMBER"
        yield _row(name, _value(kind), symbol.type or "its type is not known")
