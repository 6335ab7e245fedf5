"""Contexts: for whom, where and when a formula runs."""

from __future__ import annotations

from dataclasses import dataclass

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
