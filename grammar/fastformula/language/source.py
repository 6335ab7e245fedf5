"""Where the facts in the tables come from."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Source:
    """A page, guide or collection of formulas; not all have an address."""

    title: str
    address: str = ""


@cache
def load_sources() -> Mapping[str, Source]:
    """All sources by the key that tables use."""
    table = files("fastformula.language") / "sources.toml"
    rows = tomllib.loads(table.read_text(encoding="utf-8"))
    return MappingProxyType({key: Source(**row) for key, row in rows.items()})
