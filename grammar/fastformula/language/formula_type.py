"""Formula types: the contract between a formula and the process that runs it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal, get_args

from fastformula.language.types import DataType, Evidence, Product

Detail = Literal["documented", "sampled", "recalled", "partial", "name"]
"""How much is known of a contract.

`documented`: contexts, inputs and returns stand on a page of Oracle. `sampled`: read
off formulas that run. `recalled`: known of E-Business Suite, not compared with Oracle's
text. `partial`: some of the three are missing. `name`: nothing but the name, at most
with its contexts.
"""

CHAPTERS = (
    "absence",
    "accruals",
    "benefits",
    "compensation",
    "data_and_flows",
    "extract",
    "payroll",
    "people",
    "recruiting",
    "time_and_labor",
)
"""The tables in `formula_types/`."""


@dataclass(frozen=True, slots=True)
class Variable:
    """An input or return of a formula type."""

    name: str
    types: tuple[DataType, ...]
    """What it may be, of the nine types; empty where any fits or nobody has said."""
    required: bool | None = None
    """None where no source says."""
    numbered_to: int = 0
    """Where `name` ends in 1 and stands for a row of names: their last number."""

    def covers(self, key: str) -> bool:
        """Whether `key`, in upper case, is this variable or one of its row."""
        if not self.numbered_to:
            return key == self.name
        stem, number = self.name[:-1], key[len(self.name) - 1 :]
        return (
            key.startswith(stem)
            and re.fullmatch("[1-9][0-9]{0,3}", number) is not None
            and int(number) <= self.numbered_to
        )


@dataclass(frozen=True, slots=True)
class FormulaType:
    """One formula type."""

    name: str
    detail: Detail
    product: Product
    chapter: str
    also: tuple[str, ...] = ()
    """Other names that people and older lists use."""
    contexts: tuple[str, ...] = ()
    """Names in upper case."""
    contexts_evidence: Evidence | None = None
    """How sure the list of contexts is; None where there is none."""
    inputs: tuple[Variable, ...] = ()
    returns: tuple[Variable, ...] = ()
    purpose: str = ""
    open_inputs: bool = False
    """Whether other inputs are normal, such as the input values of an element."""
    open_returns: bool = False
    """Whether other returns are normal, such as those that result rules map."""
    is_online: bool = False
    """Whether it runs, as a rule, while somebody waits at a page: when an entry, time
    card or election is saved. Follows from its purpose."""
    sources: tuple[str, ...] = ()
    """Keys of `sources`."""
    note: str = ""

    def find_input(self, key: str) -> Variable | None:
        """The input of that upper-case name, those of numbered rows too."""
        return next((each for each in self.inputs if each.covers(key)), None)

    def find_return(self, key: str) -> Variable | None:
        """The return of that upper-case name, those of numbered rows too."""
        return next((each for each in self.returns if each.covers(key)), None)


@cache
def load_formula_types() -> Mapping[str, FormulaType]:
    """All formula types by name in upper case, chapter by chapter."""
    folder = files("fastformula.language") / "formula_types"
    types = {}
    for chapter in CHAPTERS:
        data = tomllib.loads((folder / f"{chapter}.toml").read_text(encoding="utf-8"))
        groups = data.get("groups", {})
        for row in data["formula_type"]:
            found = _formula_type(row, groups, data["chapter"])
            types[found.name.upper()] = found
    return MappingProxyType(types)


def find_formula_type(name: str) -> FormulaType | None:
    """The formula type that `name` means, written as people write it.

    Case, blanks, underscores, hyphens and plurals do not matter, nor do a "formula" or
    "type" at the end and what stands behind a bracket or slash.
    """
    return _by_words().get(_words(name))


@cache
def _by_words() -> Mapping[str, FormulaType]:
    return {
        _words(name): found
        for found in load_formula_types().values()
        for name in (found.name, *found.also)
    }


def _words(name: str) -> str:
    words = re.findall(r"[a-z0-9]+", re.split(r"[/(]", name.lower())[0])
    while len(words) > 1 and words[-1] in {"formula", "formulas", "type"}:
        words.pop()
    return "".join(word.removesuffix("s") for word in words)


def _formula_type(
    row: dict[str, Any], groups: Mapping[str, list[str]], chapter: str
) -> FormulaType:
    inputs = [each for name in row.pop("input_groups", ()) for each in groups[name]]
    lists: dict[str, Any] = {
        "inputs": _variables([*inputs, *row.get("inputs", ())]),
        "returns": _variables(row.get("returns", ())),
    }
    for key in ("also", "contexts", "sources"):
        lists[key] = tuple(row.get(key, ()))
    return FormulaType(**({"product": "fusion"} | row | lists), chapter=chapter)


_VARIABLE = re.compile(
    r"(?P<name>[A-Z][A-Z0-9_]*)(?:\.\.(?P<last>[0-9]+))?"
    r"(?: \((?P<types>[A-Z_]+(?: or [A-Z_]+)*)\))?(?: (?P<need>required|optional))?"
)


def _variables(rows: Iterable[str]) -> tuple[Variable, ...]:
    """From `IV_ATTRIBUTE_1..5 (TEXT) required` and such."""
    return tuple(_variable(row) for row in rows)


def _variable(row: str) -> Variable:
    match = _VARIABLE.fullmatch(row)
    assert match, row
    types = match["types"].split(" or ") if match["types"] else []
    assert set(types) <= _TYPES, row
    return Variable(
        match["name"],
        tuple(types),  # type: ignore[arg-type]
        None if match["need"] is None else match["need"] == "required",
        int(match["last"] or 0),
    )


_TYPES = {name for part in get_args(DataType) for name in get_args(part)}
