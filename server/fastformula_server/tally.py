"""What became of the offers, in a file of this machine: numbers and times, no text.

It is an SQLite database, so that several editors can write to it at once.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from fastformula_server.stats import KEPT_AFTER, Row

MOST_ROWS: Final = 20_000
"""Offers that are remembered; some months of work, in a megabyte and a half."""

_VERSION: Final = 1
_LAYOUT: Final = """CREATE TABLE offers (
    number INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    backend TEXT NOT NULL,
    manual INTEGER NOT NULL,
    characters INTEGER NOT NULL,
    taken INTEGER NOT NULL DEFAULT 0,
    accepted INTEGER NOT NULL DEFAULT 0,
    kept_30 REAL,
    kept_120 REAL,
    kept_600 REAL
)"""
_FORGET: Final = "DELETE FROM offers WHERE number <= ?"
_ADD: Final = """
INSERT INTO offers (at, backend, manual, characters) VALUES (?, ?, ?, ?)
"""
_TAKE: Final = "UPDATE offers SET taken = ?, accepted = ? WHERE number = ?"


class TallyError(Exception):
    """The file cannot be used; the message is one clear sentence."""


class Tally:
    """The file, which is made when there is something to write."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, row: Row) -> int:
        """Remember an offer; its number in the file. Raises TallyError."""
        made = (row.at, row.backend, row.manual, row.characters)
        number = self._write(_ADD, made)
        if number > MOST_ROWS:
            self._write(_FORGET, (number - MOST_ROWS,))
        return number

    def take(self, number: int, taken: int, *, accepted: bool) -> None:
        """Remember that the author took some or all of it. Raises TallyError."""
        self._write(_TAKE, (taken, accepted, number))

    def keep(self, number: int, seconds: int, share: float) -> None:
        """Remember how much is left after so many seconds. Raises TallyError."""
        column = f"kept_{KEPT_AFTER[KEPT_AFTER.index(seconds)]}"
        self._write(f"UPDATE offers SET {column} = ? WHERE number = ?", (share, number))

    def rows(self) -> list[Row]:
        """All that is remembered, the oldest first. Raises TallyError."""
        if not self.path.is_file():
            return []
        try:
            with closing(self._connect()) as connection:
                found = connection.execute("SELECT * FROM offers ORDER BY number")
                return [_row(*values) for values in found]
        except sqlite3.Error as error:
            raise self._failure("read", error) from error

    def _write(self, statement: str, values: tuple[object, ...]) -> int:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with closing(self._connect()) as connection, connection:
                return connection.execute(statement, values).lastrowid or 0
        except (OSError, sqlite3.Error) as error:
            raise self._failure("written", error) from error

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path)
        try:
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                (version,) = connection.execute("PRAGMA user_version").fetchone()
                if version == 0:
                    connection.execute(_LAYOUT)
                    connection.execute(f"PRAGMA user_version = {_VERSION}")
                elif version != _VERSION:
                    raise sqlite3.DatabaseError("it is of another version")
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def _failure(self, what: str, error: Exception) -> TallyError:
        return TallyError(f"{self.path}: cannot be {what}: {error}")


def _row(
    _number: int,
    at: int,
    backend: str,
    manual: int,
    characters: int,
    taken: int,
    accepted: int,
    *kept: float | None,
) -> Row:
    return Row(at, backend, bool(manual), characters, taken, bool(accepted), kept)
