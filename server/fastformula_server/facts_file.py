"""Facts about formulas in a file of this machine, so that each is read only once.

It is an SQLite database, so that several editors can use it at once. What is in it can
always be found again: a file that cannot be used is done without.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Final

from fastformula_server.catalogue.places import cache_folder
from fastformula_server.facts import Facts, dump, load

DAYS: Final = 60
"""What nobody has asked for in so many days is forgotten."""

MOST_ROWS: Final = 50_000
"""Formulas that are remembered, the latest used; about 60 megabytes."""

_LAYOUT: Final = """
CREATE TABLE IF NOT EXISTS facts (
    key BLOB PRIMARY KEY,
    used INTEGER NOT NULL,
    said TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_use ON facts (used);
"""
_FIND: Final = "SELECT used, said FROM facts WHERE key = ?"
_USE: Final = "UPDATE facts SET used = ? WHERE key = ?"
_KEEP: Final = "INSERT OR REPLACE INTO facts VALUES (?, ?, ?)"
_AGE: Final = "DELETE FROM facts WHERE used < ?"
_BOUND: Final = """
DELETE FROM facts WHERE key IN
(SELECT key FROM facts ORDER BY used DESC LIMIT -1 OFFSET ?)
"""

_logger = logging.getLogger(__name__)


def facts_path() -> Path:
    """Where the facts of this user's formulas are; there need not be a file."""
    return cache_folder() / "fastformula" / "formulas-1.sqlite"


class FactsFile:
    """The file, which is made when there is something to write; for any thread."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def find(self, keys: Iterable[bytes]) -> dict[bytes, Facts]:
        """What is remembered under these keys."""
        if not self.path.is_file():
            return {}
        found: dict[bytes, Facts] = {}
        today = _today()
        old = []
        try:
            with closing(self._connect()) as connection, connection:
                for key in keys:
                    row = connection.execute(_FIND, (key,)).fetchone()
                    if row is None:
                        continue
                    found[key] = load(row[1])
                    if row[0] != today:
                        old.append((today, key))
                connection.executemany(_USE, old)
        except (sqlite3.Error, ValueError, TypeError, KeyError) as error:
            self._give_up(error)
        return found

    def keep(self, found: Mapping[bytes, Facts]) -> None:
        """Remember these, and forget what is not used any more."""
        today = _today()
        rows = [(key, today, dump(facts)) for key, facts in found.items()]
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with closing(self._connect()) as connection, connection:
                connection.executemany(_KEEP, rows)
                connection.execute(_AGE, (today - DAYS,))
                connection.execute(_BOUND, (MOST_ROWS,))
        except (sqlite3.Error, OSError) as error:
            self._give_up(error)

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=2)
        # A file that a loss of power has broken is made anew.
        connection.execute("PRAGMA synchronous = OFF")
        connection.executescript(_LAYOUT)
        return connection

    def _give_up(self, error: Exception) -> None:
        """Make way for a new file, unless this one is only out of reach."""
        _logger.info("%s cannot be used: %s", self.path, error)
        if isinstance(error, sqlite3.OperationalError | OSError):
            return
        try:
            self.path.unlink(missing_ok=True)
        except OSError:  # Windows keeps what another editor has open
            return


def _today() -> int:
    """The day, as a number that grows by one."""
    return int(time.time() // 86_400)
