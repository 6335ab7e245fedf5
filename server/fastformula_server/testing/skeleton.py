"""A case file to begin with: all that a formula asks for, with values of its types."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from fastformula.analysis import Access, Analysis, Symbol
from fastformula.interpreter.calls import BUILT_IN, is_longer_form
from fastformula.interpreter.errors import FormulaError
from fastformula.interpreter.functions import BY_NAME
from fastformula.interpreter.functions.date_formats import CANONICAL, write_date
from fastformula.interpreter.functions.lookups import FUNCTIONS as LOOKUPS
from fastformula.syntax import walk
from fastformula.syntax.tree import Binary, Call, Compare, Like, Name

from fastformula_server.given import read_moment

_DAY = read_moment("2026-01-01")
_VALUES = {"NUMBER": "0", "TEXT": '"text"', "DATE": "2026-01-01"}
_BARE = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_READING = {each.name for each in LOOKUPS}
"""Functions that run by themselves on data that one gives, or take answers."""

_DATED = ("SESSION_DATE", "BEN_FN_EFFECTIVE_DATE")
"""Functions that give the date of the run."""

_OF_ARRAYS = (Access.ELEMENT, Access.KEYS)
_BY_FORMULA = (Access.WRITE, Access.ELEMENT_WRITE, Access.OUT, Access.DELETE)

_UNKNOWN = "nobody here knows it; an item of your pod, or misspelt"

Rows = dict[str, str]
"""Lines of TOML by the names that they give values to."""


def make_skeleton(
    analysis: Analysis, file_name: str, find: Callable[[str], Analysis | None]
) -> str:
    """The text of a case file for the formula in `file_name`, with one case.

    What called formulas ask for is in it too, as far as `find` finds these by their
    upper-case names; the others get outputs, so that they need not run.
    """
    formulas = _reached(analysis, find)
    sections: dict[str, Rows] = {
        "inputs": _rows_of(analysis.inputs, analysis),
        "items": {},
        "contexts": {},
        "functions": {},
    }
    for each in formulas:
        for title, rows in (
            ("items", _rows_of([*each.items, *_unknown(each)], each)),
            ("contexts", _contexts(each)),
            ("functions", _functions(each)),
        ):
            sections[title] |= {
                name: row for name, row in rows.items() if name not in sections[title]
            }
    lines = [
        f"# Cases of {file_name}: put in your values, and take out what no case needs.",
        "",
    ]
    if any(site.key in _DATED for each in formulas for site in each.calls):
        lines += ["effective-date = 2026-01-01", ""]
    for title, rows in sections.items():
        if rows:
            order = sorted(rows) if title == "contexts" else rows
            lines += [f"[{title}]", *(rows[name] for name in order), ""]
    lines += _called(formulas, find)
    lines += _case("the usual case", {}, analysis)
    return "\n".join([*lines, ""])


def make_case(analysis: Analysis, name: str) -> str:
    """One more case for a file that has some, with inputs and returns of its own."""
    lines = _case(name, _rows_of(analysis.inputs, analysis), analysis)
    return "\n".join([*lines, ""])


def _case(name: str, inputs: Rows, analysis: Analysis) -> list[str]:
    lines = ["[[case]]", f"name = {json.dumps(name, ensure_ascii=False)}"]
    returns = _returns(analysis)
    if not returns:
        lines.append("log = []")
    if inputs:
        lines += ["[case.inputs]", *inputs.values()]
    return [*lines, *(["[case.returns]", *returns.values()] if returns else [])]


def _reached(
    analysis: Analysis, find: Callable[[str], Analysis | None]
) -> list[Analysis]:
    """The formula, and those that it calls, directly or not."""
    reached = {analysis.environment.formula_name: analysis}
    waiting = [analysis]
    while waiting:
        for call in waiting.pop().formula_calls:
            called = None if call.formula is None else find(call.formula)
            if called is not None:
                name = called.environment.formula_name
                if name not in reached:
                    reached[name] = called
                    waiting.append(called)
    return list(reached.values())


def _row(name: str, value: str, remark: str) -> str:
    return f"{_key(name)} = {value}  # {remark}"


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else json.dumps(name, ensure_ascii=False)


def _value(kind: str) -> str:
    element, _, index = kind.partition("_")
    if not index:
        return _VALUES[kind]
    value = _VALUES[element]
    return f"[{value}]" if index == "NUMBER" else f"{{ A = {value} }}"


def _rows_of(symbols: Iterable[Symbol], analysis: Analysis) -> Rows:
    read_as, guesses = _read_as(analysis), _guesses(analysis)
    rows: Rows = {}
    for symbol in symbols:
        kind = symbol.type or guesses.get(symbol.key, "NUMBER")
        if "_" not in kind and any(use.access in _OF_ARRAYS for use in symbol.uses):
            kind = f"{kind}_NUMBER"
        remark = kind if symbol.type else f"{kind}? its type is not known"
        if symbol.kind == "local":
            remark = f"{kind}? {_UNKNOWN}"
        if symbol.default is not None:
            remark += ", has a default"
        value = read_as.get(symbol.key) if kind == "TEXT" else None
        name = symbol.key.strip('"')
        rows[name] = _row(name, value or _value(kind), remark)
    return rows


def _unknown(analysis: Analysis) -> Iterator[Symbol]:
    """What is read and never gets a value: Oracle may know it as an item."""
    for symbol in analysis.locals:
        is_given = symbol.default is not None or any(
            use.access in _BY_FORMULA for use in symbol.uses
        )
        if symbol.reads and not is_given and not symbol.key.startswith('"'):
            yield symbol


def _guesses(analysis: Analysis) -> dict[str, str]:
    """The types of names of which nothing is known but what stands beside them."""
    guesses: dict[str, str] = {}
    for node in walk(analysis.parsed.tree):
        match node:
            case Compare(left=left, right=right) | Like(subject=left, pattern=right):
                sides = (left, right)
            case Binary(left=left, right=right):
                sides = (left, right)
            case _:
                continue
        for one, other in (sides, sides[::-1]):
            kind = analysis.type_of(other)
            if isinstance(one, Name) and kind in _VALUES:
                guesses.setdefault(one.key, str(kind))
    return guesses


def _read_as(analysis: Analysis) -> dict[str, str]:
    """Texts that are read as numbers or dates, by whom they come from."""
    values: dict[str, str] = {}
    for site in analysis.calls:
        if not site.call.arguments:
            continue
        first = site.call.arguments[0]
        if isinstance(first, Name):
            symbol = analysis.symbol_of(first)
            key = first.key if symbol is None else symbol.key
        elif isinstance(first, Call):
            key = first.function.key
        else:
            continue
        if site.key in ("TO_NUMBER", "TO_NUM"):
            values[key] = '"0"'
        elif site.key == "TO_DATE":
            model = site.text_argument(1) or CANONICAL
            try:
                values[key] = json.dumps(write_date(_DAY, model))
            except FormulaError:
                continue
    return values


def _contexts(analysis: Analysis) -> Rows:
    rows: Rows = {}
    for site in analysis.calls:
        for name in site.function.contexts if site.function is not None else ():
            context = analysis.environment.catalogue.find_context(name)
            if context is not None:
                remark = f"{context.type}, for {site.key}"
                rows.setdefault(name, _row(name, _value(context.type), remark))
    for use in analysis.uses:
        if use.access is Access.CONTEXT and use.key in analysis.contexts:
            context = analysis.contexts[use.key]
            kind = "TEXT" if context is None else context.type
            rows[use.key] = _row(use.key, _value(kind), kind)
    return rows


def _functions(analysis: Analysis) -> Rows:
    read_as = _read_as(analysis)
    rows: Rows = {}
    for site in analysis.calls:
        runs = site.key in BY_NAME and site.key not in _READING
        if site.key in BUILT_IN or (runs and not is_longer_form(site.call)):
            continue
        kind = analysis.type_of(site.call)
        remark = f"{kind or 'its type is not known'}, for any arguments"
        value = read_as.get(site.key) if kind == "TEXT" else None
        row = _row(site.key, value or _value(kind or "NUMBER"), remark)
        rows.setdefault(site.key, row)
    return rows


def _called(
    formulas: Sequence[Analysis], find: Callable[[str], Analysis | None]
) -> Iterator[str]:
    """What called formulas return; as remarks, where they are at hand and run."""
    outputs: dict[str, Rows] = {}
    for analysis in formulas:
        for call in analysis.formula_calls:
            if call.formula is None:
                continue
            rows = outputs.setdefault(call.formula, {})
            for each in call.outputs:
                if each.name is not None:
                    remark = each.type or "its type is not known"
                    value = _value(each.type or "NUMBER")
                    rows.setdefault(each.name, _row(each.name, value, remark))
    for name, rows in outputs.items():
        lines = [f"[formulas.{_key(name)}]", *rows.values()]
        if find(name) is not None:
            yield f"# To say what {name} returns, and not to run it:"
            lines = [f"# {line}" for line in lines]
        yield from lines
        yield ""


def _returns(analysis: Analysis) -> Rows:
    rows: Rows = {}
    for use in analysis.uses:
        symbol = analysis.symbols.get(use.key)
        if use.access is Access.RETURN and symbol is not None:
            remark = symbol.type or "its type is not known"
            row = _row(use.name.key, _value(symbol.type or "NUMBER"), remark)
            rows.setdefault(use.name.key, row)
    return rows
