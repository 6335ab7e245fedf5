"""A stored catalogue, read: what the server asks of it while an author types."""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, Final
from urllib.parse import quote

from fastformula.language.catalogue import ThingKind
from fastformula.language.context import Context
from fastformula.language.database_item import DatabaseItem
from fastformula.language.search import abbreviation
from fastformula.language.seeded import SEEDED

from fastformula_server.catalogue.schema import (
    APPLICATION_ID,
    LAYOUT,
    SAME_BUT_A_QUARTER,
    VERSION,
    CatalogueError,
)
from fastformula_server.catalogue.similar import nearest, tolerance

_log = logging.getLogger(__name__)

_OPEN_FILES_ARE_LOCKED: Final = os.name == "nt"

_REMEMBERED: Final = 8192
"""Answers of each kind that are kept; the names of all open formulas are fewer."""

_TOO_FEW: Final = 20
"""Names that begin as somebody types; with fewer it is worth to look inside of names,
which means to look at all of them."""

_FEW_REMEMBERED: Final = 256
"""Of long answers."""

_ITEM = """
SELECT type, is_global, default_required, contexts, description
  FROM items WHERE key = ?
"""
_CONTEXT = "SELECT type, description FROM contexts WHERE key = ?"
_BEGIN_WITH = """
SELECT key FROM items WHERE key >= ? AND key < ? ORDER BY length(key), key LIMIT ?
"""
_HAVE_WORD = """
SELECT key FROM items WHERE instr(key, ?) ORDER BY +length(key), key LIMIT ?
"""
# The plus keeps SQLite from an index that has the order, but not all of the keys.
_HAVE_LETTERS = """
SELECT key FROM items WHERE key >= ? AND key < ? AND key GLOB ? LIMIT 2000
"""
_THING = "SELECT 1 FROM things WHERE kind = ? AND key = ?"


class StoredCatalogue:
    """The names of one pod, as `fastformula.language.catalogue.Catalogue` wants them.

    Made by `open_catalogue`, and safe to share between threads. A file that breaks
    while it is open knows nothing from then on, and says so in the log.
    """

    path: Path
    imported: datetime
    """With its time zone."""
    source: str
    """The name of the file that was imported."""
    counts: Mapping[str, int]
    """How many names there are of each kind; kinds without names are left out."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._lock = Lock()
        self._is_broken = False
        self.path = path
        ((imported, self.source),) = connection.execute("SELECT * FROM about")
        self.imported = datetime.fromisoformat(imported)
        self.counts = dict(connection.execute("SELECT * FROM kinds"))
        self._has_items = "database item" in self.counts
        self._item: Callable[[str], DatabaseItem | None]
        self._item = lru_cache(_REMEMBERED)(self._read_item)
        self._similar: Callable[[str], tuple[str, ...]]
        self._similar = lru_cache(_REMEMBERED)(self._read_similar)
        self._search: Callable[[str, int], tuple[str, ...]]
        self._search = lru_cache(_FEW_REMEMBERED)(self._read_search)
        self._has: Callable[[str, str], bool]
        self._has = lru_cache(_REMEMBERED)(self._read_thing)

    @property
    def is_complete(self) -> bool:
        """Whether the export listed database items."""
        return self._has_items and not self._is_broken

    def find_item(self, key: str) -> DatabaseItem | None:
        """The database item or global value `key`."""
        return self._item(key)

    def find_context(self, key: str) -> Context | None:
        """The context `key`, of the pod or else of Oracle's."""
        for type_, description in self._ask(_CONTEXT, key):
            seeded = SEEDED.find_context(key)
            if not description and seeded is not None:
                description = seeded.description
            return Context(key, type_, "catalogue", description, "both")
        return SEEDED.find_context(key)

    def similar_items(self, key: str) -> tuple[str, ...]:
        """Names of the pod that `key` may be a misspelling of, likeliest first."""
        return self._similar(key) if self._has_items else SEEDED.similar_items(key)

    def find_items(self, pattern: str, limit: int) -> tuple[str, ...]:
        """Names of the pod that `pattern` may mean, likeliest first."""
        if not self._has_items:
            return SEEDED.find_items(pattern, limit)
        return self._search(pattern, limit)

    def has(self, kind: ThingKind, name: str) -> bool | None:
        """Whether the pod has it; None where the export lists nothing of that kind."""
        if kind not in self.counts or self._is_broken:
            return None
        return self._has(kind, name.upper())

    def close(self) -> None:
        """Let go of the file; what is not remembered is unknown from then on."""
        with self._lock:
            self._is_broken = True
            self._connection.close()

    def _read_item(self, key: str) -> DatabaseItem | None:
        seeded = SEEDED.find_item(key)
        for type_, is_global, required, contexts, description in self._ask(_ITEM, key):
            item = DatabaseItem(
                key,
                type_,
                "catalogue",
                "both",
                description,
                "global" if is_global else "item",
                tuple(contexts.split()),
                None if required is None else bool(required),
            )
            if seeded is None:
                return item
            if type_ is None:
                item = replace(item, type=seeded.type, evidence=seeded.evidence)
            return replace(item, description=description or seeded.description)
        return None if self.is_complete else seeded

    def _read_similar(self, key: str) -> tuple[str, ...]:
        size, slack = len(key), tolerance(key)
        # Two letters swapped across the edge of two quarters spoil both.
        edges = (size // 4, size // 2, size * 3 // 4)
        swapped = [
            key[: i - 1] + key[i] + key[i - 1] + key[i + 1 :] for i in edges if i
        ]
        found = {name for name in swapped if self._ask(_ITEM, name)}
        for length in range(size - slack, size + slack + 1):
            one, two, three = length // 4, length // 2, length * 3 // 4
            longer = size - length
            rows = self._ask(
                SAME_BUT_A_QUARTER,
                length,
                key[longer + one :],
                key[:one],
                key[longer + two :],
                key[:two],
                key[longer + three :],
                key[:three],
            )
            found.update(name for (name,) in rows)
        # Oracle's own names are known better: words may be missing or in another order.
        return nearest(key, found) or tuple(
            filter(self.find_item, SEEDED.similar_items(key))
        )

    def _read_search(self, pattern: str, limit: int) -> tuple[str, ...]:
        """Asks for what is less likely only where there is too little of the best."""
        found = [key for (key,) in self._ask(_BEGIN_WITH, *_range(pattern), limit)]
        if len(found) < _TOO_FEW:
            found += (key for (key,) in self._ask(_HAVE_WORD, f"_{pattern}", limit))
        if len(found) < _TOO_FEW and len(pattern) > 1:
            start, is_meant = _range(pattern[0]), abbreviation(pattern).match
            # First one letter for each word, which little fits, then what is left.
            for between in ("*_", "*"):
                rows = self._ask(_HAVE_LETTERS, *start, f"{between.join(pattern)}*")
                meant = [key for (key,) in rows if is_meant(key)]
                found += sorted(meant, key=lambda key: (len(key), key))
                if len(found) >= _TOO_FEW:
                    break
        return tuple(dict.fromkeys(found))[:limit]

    def _read_thing(self, kind: str, key: str) -> bool:
        return bool(self._ask(_THING, kind, key))

    def _ask(self, question: str, *values: object) -> list[Any]:
        with self._lock:
            if self._is_broken:
                return []
            try:
                return self._connection.execute(question, values).fetchall()
            except UnicodeEncodeError:
                # Half a surrogate pair, which editors may send, names nothing.
                return []
            except sqlite3.Error as error:
                self._is_broken = True
                _log.warning("%s: cannot be read any more: %s", self.path, error)
                return []


def _range(start: str) -> tuple[str, str]:
    """Between what the names stand that begin so."""
    return start, f"{start}\uffff"


def open_catalogue(path: Path) -> StoredCatalogue:
    """Open the catalogue at `path`, which is only ever read.

    Raises CatalogueError where it is missing, damaged or of another version.
    """
    try:
        if not path.is_file():
            raise CatalogueError(f"{path}: there is no such catalogue")
        connection = _load(path) if _OPEN_FILES_ARE_LOCKED else _attach(path)
        try:
            _check(path, connection)
            return StoredCatalogue(path, connection)
        except BaseException:
            connection.close()
            raise
    except (OSError, sqlite3.Error, ValueError) as error:
        raise CatalogueError(f"{path}: is damaged ({error}). {_AGAIN}") from error


_AGAIN = "Import it again with `fastformula catalog import`"


def _check(path: Path, connection: sqlite3.Connection) -> None:
    ((application,),) = connection.execute("PRAGMA application_id")
    ((version,),) = connection.execute("PRAGMA user_version")
    if application == APPLICATION_ID and version != VERSION:
        age = "an older" if version < VERSION else "a newer"
        raise CatalogueError(f"{path}: is of {age} version of this program. {_AGAIN}")
    # A file may come with a project that somebody else has made. It is only asked
    # when its tables are tables, and not views that do who knows what.
    layout = {sql for (sql,) in connection.execute("SELECT sql FROM sqlite_master")}
    if application != APPLICATION_ID or layout - {None} != set(LAYOUT):
        raise CatalogueError(f"{path}: is not a catalogue of this program. {_AGAIN}")


def _attach(path: Path) -> sqlite3.Connection:
    """Read from the file, which never changes: an import puts another in its place."""
    place = path.absolute().as_posix()
    address = quote(place if place[0] == "/" else f"/{place}")
    return sqlite3.connect(
        f"file://{address}?mode=ro&immutable=1",
        uri=True,
        check_same_thread=False,
        isolation_level=None,
    )


def _load(path: Path) -> sqlite3.Connection:
    """Read the whole file into memory, so that an import may replace it."""
    connection = sqlite3.connect(
        ":memory:", check_same_thread=False, isolation_level=None
    )
    # Python's SQLite does not take nothing for an empty database.
    if data := path.read_bytes():
        connection.deserialize(data)
    return connection
