"""The words of the language: what each means, how it is written, an example."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal

from fastformula.language.function import load_functions, load_methods
from fastformula.language.types import Product

Kind = Literal[
    "statement",
    "clause",
    "operator",
    "function",
    "type",
    "constant",
    "method",
    "reserved",
]
"""What a word is: `clause` only goes with a statement, `reserved` goes with nothing."""


@dataclass(frozen=True, slots=True)
class Keyword:
    """A reserved word, or one that has a meaning of its own in its place."""

    name: str
    kind: Kind
    meaning: str
    """One sentence."""
    syntax: str
    """The construct, for people: `[…]` may be left out, `...` repeats."""
    product: Product
    sources: tuple[str, ...]
    """Keys of `sources`."""
    example: str = ""
    """Statements that parse."""
    snippet: str = ""
    """What to insert for a whole construct, with `${1:placeholder}` and `$0`."""
    note: str = ""


@cache
def load_keywords() -> Mapping[str, Keyword]:
    """All words by name in upper case."""
    table = files("fastformula.language") / "keywords.toml"
    rows = tomllib.loads(table.read_text(encoding="utf-8"))
    return MappingProxyType({name: _keyword(name, row) for name, row in rows.items()})


def find_keyword(name: str) -> Keyword | None:
    """The word `name`, in any case."""
    return load_keywords().get(name.upper())


def _keyword(name: str, row: dict[str, Any]) -> Keyword:
    if "meaning" not in row:
        called = load_methods() if row["kind"] == "method" else load_functions()
        row["meaning"] = called[name][0].description
    row["example"] = row.get("example", "").strip("\n")
    return Keyword(name=name, **(row | {"sources": tuple(row["sources"])}))
