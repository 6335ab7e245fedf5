"""Database items and global values: what a formula can read without being handed it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final, Literal

from fastformula.language.item_names import DIMENSIONS, describe, needed_contexts
from fastformula.language.item_types import infer_type
from fastformula.language.types import DataType, Evidence, Product

_FIRST_WORDS: Final = frozenset(
    "ABS ACP ANC ASG BEN CMP HRA HRC HRG HRI HRT HRX HWM HWP IRC ORG PAY PEOPLE PER"
    " PTU SCL".split()
)
"""First words of items, and rarely of anything else in a formula."""

_LEVELS: Final = frozenset(
    "ASG ASSIGNMENT PER PERSON REL RELATIONSHIP TERM TRM".split()
)
"""Whose balance it is: the word of a dimension that comes first."""

_TAILS: Final = (
    "_ENTRY_VALUE",
    "_ENTRY_COUNT",
    "_ELEMENT_ENTRY_ID",
    "_SECONDARY_CLASSIFICATION",
    "_UNIT_OF_MEASURE",
)
"""How the names of items end that Oracle makes for every element."""


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
    """The contexts its route needs, where they are known; of Oracle's own items those
    of their family."""
    default_required: bool | None = None
    """Whether Oracle demands a DEFAULT for it; None where nobody has said."""

    @property
    def is_array(self) -> bool:
        """Whether it holds several values."""
        return self.type is not None and "_" in self.type


@cache
def load_items() -> Mapping[str, str]:
    """What `database_items.txt` has behind each name, in its order: word by word."""
    table = files("fastformula.language") / "database_items.txt"
    lines = table.read_text(encoding="utf-8").splitlines()
    rows = (line.partition(" ") for line in lines if not line.startswith("#"))
    return MappingProxyType({name: facts for name, _, facts in rows})


@lru_cache(maxsize=1024)
def find_item(key: str) -> DatabaseItem | None:
    """Oracle's database item of that upper-case name."""
    facts = load_items().get(key)
    return None if facts is None else _item(key, facts)


def is_generated(key: str) -> bool:
    """Whether the item of that upper-case name is made for an element or balance.

    Such names show a pattern; another pod has others.
    """
    return "generated" in load_items().get(key, "").partition(" - ")[0].split()


def looks_like_item(key: str) -> bool:
    """Whether an upper-case name that nobody knows is shaped as a database item.

    Either a family of Oracle's, or what it makes for the elements and balances of a
    pod: `…_ASG_RUN`, `…_ENTRY_VALUE`.
    """
    words = key.split("_")
    if len(words) > 2 and words[0] in _FIRST_WORDS:
        return True
    return key.endswith(_TAILS) or (
        len(words) > 2
        and words[-1] in DIMENSIONS
        and not _LEVELS.isdisjoint(words[1:-1])
    )


def _item(name: str, facts: str) -> DatabaseItem:
    words, _, description = facts.partition("- ")
    known: dict[str, Any] = {}
    if words:
        kind, evidence, *marks = words.split()
        known = {"type": kind, "evidence": evidence}
        known["product"] = next(
            (word for word in marks if word in {"ebs", "both"}), "fusion"
        )
    else:
        known = {"type": infer_type(name), "evidence": "inferred"}
    known["contexts"] = needed_contexts(name)
    return DatabaseItem(name, description=description or describe(name), **known)
