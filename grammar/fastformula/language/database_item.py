"""Database items and global values: what a formula can read without being handed it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fastformula.language.types import DataType, Evidence, Product


@dataclass(frozen=True, slots=True)
class DatabaseItem:
    """One database item or global value; `evidence` is how sure its type is."""

    name: str
    type: DataType | None
    """None where even a guess would be wild."""
    evidence: Evidence
    product: Product = "fusion"
    description: str = ""
    kind: Literal["item", "global"] = "item"
    contexts: tuple[str, ...] = ()
    """The contexts its route needs, where they are known."""
    default_required: bool | None = None
    """Whether Oracle demands a DEFAULT for it; None where nobody has said."""

    @property
    def is_array(self) -> bool:
        """Whether it holds several values."""
        return self.type is not None and "_" in self.type
