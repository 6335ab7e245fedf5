"""What names mean beyond a formula's own text: the lookups that analysis asks for."""

from __future__ import annotations

from typing import Literal, Protocol

from fastformula.language.context import Context
from fastformula.language.database_item import DatabaseItem

ThingKind = Literal["element", "balance", "value set", "user table", "formula"]
"""Things of a pod that formulas name in texts."""


class Catalogue(Protocol):
    """Where the analysis looks names up; keys are upper case.

    Every lookup is called on a keystroke, so it has to be quick (under 1 ms) and must
    not raise.
    """

    @property
    def is_complete(self) -> bool:
        """Whether a database item that it lacks does not exist."""

    def find_item(self, key: str) -> DatabaseItem | None:
        """The database item or global value `key`."""

    def find_context(self, key: str) -> Context | None:
        """The context `key`."""

    def similar_items(self, key: str) -> tuple[str, ...]:
        """Names of database items that `key` may be a misspelling of, likeliest first.

        At most three, and none where nothing is near.
        """

    def find_items(self, pattern: str, limit: int) -> tuple[str, ...]:
        """At most `limit` names of items and globals that `pattern` may mean.

        It is upper case, and how a name or a word in it begins, or an abbreviation;
        the likeliest come first. This one may take a few milliseconds.
        """

    def has(self, kind: ThingKind, name: str) -> bool | None:
        """Whether the pod has a thing of that name; None when nobody can tell."""
