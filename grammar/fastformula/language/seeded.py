"""What Oracle delivers to everyone: the catalogue that is always at hand."""

from __future__ import annotations

from typing import Final

from fastformula.language.catalogue import Catalogue, ThingKind
from fastformula.language.context import Context, load_contexts
from fastformula.language.database_item import DatabaseItem, find_item
from fastformula.language.search import search_items
from fastformula.language.similar import similar_items


class _Seeded:
    """The tables of this package as a catalogue; it never claims to be complete."""

    is_complete = False

    def find_item(self, key: str) -> DatabaseItem | None:
        return find_item(key)

    def find_context(self, key: str) -> Context | None:
        return load_contexts().get(key)

    def similar_items(self, key: str) -> tuple[str, ...]:
        return similar_items(key)

    def find_items(self, pattern: str, limit: int) -> tuple[str, ...]:
        return search_items(pattern, limit)

    def has(self, kind: ThingKind, name: str) -> bool | None:
        return None


SEEDED: Final[Catalogue] = _Seeded()
"""Oracle's own database items and contexts."""
