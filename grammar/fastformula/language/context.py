"""Contexts: for whom, where and when a formula runs."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from fastformula.language.types import Evidence, Product, ScalarType


@dataclass(frozen=True, slots=True)
class Context:
    """One context; `evidence` is how sure its type is."""

    name: str
    type: ScalarType
    evidence: Evidence
    description: str = ""
    product: Product = "fusion"
    sources: tuple[str, ...] = ()
    """Keys of `sources`."""


@cache
def load_contexts() -> Mapping[str, Context]:
    """All contexts by name in upper case."""
    table = files("fastformula.language") / "contexts.toml"
    rows = tomllib.loads(table.read_text(encoding="utf-8"))
    return MappingProxyType(
        {
            name: Context(name, **(row | {"sources": tuple(row["sources"])}))
            for name, row in rows.items()
        }
    )


def find_context(name: str) -> Context | None:
    """The context `name`, in any case."""
    return load_contexts().get(name.upper())
